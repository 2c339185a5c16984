"""Every command line that the catalog can make is one that the installed vLLM understands."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from harness.environment import read_environment
from local_models.catalog import LocalModel, find_model, load_catalog
from local_models.command import Node, ServeSpec, vllm_arguments
from local_models.install import install
from local_models.parallel import Parallel
from local_models.parsers import REASONING_PARSERS, TOOL_PARSERS
from local_models.spec import Place, spec_of
from scenarios.serving import Serving

pytestmark = pytest.mark.e2e
ASK = Path(__file__).with_name("vllm_arguments.py")
LAYOUT = Parallel(tp=8, pp=2, ep=True)
TOGETHER = {"node": Node(rank=1, count=2, address="10.0.0.1")}


def specs(model: LocalModel) -> list[ServeSpec]:
    """The model as it is, stretched where vLLM can, and over two machines."""
    place = Place(weights="w", parallel=LAYOUT)
    servings = [Serving(kv="fp8")]
    if model.extension is not None and model.extension.method == "yarn":
        servings.append(Serving(extend=True))
    found = [spec_of(model, serving, place) for serving in servings]
    return [*found, found[0].model_copy(update=TOGETHER)]


def test_vllm_understands_every_command_line_and_has_the_parsers_that_we_say() -> None:
    ready = install(find_model("smollm2"), read_environment().home, lambda _: None, "cpu")
    asked = [spec for model in load_catalog().values() for spec in specs(model)]
    lines = json.dumps([vllm_arguments(spec) for spec in asked])
    done = subprocess.run(
        (ready.python, ASK), input=lines, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert answer["contexts"] == [spec.context for spec in asked]
    assert set(answer["tool"]) == TOOL_PARSERS
    assert set(answer["reasoning"]) == REASONING_PARSERS
