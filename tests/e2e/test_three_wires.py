"""One study, the same weights behind three wire formats of vLLM, and every token accounted for."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.runs.store import RunFolder
from scenarios.transcript import GRADED, AssistantMessage
from tests.e2e.served import LONGSPAN, MODEL, counters

pytestmark = pytest.mark.e2e

WIRES = ("chat", "responses", "messages")
SUITES = [
    "filesystem/todo-from-notes",
    "filesystem/which-ana",
    "filesystem/two-settings",
    "filesystem/meeting-actions-zh",
    "filesystem/stock-count-zh",
    "shop/gift-card-balance",
]
SECONDS = 900


@pytest.fixture(scope="module")
def compared(smollm2: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The study's answer, and what the server counted meanwhile."""
    folder = tmp_path_factory.mktemp("wires")
    models = [
        {
            "name": f"{wire}:{MODEL}@{smollm2}",
            "provider": "vllm",
            "sampling": {"temperature": 0, "max_tokens": 64},
            "first_call": "required",
        }
        for wire in WIRES
    ]
    study = {"models": models, "suites": SUITES, "limits": {"concurrency": 6}}
    (folder / "study.yaml").write_text(yaml.safe_dump(study), "utf-8")
    before = counters(smollm2)
    command = (str(LONGSPAN), "run", str(folder / "study.yaml"), "--runs", str(folder / "runs"), "--json")
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    after = counters(smollm2)
    assert done.returncode == 0, done.stderr[-3000:]
    grown = {name: after[name] - before[name] for name in after}
    return {**json.loads(done.stdout), "server": grown}


def test_every_trial_is_graded_over_every_wire(compared: dict[str, Any]) -> None:
    folder = RunFolder(Path(compared["run"]))
    ended = {trial.model.wire: [] for trial, _ in folder.transcripts(folder.record)}  # type: ignore[var-annotated] # filled below
    for trial, transcript in folder.transcripts(folder.record):
        ended[trial.model.wire].append(transcript.ended)
    assert set(ended) == set(WIRES)
    for found in ended.values():
        assert len(found) == len(SUITES)
        assert set(found) <= GRADED


def test_our_usage_is_what_the_server_counted_to_the_token(compared: dict[str, Any]) -> None:
    models = compared["report"]["models"]
    assert len(models) == len(WIRES)
    assert sum(model["usage"]["input"] for model in models) == compared["server"]["prompt_tokens"]
    assert sum(model["usage"]["output"] for model in models) == compared["server"]["generation_tokens"]


def test_every_wire_streams_and_calls_tools(compared: dict[str, Any]) -> None:
    folder = RunFolder(Path(compared["run"]))
    called, timed = set(), set()
    for trial, transcript in folder.transcripts(folder.record):
        for record in transcript.segments:
            if any(isinstance(m, AssistantMessage) and m.tool_calls for m in record.messages):
                called.add(trial.model.wire)
        if all(exchange.ttft_ms is not None for exchange in transcript.exchanges):
            timed.add(trial.model.wire)
    assert called == timed == set(WIRES)


def test_the_first_prompt_of_a_scenario_says_the_same_over_every_wire(compared: dict[str, Any]) -> None:
    """The server writes a tool's fields into the prompt as each wire format has them: a few per cent."""
    folder = RunFolder(Path(compared["run"]))
    first: dict[str, list[int]] = {}
    for trial, transcript in folder.transcripts(folder.record):
        first.setdefault(trial.scenario, []).append(transcript.exchanges[0].usage.input or 0)
    for scenario, counts in first.items():
        assert len(counts) == len(WIRES)
        assert max(counts) <= 1.05 * min(counts), (scenario, counts)
