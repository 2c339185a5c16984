"""Who plays the users of a run: what is refused, what the run keeps of it, and who pays."""

import os
from pathlib import Path
from typing import Any

import pytest

from harness.environment import Environment
from harness.evaluation import Outcome, evaluate
from harness.exams.grading import graded_trials
from harness.models.wanted import ModelError
from harness.report.figures import collect
from harness.report.user_figures import served_by
from harness.report.user_wording import users_said
from harness.request import Request
from harness.run import Course
from harness.runs.ledger import last_lines
from harness.runs.record import ModelVariant, UserRecord, run_id
from harness.runs.store import RunError
from harness.trial.talk import OF_THE_USER
from harness.users.chosen import user_record
from harness.users.prompt import PROMPT_VERSION
from harness.verbs.run import user_variant
from scenarios.serving import Serving
from scenarios.study import StudyModel
from scenarios.transcript import Failure, Transcript
from tests.harness.dual import USER, talk, talk_exam
from tests.harness.known import KNOWN, find_variant
from tests.harness.little_run import Watcher
from tests.harness.users.caller import caller
from tests.local_models.fake_home import fake_home

pytestmark = pytest.mark.anyio

ORACLE = find_variant("reference/oracle")
SMOLLM2 = find_variant("local/smollm2")
REAL = ModelVariant(label="m@host", wire="chat", model="m", base_url="http://host/v1")
SUITE = "home-network/stuck-line"


async def evaluated(tmp_path: Path, **changes: Any) -> Outcome:
    asked: dict[str, Any] = {
        "suites": (SUITE,),
        "models": (ORACLE,),
        "runs": tmp_path / "runs",
        "known": KNOWN,
    }
    environment = Environment(home=tmp_path / "home", keys={}, variables={})
    return await evaluate(Request(**{**asked, **changes}), environment, Watcher())


def transcript(outcome: Outcome) -> Transcript:
    ((_, found),) = outcome.folder.transcripts(outcome.record)
    return found


async def test_a_script_plays_where_nobody_is_named(tmp_path: Path) -> None:
    outcome = await evaluated(tmp_path)

    assert outcome.record.user == UserRecord()
    assert transcript(outcome).user == "scripted"
    assert transcript(outcome).stopped == "user_done"


async def test_a_model_plays_the_user_at_its_own_cost(tmp_path: Path) -> None:
    async with caller() as url:
        outcome = await evaluated(tmp_path, user=find_variant(f"chat:guest@{url}"))
        found = transcript(outcome)
        assert outcome.record.user is not None
        assert outcome.record.user.model is not None
        label = outcome.record.user.model.label

        assert outcome.record.user.prompt == PROMPT_VERSION
        assert (found.user, found.stopped, len(found.user_exchanges)) == (label, "user_done", 1)
        assert [line.model for line in last_lines(outcome.folder)] == [label]
        assert [line.tokens for line in last_lines(outcome.folder)] == [207]
        report = collect(outcome.record, graded_trials(outcome.folder, outcome.record), {})
        (user,) = report.models[0].users
        assert (user.model, user.requests, user.usage.input) == (label, 1, 200)
        assert (found.ended, user.broken) == ("user", {"early_end": 1})
        assert report.models[0].excluded == {"user": 1}
        assert report.models[0].requests == 0 or report.models[0].usage.input is None
        assert "played by guest" in " ".join(users_said(report.models))


async def test_what_serves_a_user_of_ours_is_kept_and_told(tmp_path: Path) -> None:
    environment = Environment(home=fake_home(tmp_path / "home"), keys={}, variables={"PATH": os.defpath})
    asked = Request(
        suites=(SUITE,),
        models=(ORACLE,),
        user=SMOLLM2,
        runs=tmp_path / "runs",
        known=KNOWN,
        serving={SMOLLM2.label: Serving(gpu_hour=0.4, threads=1)},
    )

    outcome = await evaluate(asked, environment, Watcher())

    assert outcome.record.hosting[SMOLLM2.label].kind == "cpu"
    assert outcome.record.hosting[SMOLLM2.label].gpu_hour == 0.4
    assert str(served_by(outcome.record.engines[SMOLLM2.label])).startswith("vllm ")
    report = collect(outcome.record, graded_trials(outcome.folder, outcome.record), {})
    (said,) = users_said(report.models)
    assert "played by local/smollm2, served by vllm " in said
    assert " on a CPU (" in said


async def test_a_user_that_workers_cannot_reach_is_refused_before_a_cluster_is_looked_for(
    tmp_path: Path,
) -> None:
    nowhere = {"executor": "ray", "ray_address": "127.0.0.1:1"}

    with pytest.raises(RunError, match=r"every worker .* name it local/smollm2@http://HOST:PORT/v1"):
        await evaluated(tmp_path, user=SMOLLM2, **nowhere)
    assert not (tmp_path / "runs").exists()


async def test_another_user_is_another_run(tmp_path: Path) -> None:
    guest = UserRecord(model=REAL, prompt=1)

    runs = {
        run_id([ORACLE], {"a/b": "1"}, 0, "native", user)
        for user in (None, UserRecord(), guest, guest.model_copy(update={"prompt": 2}))
    }

    assert len(runs) == 4


async def test_a_user_without_a_script_needs_a_model_before_anything_is_sent(tmp_path: Path) -> None:
    user = {key: value for key, value in USER.items() if key != "script"}
    exam = await talk_exam(tmp_path, talk(user=user))
    exams = {exam.scenario.name: exam}

    with pytest.raises(RunError, match="name one with --user-model"):
        user_record(None, (REAL,), exams)
    assert user_record(None, (ORACLE,), exams) == UserRecord()
    assert user_record(REAL, (REAL,), exams) == UserRecord(model=REAL, prompt=PROMPT_VERSION)


async def test_runs_without_simulated_users_know_of_none(tmp_path: Path) -> None:
    assert user_record(REAL, (REAL,), {}) is None


@pytest.mark.parametrize("name", ["reference/oracle", "nobody-of-this-name"])
async def test_not_every_model_plays_users(name: str) -> None:
    with pytest.raises(ModelError):
        user_variant(StudyModel(name=name), KNOWN)


async def test_scripted_is_no_model() -> None:
    assert user_variant(StudyModel(name="scripted"), KNOWN) is None
    assert user_variant(None, KNOWN) is None


async def test_a_refused_key_of_the_users_model_is_told_as_the_users() -> None:
    failure = Failure(kind="http_401", message="HTTP 401: no", where=f"attempt 1 {OF_THE_USER}")
    ended = Transcript(
        scenario="a/b", model="m", repeat=0, ended="provider", failure=failure, user="guest@host"
    )

    assert (
        Course().objection(ended).startswith("guest@host, which plays the users: HTTP 401: no; set LONGSPAN")
    )
