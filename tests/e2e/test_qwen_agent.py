"""SmolLM2 on vLLM for CPU, before our own loop and before both templates of Qwen-Agent, in one report.

No test here asserts a score: what is demanded is that every trial was played to an end that counts, that what
is recorded is what the server was asked, and that the report holds the rows side by side.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from harness.agents.registry import NOUS, QWEN
from harness.runs.record import NATIVE
from harness.runs.store import RunFolder, Trial
from scenarios.transcript import GRADED, AssistantMessage, Transcript

pytestmark = pytest.mark.e2e

LONGSPAN = Path(sys.executable).with_name("longspan")
STUDY = Path(__file__).with_name("agents_study.yaml")
MODEL = "local/smollm2"
AGENTS = (NATIVE, QWEN, NOUS)
RUN_SECONDS = 1200


@dataclass(frozen=True, kw_only=True)
class Session:
    folder: RunFolder
    report: Any
    asked: tuple[str, ...]
    """The scenarios."""
    rows: dict[str, str]
    """Labels by agent."""

    def played(self, agent: str) -> list[tuple[Trial, Transcript]]:
        return [
            (trial, transcript)
            for trial, transcript in self.folder.transcripts(self.folder.record)
            if trial.model.agent == agent
        ]


@pytest.fixture(scope="module")
def session(smollm2: str, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """The study, played once, by the server that runs already."""
    place = tmp_path_factory.mktemp("agents")
    study: Any = yaml.safe_load(STUDY.read_text("utf-8"))
    for row in study["models"]:
        row["name"] = f"{MODEL}@{smollm2}"
    (place / "study.yaml").write_text(yaml.safe_dump(study), "utf-8")
    done = subprocess.run(
        (LONGSPAN, "run", place / "study.yaml", "--runs", place / "runs", "--json"),
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=RUN_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    label = f"{MODEL}@{urlsplit(smollm2).netloc}"
    rows = {agent: label if agent == NATIVE else f"{label}+{agent}" for agent in AGENTS}
    folder = RunFolder(Path(answer["run"]))
    return Session(folder=folder, report=answer["report"], asked=tuple(study["suites"]), rows=rows)


def test_every_agent_plays_every_scenario_to_an_end_that_counts(session: Session) -> None:
    assert len(session.asked) == 8
    for agent in AGENTS:
        played = session.played(agent)
        assert tuple(trial.scenario for trial, _ in played) == session.asked
        for trial, transcript in played:
            assert transcript.ended in GRADED, (trial.model.label, trial.scenario, transcript.failure)
            assert any("qwen-agent" in note for note in transcript.notes) == (agent != NATIVE)


def test_one_report_holds_the_agents_side_by_side(session: Session) -> None:
    assert [row["model"] for row in session.report["models"]] == list(session.rows.values())
    assert all(row["graded"] == row["trials"] == 8 for row in session.report["models"])
    assert session.folder.record.agent == ", ".join(AGENTS)
    assert "qwen-agent" in session.folder.record.versions
    for name in ("report.md", "report.csv", "report.html"):
        text = (session.folder.path / name).read_text("utf-8")
        assert all(label in text for label in session.rows.values()), name


def test_a_request_stands_behind_every_message_and_usage_is_the_servers(session: Session) -> None:
    for agent, label in session.rows.items():
        used = 0
        for _, transcript in session.played(agent):
            messages = [one for part in transcript.segments for one in part.messages]
            assert len(transcript.exchanges) == sum(isinstance(one, AssistantMessage) for one in messages)
            raw: list[Any] = [exchange.raw_usage for exchange in transcript.exchanges]
            used += sum(counted["prompt_tokens"] for counted in raw)
        (row,) = (row for row in session.report["models"] if row["model"] == label)
        assert row["usage"]["input"] == used


def test_where_calls_go_over_the_wire_it_calls_what_our_own_loop_calls(session: Session) -> None:
    assert len(called_alike(session)) >= 5  # batches of another make-up may round another way on a CPU


def test_the_same_calls_bring_the_same_through_qwen_agent(session: Session) -> None:
    native, qwen = ({t.scenario: brought(t) for _, t in session.played(agent)} for agent in (NATIVE, QWEN))
    same = called_alike(session)
    assert {name: qwen[name] for name in same} == {name: native[name] for name in same}
    assert (
        len([problem for name in same for _, problem in qwen[name] if problem in {None, "tool_error"}]) >= 5
    )


def called_alike(session: Session) -> list[str]:
    """The scenarios whose first reply made the same calls before our own loop and before Qwen-Agent."""
    native, qwen = ({t.scenario: made(t) for _, t in session.played(agent)} for agent in (NATIVE, QWEN))
    return [name for name in session.asked if native[name] == qwen[name]]


def made(transcript: Transcript) -> list[tuple[str, str]]:
    """The calls of the first reply."""
    reply = transcript.segments[0].messages[1]
    assert isinstance(reply, AssistantMessage)
    return [(call.name, call.arguments_json) for call in reply.tool_calls]


def brought(transcript: Transcript) -> list[tuple[str, str | None]]:
    """What the calls of the first reply brought, but for the trial's own folder, and what was wrong."""
    found = [result for _, _, result in transcript.calls][: len(made(transcript))]
    return [(re.sub(r"/\S+/", "/", one.text), one.problem) for one in found if one is not None]
