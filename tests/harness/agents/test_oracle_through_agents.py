"""The oracle, served as a chat endpoint, does what gold does through every agent there is."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.agents.registry import NOUS, QWEN, played_by
from harness.environment import Environment
from harness.evaluation import Outcome, evaluate
from harness.exams.prepare import load_scenarios, prepare_exams
from harness.request import Request
from harness.runs.record import NATIVE
from scenarios.exam import Exam
from scoring.grade import grade
from tests.harness.agents.oracle_endpoint import ServedOracle
from tests.harness.known import KNOWN, find_variant
from tests.harness.little_run import Watcher
from tools.open_world import WorldHome

pytestmark = [pytest.mark.anyio, pytest.mark.e2e]

SUITES = ("shop", "home-network", "parcel-locker")
"""With turns that are written, and with users that are simulated."""


async def exams(tmp_path: Path) -> Sequence[Exam]:
    home = WorldHome(work=tmp_path / "work", logs=tmp_path / "logs")
    return list((await prepare_exams(load_scenarios(SUITES), home)).values())


async def evaluated(tmp_path: Path, url: str, *agents: str) -> Outcome:
    variant = find_variant(f"chat:oracle@{url}")
    request = Request(
        suites=SUITES,
        models=tuple(played_by(variant, agent) for agent in agents),
        runs=tmp_path / "runs",
        known=KNOWN,
    )
    return await evaluate(request, Environment(home=tmp_path, keys={}, variables={}), Watcher())


async def test_the_oracle_scores_one_through_both_templates_and_our_own_loop(tmp_path: Path) -> None:
    known = await exams(tmp_path)
    assert len(known) >= 20
    assert sum(exam.scenario.language == "zh" for exam in known) >= 5
    oracle = ServedOracle(exams=known)

    async with oracle.served() as url:
        outcome = await evaluated(tmp_path, url, NATIVE, QWEN, NOUS)

    by_name = {exam.scenario.name: exam for exam in known}
    conversations: dict[str, set[object]] = {}
    for trial, transcript in outcome.folder.transcripts(outcome.record):
        found = grade(by_name[trial.scenario], transcript)
        assert (transcript.ended, found.score) == ("done", 1.0), (
            trial.model.label,
            trial.scenario,
            found.reason,
        )
        said = tuple((call.name, call.arguments_json) for _, call, _ in transcript.calls)
        replies = tuple(part.reply for part in transcript.segments)
        conversations.setdefault(trial.scenario, set()).add((said, replies, len(transcript.exchanges)))
    assert len(conversations) == len(known)
    assert {len(found) for found in conversations.values()} == {1}
    assert outcome.record.agent == f"{NATIVE}, {QWEN}, {NOUS}"
