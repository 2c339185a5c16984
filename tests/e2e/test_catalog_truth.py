"""The catalog against transformers and vLLM's own parsers, in the environment that serves its models."""

import subprocess
from pathlib import Path

import pytest

from local_models.catalog import load_catalog
from tests.e2e.served import weights

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]


def test_every_count_is_that_of_transformers_and_every_template_is_read_by_its_parser() -> None:
    command = (weights().python, "-m", "scripts.catalog_truth")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    said = done.stdout.splitlines()
    assert done.returncode == 0, [line for line in said if not line.startswith("ok ")] or done.stderr[-3000:]
    for name, model in load_catalog().items():
        assert any(line.startswith(f"ok  {name}: parameters") for line in said)
        if model.chat_template is not None:
            assert any(line.startswith(f"ok  {name}: {model.tool_parser}") for line in said)
