"""Long documents on a real model and a real prefix cache: a slice of scripts/bench/prefix_real.py.

No test here asserts a score. What is demanded is that every question ends graded or classed, that the tokens
we write down are those that the server counted, and that its own counters show what asking in order saves.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.runs.store import RunFolder
from scenarios.transcript import GRADED

pytestmark = pytest.mark.e2e

SCRIPT = Path(__file__).parents[2] / "scripts/bench/prefix_real.py"
SECONDS = 1500


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The same questions in document order and shuffled, each with a server of its own."""
    folder = tmp_path_factory.mktemp("prefix")
    answer = folder / "figures.json"
    command = [sys.executable, str(SCRIPT), "--lengths", "1k,2k", "--window", "3k", "--limit", "6"]
    command += ["--own", "supply-contract,zh-lease-contract", "--upto", "2k", "--json", str(answer)]
    done = subprocess.run(
        [*command, "--runs", str(folder / "runs")],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {run["order"]: run for run in json.loads(answer.read_text("utf-8"))}


def test_every_question_ends_graded_or_classed(measured: dict[str, Any]) -> None:
    for run in measured.values():
        folder = RunFolder(Path(run["run"]))
        ended = [transcript.ended for _, transcript in folder.transcripts(folder.record)]
        assert len(ended) == len(folder.record.scenarios) > 30
        assert set(ended) <= GRADED | {"provider"}
        assert sum(one in GRADED for one in ended) > 0.9 * len(ended)


def test_tasks_and_documents_of_our_own_are_read_in_single_and_segmented_layouts(
    measured: dict[str, Any],
) -> None:
    rows = {(row["suite"], row["layout"]) for row in measured["document"]["rows"]}
    assert {suite for suite, _ in rows} >= {
        "real-needle",
        "real-multi-needle",
        "real-variables",
        "real-counting",
        "real-absent",
        "real-segmented",
        "real-documents-single",
        "real-documents-segmented",
    }
    assert ("real-documents-segmented", "segmented") in rows


def test_our_usage_is_what_the_server_counted(measured: dict[str, Any]) -> None:
    for run in measured.values():
        assert run["usage"]["input"] == run["server"]["prompt"]
        assert run["usage"]["cached"] == run["server"]["cached"]


def test_asking_in_order_computes_fewer_prompt_tokens(measured: dict[str, Any]) -> None:
    ordered, shuffled = (
        run["server"]["looked_up"] - run["server"]["cached"]
        for run in (measured["document"], measured["shuffled"])
    )
    assert ordered < 0.6 * shuffled
