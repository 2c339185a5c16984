"""A run of tau2's own tasks with a judge, from the request to the report."""

from pathlib import Path
from typing import Any

import pytest

from harness.environment import Environment
from harness.evaluation import Outcome, evaluate
from harness.exams.grading import graded_trials
from harness.plan.plan import read_plan
from harness.request import Request
from harness.runs.ledger import last_lines
from tests.harness.judges.court import court
from tests.harness.known import KNOWN, find_variant
from tests.harness.little_run import Watcher

pytestmark = [pytest.mark.anyio, pytest.mark.e2e, pytest.mark.tau2]

ONE_MET = '{"verdicts": [{"statement": 1, "reason": "So it is.", "met": true}]}'


async def evaluated(tmp_path: Path, **changes: Any) -> Outcome:
    asked: dict[str, Any] = {
        "suites": ("tau2/airline",),
        "limit": 1,
        "models": (find_variant("reference/oracle"),),
        "runs": tmp_path / "runs",
        "known": KNOWN,
    }
    environment = Environment(home=tmp_path / "home", keys={}, variables={})
    return await evaluate(Request(**{**asked, **changes}), environment, Watcher())


async def test_a_task_is_judged_after_it_was_played_and_once(tmp_path: Path) -> None:
    async with court(ONE_MET) as found:
        judge = found.record().model
        first = await evaluated(tmp_path, judge=judge)
        again = await evaluated(tmp_path, judge=judge)

        ((_, _, _, grade),) = graded_trials(again.folder, again.record)
        assert first.folder == again.folder
        assert len(found.asked) == 1
        assert grade.scores["tau2.nl_assertions"].value == 1.0
        assert [line.model for line in last_lines(again.folder)] == [judge.label]


async def test_what_was_played_is_judged_later_without_being_played_again(tmp_path: Path) -> None:
    async with court(ONE_MET) as found:
        first = await evaluated(tmp_path)
        judged = await evaluated(tmp_path, judge=found.record().model)
        later = await evaluated(tmp_path)

        assert (first.record.judge, judged.tallies[0].played) == (None, 0)
        assert first.folder == judged.folder == later.folder
        assert later.record.judge == judged.record.judge == found.record()
        assert len(found.asked) == 1
        assert read_plan(later.folder) is None
