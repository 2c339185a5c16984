"""SIGKILL at any moment loses at most the trials in flight: a short form of scripts/kill_test.py."""

from collections import Counter
from pathlib import Path
from uuid import uuid4

import pytest

from harness.runs.places import Bucket
from scripts.kill_test import Plan, Round, Trial, judge, kill_test

ONE, TWO = ("customer-00", 0), ("customer-01", 0)
PLAN = Plan(scenarios=2, repeats=1, concurrency=1)


def after(asked: dict[Trial, int], kept: dict[Trial, str]) -> Round:
    return Round(moment="playing", alive=True, asked=Counter(asked), kept=kept, half_written=0)


def test_a_run_that_is_killed_three_times_asks_for_nothing_twice_that_it_had_finished(tmp_path: Path) -> None:
    findings = kill_test(tmp_path, Plan(rounds=3, scenarios=6, repeats=2, concurrency=3, seed=2))

    assert findings.problems == []
    assert findings.kills >= 1


def test_a_run_in_a_bucket_goes_on_at_once_after_a_kill_and_has_lost_as_little(
    tmp_path: Path, s3: str
) -> None:
    plan = Plan(rounds=2, scenarios=6, repeats=2, concurrency=3, seed=2)

    findings = kill_test(tmp_path, plan, Bucket(f"{s3}/{uuid4().hex}"))

    assert findings.problems == []
    assert findings.kills >= 1


@pytest.mark.parametrize(
    ("rounds", "problem"),
    [
        (
            [after({ONE: 3}, {ONE: "a"}), after({ONE: 1, TWO: 3}, {ONE: "a", TWO: "b"})],
            "round 2: ('customer-00', 0) was finished before and asked again",
        ),
        (
            [after({ONE: 3}, {ONE: "a"}), after({TWO: 3}, {ONE: "c", TWO: "b"})],
            "round 2: the transcript of ('customer-00', 0) is gone or was written again",
        ),
        (
            [after({ONE: 1, TWO: 1}, {}), after({ONE: 3, TWO: 3}, {ONE: "a", TWO: "b"})],
            "round 1: 2 trials were lost, and 1 were in flight",
        ),
        (
            [after({ONE: 3}, {ONE: "a"}), after({}, {ONE: "a"})],
            "1 trials have a transcript in the end, of 2",
        ),
        (
            [after({}, {}), after({ONE: 4, TWO: 3}, {ONE: "a", TWO: "b"})],
            "the last round asked other than 3 requests for [('customer-00', 0)]",
        ),
    ],
)
def test_the_judge_finds_what_must_not_be(rounds: list[Round], problem: str) -> None:
    assert problem in list(judge(PLAN, rounds[:-1], rounds[-1]))


def test_the_judge_has_nothing_against_a_run_as_it_should_be() -> None:
    lost_and_played_again = [after({ONE: 2}, {}), after({ONE: 3}, {ONE: "a"})]

    assert list(judge(PLAN, lost_and_played_again, after({TWO: 3}, {ONE: "a", TWO: "b"}))) == []
