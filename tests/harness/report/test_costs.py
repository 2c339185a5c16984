"""What requests cost, of the same requests as every other figure."""

import pytest

from harness.report.figures import Figures, ModelFigures, Report, collect
from harness.runs.record import RunRecord
from scenarios.transcript import Attempt, Exchange, ReadingRecord, Transcript
from tests.harness.report.sample_costs import (
    CAP,
    LONGER,
    NIGHT,
    SPRINTER,
    STREAMING,
    YUAN,
    asked,
    capped,
    costly_record,
    costly_trials,
    hosted,
    spent,
)
from tests.harness.report.sample_reading import Probe, played
from tests.harness.report.sample_run import bad, broken, exam, good, graded, model, record

ONE = hosted("m", None)
CENT = asked(input=4000, cached=0, output=250)
"""At the prices of `SPRINTER`."""


def priced(repeats: int = 4) -> RunRecord:
    return record(ONE, repeats=repeats).model_copy(update={"prices": {ONE.label: SPRINTER}})


def figures(*trials: Transcript) -> ModelFigures:
    return collect(priced(), graded(*trials, of=ONE), {"shop": 0.0}).models[0]


def test_a_model_costs_what_its_requests_cost() -> None:
    found = figures(spent(good(), CENT, CENT), spent(bad(), CENT))
    assert found.cost_usd == 0.03
    assert found.cost_per_trial_usd == 0.015
    assert found.cost_per_success_usd == 0.03
    assert (found.cost.computed.requests, found.cost.computed.usd, found.cost.unknown) == (3, 0.03, {})


def test_without_a_success_there_is_no_cost_of_one() -> None:
    found = figures(spent(bad(), CENT))
    assert (found.cost_usd, found.cost_per_success_usd) == (0.01, None)


def test_what_is_reported_and_what_is_not_known_stand_apart() -> None:
    said = asked(reported_usd=0.5)
    doubtful = asked(input=4000, output=250, doubt="they are not the total")
    found = figures(spent(good(), CENT, said, doubtful, asked()))
    assert found.cost_usd == 0.51
    assert (found.cost.reported.requests, found.cost.reported.usd) == (1, 0.5)
    assert found.cost.unknown == {"doubtful": 1, "no_usage": 1}
    assert found.doubtful == 1


def test_a_model_without_a_price_has_no_cost() -> None:
    one = hosted("m", None)
    (found,) = collect(record(one), graded(spent(good(), CENT), of=one), {}).models
    assert (found.cost_usd, found.cost_per_success_usd, found.prices) == (None, None, None)
    assert found.cost.unknown == {"no_price": 1}


def test_what_a_reference_model_would_cost_has_no_meaning() -> None:
    oracle = model("reference/oracle", simulated=True)
    (found,) = collect(record(oracle), graded(spent(good(), CENT), of=oracle), {}).models
    assert (found.cost_usd, found.cost.unknown) == (None, {})


def test_an_excluded_trial_was_paid_for_all_the_same() -> None:
    found = figures(spent(good(), CENT), spent(broken(), CENT))
    assert (found.cost_usd, found.cost_per_success_usd) == (0.02, 0.02)


def test_suites_and_models_add_up_to_the_run() -> None:
    found = collect(costly_record(), costly_trials(), {})
    assert found.cost_usd == pytest.approx(sum(one.cost_usd or 0 for one in found.models))
    for one in found.models:
        assert sum(part.cost_usd or 0 for part in one.suites) == pytest.approx(one.cost_usd or 0)
        told = one.cost.reported.requests + one.cost.computed.requests + one.cost.unpriced
        assert told == one.requests
    assert found.cost.unknown == {"doubtful": 10, "no_price": 48}


def test_currency_hour_and_cache_decide_the_price() -> None:
    longer = hosted("longer-max", "8192", "beta")
    exchange = asked(NIGHT, input=10_000, cached=6000, written=1000, output=500, reasoning=400)
    trial = spent(good(), exchange)
    prices = {"prices": {longer.label: LONGER}, "exchange": {"CNY": YUAN}}
    (found,) = collect(record(longer).model_copy(update=prices), graded(trial, of=longer), {}).models
    by_night = (3000 * 2.0 + 6000 * 0.5 + 1000 * 2.0 + 500 * 8.0) / 1e6
    assert found.cost_usd == pytest.approx(0.14 * by_night)
    assert found.prices is not None
    assert (found.prices.currency, found.prices.usd) == ("CNY", 0.14)


def test_requests_that_gave_a_document_part_by_part_are_paid_once() -> None:
    probe = Probe(layout="segmented")
    name = probe.exam.scenario.name
    asked_for = record(ONE, scenarios=(name,)).model_copy(update={"prices": {ONE.label: SPRINTER}})
    both = Figures(asked_for)
    for trial in played(probe, of=ONE):
        both.add(*trial)
    (before,) = both.report({}).models
    line = ReadingRecord(
        suite="halls", document="d", layout="segmented", model=ONE.label, repeat=0, exchanges=(CENT, CENT)
    )
    both.add_reading(ONE, line)
    (found,) = both.report({}).models
    assert (found.cost_usd or 0) - (before.cost_usd or 0) == pytest.approx(0.02)
    assert found.suites[0].cost_usd == found.cost_usd


def test_failed_attempts_are_counted_by_kind_with_those_never_answered() -> None:
    late = asked(input=1, output=1, failed=(Attempt(kind="http_429"), Attempt(kind="timeout")))
    unanswered = spent(broken(), failed=(Attempt(kind="http_429"),))
    found = figures(spent(good(), late), unanswered)
    assert found.failed_attempts == {"http_429": 2, "timeout": 1}
    assert (found.requests, found.attempts) == (1, 4)


def test_what_was_given_up_is_counted_by_request() -> None:
    found = figures(spent(good(), asked(conceded=(STREAMING,)), asked(conceded=(STREAMING,)), asked()))
    assert found.conceded == {STREAMING: 2}


def test_tokens_written_to_the_cache_are_added_up() -> None:
    found = figures(spent(good(), asked(input=9, written=5), asked(input=9, written=4)))
    assert (found.usage.written, found.usage.input, found.usage.output) == (9, 18, None)


def capped_run() -> Report:
    begun = capped(CENT)
    return collect(priced(), graded(spent(good(), CENT), begun, capped(), of=ONE), {})


def test_what_the_cap_left_out_is_neither_graded_nor_excluded() -> None:
    found = capped_run()
    (one,) = found.models
    assert (one.trials, one.graded, one.excluded, one.exclusions) == (1, 1, {}, ())
    assert one.not_played == {f"cap: {CAP}": 2}
    assert one.success.mean == 1.0
    assert (one.suites[0].trials, one.suites[0].n) == (1, 1)
    assert (found.planned, found.trials, found.not_played, found.valid) == (4, 1, 2, True)


def test_what_was_sent_before_the_cap_was_reached_is_paid_for() -> None:
    (one,) = capped_run().models
    assert one.cost_usd == 0.02
    assert one.cost_per_success_usd == 0.02


def test_what_was_left_out_cannot_hide_what_was_excluded() -> None:
    unplayed = [capped()] * 98
    found = collect(priced(100), graded(good(), broken(), *unplayed, of=ONE), {})
    assert not found.valid
    assert found.trials == 2


def test_an_exam_of_another_suite_has_its_own_cost() -> None:
    names = ("shop/refund", "bank/refund")
    asked_for = record(ONE, scenarios=names).model_copy(update={"prices": {ONE.label: SPRINTER}})
    trials = [
        *graded(spent(good(), CENT), of=ONE),
        *graded(spent(bad(), CENT, CENT), of=ONE, asked=exam("bank", "refund")),
    ]
    (one,) = collect(asked_for, trials, {}).models
    found = {part.suite: (part.cost_usd, part.cost_per_success_usd) for part in one.suites}
    assert found == {"shop": (0.01, 0.01), "bank": (0.02, None)}


def test_a_request_without_any_count_is_not_free() -> None:
    found = figures(spent(good(), Exchange(ms=1.0)))
    assert found.cost_usd is None
