"""A real model on both ends of the line: SmolLM2 is the desk, and SmolLM2 is the customer with the router."""

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.runs.store import RunFolder
from scenarios.transcript import GRADED, Exchange, Transcript
from tests.e2e.served import LONGSPAN, MODEL, counters

pytestmark = pytest.mark.e2e

SUITES = ["home-network/stuck-line", "home-network/loose-cable", "home-network/known-outage"]
SECONDS = 900


@dataclass(frozen=True, kw_only=True)
class Played:
    folder: RunFolder
    report: dict[str, Any]
    server: dict[str, float]
    """What it counted meanwhile."""

    @property
    def transcripts(self) -> list[Transcript]:
        return [transcript for _, transcript in self.folder.transcripts(self.folder.record)]


@pytest.fixture(scope="module")
def played(smollm2: str, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """A server for both: the user asks where the model does, and is never forced to call anything."""
    folder = tmp_path_factory.mktemp("user")
    name = f"local/{MODEL}@{smollm2}"
    sampling = {"temperature": 0, "max_tokens": 64}
    study = {
        "models": [{"name": name, "first_call": "required", "sampling": sampling}],
        "user_model": {
            "name": name,
            "sampling": {"temperature": 0, "max_tokens": 160, "stop": ["\n", ". ", "。"]},
        },
        "suites": SUITES,
        "limits": {"concurrency": 3},
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(study), "utf-8")
    before = counters(smollm2)
    command = (str(LONGSPAN), "run", str(folder / "study.yaml"), "--runs", str(folder / "runs"), "--json")
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    grown = {name: count - before[name] for name, count in counters(smollm2).items()}
    answer = json.loads(done.stdout)
    return Played(folder=RunFolder(Path(answer["run"])), report=answer["report"], server=grown)


def test_every_trial_is_graded_or_the_users_fault(played: Played) -> None:
    transcripts = played.transcripts
    assert len(transcripts) == len(SUITES)
    for transcript in transcripts:
        assert transcript.ended in GRADED | {"user"}, transcript.failure
        assert transcript.user_exchanges, "nobody played the user"


def test_both_bills_together_are_what_the_server_counted(played: Played) -> None:
    (model,) = played.report["models"]
    (user,) = model["users"]
    for ours, theirs in (("input", "prompt_tokens"), ("output", "generation_tokens")):
        desk = summed(ours, [one for each in played.transcripts for one in each.exchanges])
        line = summed(ours, [one for each in played.transcripts for one in each.user_exchanges])
        assert (model["usage"][ours], user["usage"][ours]) == (desk, line)
        assert desk + line == played.server[theirs]
        assert desk > 0 < line


def test_neither_side_reaches_the_tools_of_the_other(played: Played) -> None:
    sides = {"desk__": [], "home__": []}  # type: ignore[var-annotated] # filled below
    for transcript in played.transcripts:
        sides["desk__"] += [(call.name, result) for _, call, result in transcript.calls]
        sides["home__"] += [(call.name, result) for call, result in transcript.user_calls]
    assert sides["desk__"], "the desk called nothing"
    for own, made in sides.items():
        for name, result in made:
            assert result is None or result.problem == "unknown_tool" or name.startswith(own)


def summed(name: str, exchanges: Iterable[Exchange]) -> int:
    return sum(getattr(one.usage, name) or 0 for one in exchanges)
