import gc
import json
import tracemalloc
from collections.abc import Iterator

import pytest

from harness.plan.plan import ModelPlan, PlanTokens, summed
from harness.report.figures import Figures, Report, collect
from harness.report.request_figures import Tokens
from scenarios.transcript import Exchange, ReadingRecord, Usage
from tests.harness.report.sample_reading import RIGHT, WRONG, Probe, played, reported
from tests.harness.report.sample_run import (
    PAY,
    Graded,
    bad,
    broken,
    call,
    exam,
    good,
    graded,
    model,
    record,
    transcript,
)


def report(*trials: Graded, repeats: int = 4) -> Report:
    return collect(record(repeats=repeats), trials, {"shop": 0.0})


def test_the_report_has_the_shape_that_programs_rely_on() -> None:
    found = report(*graded(good(), bad(), good(), broken())).as_json()
    assert json.loads(json.dumps(found)) == found
    assert {"schema", "simulated", "trials", "models"} <= found.keys()
    (one,) = json.loads(json.dumps(found))["models"]
    asked = "model trials graded excluded success floor pass_hat_k usage cost_usd cost_per_success_usd"
    asked += " pass_at_k latency_ms ttft_ms tpot_ms suites diagnosis"
    assert set(asked.split()) <= one.keys()
    assert found["schema"] == 1
    assert one["usage"] == {
        "input": 1000,
        "cached": 400,
        "written": None,
        "output": 110,
        "reasoning": None,
    }
    assert one["excluded"] == {"provider": 1}
    (suite,) = one["suites"]
    assert {"suite", "n", "success", "floor", "metrics"} <= suite.keys()
    assert set(suite["metrics"]["calls"]) == {"mean", "low", "high", "n"}


def test_success_counts_graded_trials_only_and_both_denominators_stand() -> None:
    found = report(*graded(good(), bad(), broken()))
    (one,) = found.models
    assert (one.trials, one.graded) == (3, 2)
    assert one.success.mean == 0.5
    assert (one.suites[0].trials, one.suites[0].n) == (3, 2)
    assert one.suites[0].scenarios["shop/refund"].succeeded == 1


def test_what_nobody_reported_is_unknown_and_not_zero() -> None:
    silent = good().model_copy(update={"exchanges": (Exchange(ms=10.0), Exchange(ms=30.0))})
    (one,) = report(*graded(silent)).models
    assert one.usage == Tokens()
    assert one.ttft_ms.p50 is None
    assert one.latency_ms.p50 == 20.0
    assert one.cost_usd is None


def test_a_model_that_has_not_played_has_no_figures() -> None:
    (one,) = report().models
    assert (one.success.mean, one.floor, one.latency_ms.p95, one.suites) == (None, None, None, ())


@pytest.mark.parametrize(("broken_ones", "valid"), [(1, True), (2, False)])
def test_a_run_with_more_than_two_per_cent_excluded_is_not_valid(broken_ones: int, valid: bool) -> None:
    played = [good()] * (50 - broken_ones) + [broken()] * broken_ones
    assert report(*graded(*played)).valid is valid


def test_a_trial_that_the_budget_left_out_is_no_reason_to_call_the_run_invalid() -> None:
    unplayed = transcript(reply=None, ended="budget", changes=())
    found = report(*graded(good(), unplayed, unplayed))
    assert found.valid
    assert (found.models[0].excluded, found.not_played) == ({}, 2)


def test_excluded_trials_keep_their_messages_and_how_often_they_came() -> None:
    (one,) = report(*graded(broken("busy"), broken("busy"), broken("silence"))).models
    assert one.exclusions[0].ended == "provider"
    assert list(one.exclusions[0].messages.items()) == [
        ("http_503: busy (request 1)", 2),
        ("http_503: silence (request 1)", 1),
    ]


def test_the_messages_of_excluded_trials_do_not_grow_without_end() -> None:
    (one,) = report(*graded(*(broken(f"token {n}") for n in range(100)))).models
    assert len(one.exclusions[0].messages) < 20
    assert sum(one.exclusions[0].messages.values()) == 100


def test_the_root_causes_count_failed_trials_and_the_diagnosis_counts_findings() -> None:
    (one,) = report(*graded(bad(), bad(), good())).models
    assert one.root_causes == {"wrong_arg_value": 2}
    assert one.diagnosis["side_effect"] == 2


def test_repeats_tell_how_reliable_a_success_is() -> None:
    (one,) = report(*graded(good(), bad())).models
    assert one.pass_hat_k == {"1": 0.5, "2": 0.0}
    assert one.pass_at_k == {"1": 0.5, "2": 1.0}


def test_a_floor_is_put_together_as_the_successes_are() -> None:
    other = exam("desk", "help")
    names = ("shop/refund", "desk/help")
    trials = [*graded(good(), good()), *graded(good(), asked=other)]
    found = collect(record(scenarios=names), trials, {"shop": 0.0, "desk": 0.5})
    assert found.models[0].floor == 0.25
    unmeasured = collect(record(scenarios=names), trials, {"shop": 0.0})
    assert unmeasured.models[0].floor is None
    assert [part.floor for part in unmeasured.models[0].suites] == [0.0, None]


def test_the_same_trials_give_the_same_intervals() -> None:
    names = tuple(f"shop/refund-{n}" for n in range(6))
    exams = [exam("shop", name.partition("/")[2]) for name in names]

    def played() -> Iterator[Graded]:
        for place, asked in enumerate(exams):
            yield from graded(good() if place % 2 else bad(), asked=asked)

    first, second = (collect(record(scenarios=names), played(), {}) for _ in range(2))
    assert first == second
    low, high = first.models[0].success.low, first.models[0].success.high
    assert low is not None
    assert high is not None
    assert 0 <= low < 0.5 < high <= 1


def test_a_reference_model_makes_the_report_simulated() -> None:
    oracle = model("reference/oracle", simulated=True)
    found = collect(record(oracle), graded(good(), of=oracle), {})
    assert found.simulated
    assert found.models[0].simulated


def test_of_long_conversations_only_numbers_are_kept() -> None:
    def trials(count: int) -> Iterator[Graded]:
        for repeat in range(count):
            long = call("shop__list_orders", '{"customer": "u1"}', f"{repeat} " + "x" * 100_000)
            yield from graded(transcript(*long, *PAY))

    collect(record(), trials(2), {})
    gc.collect()
    tracemalloc.start()
    try:
        collect(record(), trials(100), {})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000


def test_questions_on_one_document_make_the_success_less_sure() -> None:
    def asked(documents: int) -> list[Probe]:
        """Forty questions; all of a document share its fate."""
        each = 40 // documents
        return [
            Probe(number=n, name=f"p{m}", replies=(RIGHT if n % 2 else WRONG,))
            for n in range(documents)
            for m in range(each)
        ]

    few, many = (reported(*asked(n)).models[0] for n in (4, 40))
    assert (few.suites[0].documents, many.suites[0].documents) == (4, 40)
    assert few.success.mean == many.success.mean == 0.5
    assert few.success.low is not None
    assert many.success.low is not None
    assert few.success.low < many.success.low - 0.1
    assert few.suites[0].success == few.success


def test_work_with_tools_says_nothing_about_documents() -> None:
    found = report(*graded(good()))
    assert (found.models[0].documents, found.models[0].suites[0].documents) == (None, 0)
    assert found.document_pairs == ()


def test_requests_that_gave_a_document_part_by_part_cost_too() -> None:
    one = model()
    probe = Probe(layout="segmented")
    figures = Figures(record(one, scenarios=(probe.exam.scenario.name,)))
    for trial in played(probe, of=one):
        figures.add(*trial)
    usage = Usage(input=2000, cached=0, output=3)
    main_line = ReadingRecord(
        suite="halls",
        document="needle-en-4096-1",
        layout="segmented",
        model=one.label,
        repeat=0,
        replies=("Read.", "Read."),
        exchanges=(Exchange(usage=usage, ms=900.0), Exchange(usage=usage, ms=900.0)),
        cut=(2,),
    )
    figures.add_reading(one, main_line)
    (found,) = figures.report({}).models
    assert (found.requests, found.usage.input, found.usage.cached, found.usage.output) == (3, 8100, 4000, 15)
    assert found.latency_ms.p50 == 900.0
    assert found.documents is not None
    readings = found.documents.readings
    assert (readings.readings, readings.requests, readings.usage.input, readings.cut) == (1, 2, 4000, 1)


def test_what_was_planned_stands_beside_what_was_asked_and_left_out() -> None:
    one = model()
    plan = ModelPlan(model=one.label, trials=1, requests=1, tokens=PlanTokens(input=4200, cached=4000))
    why = "needs 16,900 tokens where the window has 8,192"
    probe, longer = Probe(), Probe(tokens=16384)
    names = [one.exam.scenario.name for one in (probe, longer)]
    asked = record(one, scenarios=names).model_copy(update={"skipped": {one.label: {names[1]: why}}})
    found = collect(asked, played(probe, of=one), {}, summed([plan]))
    assert found.planned == 1
    assert found.models[0].plan == plan
    assert found.models[0].skipped == {why: 1}
    assert collect(asked, played(probe, of=one), {}).models[0].plan is None
