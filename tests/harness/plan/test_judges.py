"""What a plan says of a judge: a row of its own, with a request for each trial that asserts something."""

import time
from pathlib import Path

import pytest

from harness.clock import utc_now
from harness.plan.judges import with_judge
from harness.plan.planner import Asked, Planner
from harness.plan.talks import Oracle
from harness.trial.play import Stage
from scenarios.documents.shelf import Shelf
from tests.harness.judges.court import asserting_run
from tests.harness.known import KNOWN, find_variant
from tests.harness.little_run import little_run
from tests.harness.stage import stage

pytestmark = pytest.mark.anyio

MODELS = (find_variant("chat:m@http://host/v1"), find_variant("chat:n@http://host/v1"))
JUDGE = find_variant("chat:judge@http://host/v1")


def planner(tmp_path: Path) -> Planner:
    on = Stage(home=stage(tmp_path).home, now=utc_now, clock=time.perf_counter)
    return Planner(
        registry=KNOWN.registry,
        providers=KNOWN.providers.providers,
        shelf=Shelf(),
        home=tmp_path,
        oracle=Oracle(on),
        asked=Asked(repeats=3),
    )


async def test_a_judge_is_asked_once_a_trial_of_every_model(tmp_path: Path) -> None:
    run, asked = await asserting_run(tmp_path), planner(tmp_path)
    plain = await asked.plan_for(run.exams, MODELS)

    found = await with_judge(plain, asked, run.exams, JUDGE, models=2)

    *_, row = found.models
    assert (row.model, row.requests, row.trials) == ("judge@host (judges)", 12, 0)
    assert row.tokens.input > 12 * 100
    assert found.trials == plain.trials == 12
    assert found.requests == plain.requests + 12


async def test_nothing_is_planned_where_nothing_is_asserted(tmp_path: Path) -> None:
    run, asked = await little_run(tmp_path), planner(tmp_path)
    plain = await asked.plan_for(run.exams, MODELS)

    assert await with_judge(plain, asked, run.exams, JUDGE, models=2) == plain
