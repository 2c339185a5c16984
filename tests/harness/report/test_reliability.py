"""Reliability in every report: all k with intervals, both denominators, and what more would bring."""

import io
import json
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from rich.console import Console

from harness.report.figures import ModelFigures, Report, collect
from harness.report.markdown import markdown
from harness.report.terminal import print_report
from harness.runs.record import RunRecord
from scoring.statistics.proportions import wilson
from tests.harness.report.sample_reading import RIGHT, WRONG, Probe, reported
from tests.harness.report.sample_run import Graded, bad, broken, exam, good, graded, record

SIGNS = {"+": good, "-": bad, "x": broken}


def names(signs: Sequence[str]) -> list[str]:
    return [f"shop/s{n:02}" for n in range(len(signs))]


def asked(signs: Sequence[str]) -> RunRecord:
    return record(scenarios=names(signs), repeats=max(map(len, signs)))


def played(signs: Sequence[str]) -> Iterator[Graded]:
    """A scenario for each, a trial for each sign: solved, failed, excluded."""
    for name, trials in zip(names(signs), signs, strict=True):
        yield from graded(*(SIGNS[sign]() for sign in trials), asked=exam("shop", name.partition("/")[2]))


def report(*signs: str) -> Report:
    return collect(asked(signs), played(signs), {"shop": 0.0})


def only(found: Report) -> ModelFigures:
    (one,) = found.models
    return one


def shown(*signs: str) -> str:
    console = Console(file=io.StringIO(), width=80, force_terminal=False)
    print_report(report(*signs), console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_every_k_up_to_the_repeats_has_both_chances_with_intervals() -> None:
    found = only(report(*["++++", "+-++", "----", "++++"] * 3)).reliability.graded

    assert [one.k for one in found.pass_hat] == [one.k for one in found.pass_at] == [1, 2, 3, 4]
    assert [one.mean for one in found.pass_hat] == pytest.approx([0.6875, 0.625, 0.5625, 0.5])
    assert [one.mean for one in found.pass_at] == pytest.approx([0.6875, 0.75, 0.75, 0.75])
    for one in (*found.pass_hat, *found.pass_at):
        assert one.low is not None
        assert one.high is not None
        assert one.low <= one.mean <= one.high


def test_the_keys_that_programs_know_say_the_same() -> None:
    one = only(report("++++", "+-+-", "-+++"))

    assert one.pass_hat_k == {str(c.k): pytest.approx(c.mean) for c in one.reliability.graded.pass_hat}
    assert one.pass_at_k == {str(c.k): pytest.approx(c.mean) for c in one.reliability.graded.pass_at}
    assert one.suites[0].reliability == one.reliability


def test_an_excluded_trial_is_left_out_of_one_denominator_and_fails_in_the_other() -> None:
    found = only(report("++", "+x")).reliability

    assert found.of_all is not None
    assert (found.graded.success.mean, found.of_all.success.mean) == (1.0, 0.75)
    assert [(one.k, one.scenarios) for one in found.graded.pass_hat] == [(1, 2), (2, 1)]
    assert [(one.mean, one.scenarios) for one in found.of_all.pass_hat] == [(0.75, 2), (0.5, 2)]


def test_a_scenario_whose_trials_all_crashed_does_not_disappear() -> None:
    found = only(report("++", "xx")).reliability

    assert found.of_all is not None
    assert found.graded.success.mean == 1.0
    assert found.of_all.success.mean == 0.5
    assert [one.mean for one in found.of_all.pass_at] == [0.5, 0.5]


def test_without_excluded_trials_there_is_one_denominator() -> None:
    assert only(report("+-", "++")).reliability.of_all is None


def test_where_everything_crashed_the_other_denominator_stands() -> None:
    found = only(report("xx", "xx")).reliability

    assert found.graded.pass_hat == ()
    assert found.graded.success.mean is None
    assert found.of_all is not None
    assert found.of_all.success.mean == 0.0
    assert found.of_all.success.high == pytest.approx(wilson(0, 2)[1])


def test_the_scatter_is_split_and_more_of_either_is_foretold() -> None:
    found = only(report(*["++++", "----"] * 4)).reliability

    assert found.variance is not None
    assert found.error is not None
    assert found.variance.share_between == 1.0
    assert found.error.twice_repeats == pytest.approx(found.error.now)
    assert found.error.twice_scenarios == pytest.approx((found.error.now or 0) / 2**0.5)
    assert found.error.again == 0.0


def test_luck_is_averaged_away_by_repeats() -> None:
    found = only(report(*["+-", "-+"] * 4, "+-", "++", "--")).reliability

    assert found.variance is not None
    assert found.error is not None
    assert found.variance.between == 0.0
    assert found.error.endless_repeats == 0.0


def test_of_one_trial_each_nobody_can_tell_luck_from_scenarios() -> None:
    found = only(report("+", "-", "+")).reliability

    assert found.error is not None
    assert found.error.now is not None
    assert (found.error.twice_repeats, found.error.again) == (None, None)


def test_questions_on_documents_are_clustered_and_not_split() -> None:
    probes = [
        Probe(number=n, name=f"p{m}", replies=(RIGHT if n % 2 else WRONG,))
        for n in range(4)
        for m in range(10)
    ]
    one = reported(*probes).models[0]

    assert one.reliability.variance is None
    assert one.reliability.graded.success == one.success
    assert (one.reliability.graded.pass_hat[0].low, one.reliability.graded.pass_hat[0].high) == (
        one.success.low,
        one.success.high,
    )


def test_reliability_is_json_as_it_stands() -> None:
    found = report("++", "+x", "--").as_json()

    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_the_terminal_shows_a_few_k_and_both_denominators_in_eighty_columns() -> None:
    text = shown(*["++++++++", "+-++-+++", "--------", "+++++x++"] * 3)
    lines = text.splitlines()
    at = next(place for place, line in enumerate(lines) if "pass^2" in line)

    assert lines[at].split() == ["model", "pass^1", "pass^2", "pass^4", "pass^8"]
    assert lines[at + 2].split()[:3] == ["of", "all", "played"]
    assert max(map(len, lines)) <= 80
    assert "with the 3 excluded ones as failures" in " ".join(text.split())
    assert "k = 8 is over 9 of 12 scenarios, those with so many graded trials" in " ".join(text.split())
    assert "of the scatter is between scenarios; success ±" in " ".join(text.split())


def test_one_trial_each_needs_no_table_of_tries() -> None:
    assert "pass^" not in shown("+", "-")
    assert "between scenarios" not in shown("+", "-")


def test_an_excluded_trial_is_told_even_without_repeats() -> None:
    text = " ".join(shown("+", "x").split())

    assert "success 100.0 % of the graded trials, 50.0 % of all that were played" in text


def test_markdown_has_every_k_of_both_denominators() -> None:
    signs = ["+++", "+-x", "---"]
    text = markdown(report(*signs), asked(signs), [])
    part = text.partition("## Reliability")[2].partition("## Components")[0]

    assert "| chat/alpha | 1 | 50.0 % |" in part
    assert "| chat/alpha, of all played | 1 | 44.4 % |" in part
    assert part.count("|  | 3 |") == 2
    assert "Twice the scenarios" in part
    places = [text.index(head) for head in ("## Results", "## Reliability", "## Components")]
    assert all(before < after for before, after in pairwise(places))


def test_markdown_of_single_trials_says_nothing_of_reliability() -> None:
    signs = ["+", "-"]

    assert "## Reliability" not in markdown(report(*signs), asked(signs), [])


def test_where_all_succeed_nobody_claims_an_error_of_nothing() -> None:
    found = only(report("++", "++", "++"))

    assert found.reliability.error is None
    assert found.success.low is not None
    assert found.success.low < 0.5
    assert "±0.0" not in shown("++", "++", "++")
