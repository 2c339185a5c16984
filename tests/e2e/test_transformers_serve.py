"""`transformers serve`, a server that others wrote: chat completions and Responses, usage coming last."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from harness.runs.store import RunFolder
from scenarios.transcript import GRADED
from tests.e2e.served import LONGSPAN, transformers

pytestmark = pytest.mark.e2e

SECONDS = 900


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("transformers")
    study = folder / "study.yaml"
    with transformers(folder) as (url, model):
        sampling = "{temperature: 0, max_tokens: 24}"
        models = "\n".join(
            f"  - {{name: '{wire}:{model}@{url}', provider: transformers-serve, sampling: {sampling}}}"
            for wire in ("chat", "responses")
        )
        suites = "[filesystem/todo-from-notes, filesystem/meeting-actions-zh]"
        study.write_text(f"models:\n{models}\nsuites: {suites}\nlimits: {{concurrency: 1}}\n", "utf-8")
        command = (str(LONGSPAN), "run", str(study), "--runs", str(folder / "runs"), "--json")
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_every_trial_is_graded_and_every_request_counted(answered: dict[str, Any]) -> None:
    folder = RunFolder(Path(answered["run"]))
    wires = set()
    for trial, transcript in folder.transcripts(folder.record):
        wires.add(trial.model.wire)
        assert transcript.ended in GRADED, transcript.failure
        for exchange in transcript.exchanges:
            assert exchange.usage.input
            assert exchange.usage.output
            assert exchange.usage.doubt is None
            assert exchange.ttft_ms is not None
    assert wires == {"chat", "responses"}
