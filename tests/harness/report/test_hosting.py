"""What rows cost where they run, from trials played by hand."""

import io
import json
from datetime import timedelta
from random import Random

import pytest
from rich.console import Console

from harness.report.figures import Report
from harness.report.hosting_figures import HostingRow
from harness.report.hosting_saturation import Throughput
from harness.report.hosting_sums import HostingSums
from harness.report.markdown import markdown
from harness.report.page import Page
from harness.report.terminal import print_report
from harness.runs.record import Hosting
from scenarios.transcript import ReadingRecord
from tests.harness.report.sample_costs import SPRINTER, asked
from tests.harness.report.sample_hosting import (
    BIG,
    FAST,
    MYSTERY,
    ON,
    OTHER,
    SMALL,
    bench_of,
    compared,
    compared_record,
    compared_trials,
    watched_big,
)
from tests.harness.report.sample_reading import Probe, played
from tests.harness.report.sample_run import model, record
from tests.harness.report.sample_server import BEGIN, at

HOSTILE = "</script><img src=x onerror=alert(1)> | [bold]x[/bold]\x1b[31m"


def row(report: Report, label: str = BIG.label) -> HostingRow:
    assert report.hosting is not None
    return next(one for one in report.hosting.rows if one.model == label)


def test_own_machines_cost_their_hours_while_anything_was_in_flight() -> None:
    found = row(compared())
    assert found.hour_usd == pytest.approx(4 * 2.1 * 0.5)
    assert found.busy_seconds == pytest.approx(6 * 60)
    assert found.usd == pytest.approx(4.2 * 360 / 3600)
    assert found.cost_per_trial.mean == pytest.approx(0.42 / 12)
    assert found.cost_per_solved.mean == pytest.approx(0.42 / 8)
    assert found.in_flight == pytest.approx(12 * 40 / 360)
    assert found.trials_per_hour == pytest.approx(120)


def test_a_machine_without_gpus_is_paid_as_one() -> None:
    assert row(compared(), SMALL.label).hour_usd == pytest.approx(0.36)


def test_idle_time_between_sessions_is_charged_to_nobody() -> None:
    later = [
        (trial, exam, one.model_copy(update={"started": (BEGIN + timedelta(days=n)).isoformat()}), grade)
        for n, (trial, exam, one, grade) in enumerate(compared_trials(BIG))
    ]
    assert row(compared(BIG, trials=later)).busy_seconds == pytest.approx(12 * 40)


def test_trials_side_by_side_cost_less() -> None:
    together = [
        (trial, exam, one.model_copy(update={"started": at(0)}), grade)
        for trial, exam, one, grade in compared_trials(BIG)
    ]
    found = row(compared(BIG, trials=together))
    assert found.cost_per_trial.mean == pytest.approx(4.2 * 40 / 3600 / 12)
    assert found.in_flight == pytest.approx(12)


def test_hosted_rows_cost_what_their_requests_cost() -> None:
    report = compared()
    found = row(report, FAST.label)
    figures = next(one for one in report.models if one.model == FAST.label)
    assert found.cost_per_trial.mean == pytest.approx(figures.cost_per_trial_usd)
    assert found.cost_per_solved.mean == pytest.approx(figures.cost_per_success_usd)
    assert (found.where, found.hour_usd, found.saturation, found.unsaturated) == ("hosted", None, None, None)


def test_the_order_of_trials_changes_nothing() -> None:
    trials = [one for of in (BIG, SMALL, FAST, MYSTERY) for one in compared_trials(of)]
    Random(4).shuffle(trials)  # noqa: S311 # an order, no secret
    shuffled = compared(trials=trials)
    for label in (BIG.label, FAST.label):
        one, other = row(shuffled, label), row(compared(), label)
        assert one.cost_per_trial.mean == pytest.approx(other.cost_per_trial.mean)
        assert (one.trials, one.solved) == (other.trials, other.solved)


@pytest.mark.parametrize(
    ("on", "why"),
    [
        ({}, "no_gpu_hour"),
        ({BIG.label: Hosting(gpus=4)}, "no_gpu_hour"),
        ({BIG.label: Hosting(gpu_hour=2.0)}, "no_gpus"),
    ],
)
def test_what_nobody_said_has_a_reason_and_no_cost(on: dict[str, Hosting], why: str) -> None:
    found = row(compared(BIG, on=on))
    assert (found.untold, found.usd, found.cost_per_trial.mean, found.unsaturated) == (
        why,
        None,
        None,
        "no_hour",
    )


def test_without_moments_there_is_no_busy_time() -> None:
    trials = [
        (trial, exam, one.model_copy(update={"started": ""}), grade)
        for trial, exam, one, grade in compared_trials(BIG)
    ]
    found = row(compared(BIG, trials=trials))
    assert (found.untold, found.busy_seconds, found.trials_per_hour) == ("no_times", None, None)


def test_a_hosted_row_without_a_price_says_so() -> None:
    assert row(compared(), MYSTERY.label).untold == "no_price"


def test_reading_a_document_part_by_part_is_charged_to_the_questions_on_it() -> None:
    probe = Probe(layout="segmented")
    name = probe.exam.scenario.name
    asked_for = record(BIG, scenarios=(name,)).model_copy(update={"hosting": dict(ON)})
    assert probe.exam.scenario.reading is not None
    line = ReadingRecord(
        suite=probe.exam.scenario.suite,
        document=probe.exam.scenario.reading.document.name,
        layout="segmented",
        model=BIG.label,
        repeat=0,
        exchanges=(asked(at(5000), ms=36_000.0, input=10, output=1),),
    )
    rows = []
    for readings in ((), (line,)):
        sums = HostingSums(record=asked_for)
        for trial in played(probe, of=BIG):
            sums.add(*trial)
        for reading in readings:
            sums.add_reading(BIG, reading)
        report = compared(BIG, trials=list(played(probe, of=BIG)))
        found = sums.figures(report, {})
        assert found is not None
        rows.append(found.rows[0])
    before, after = rows
    assert before.usd is not None
    assert after.usd == pytest.approx(before.usd + 4.2 * 36 / 3600)
    assert after.cost_per_trial.clusters == before.cost_per_trial.clusters


def test_a_rate_is_feasible_where_neither_side_needs_more_than_was_seen() -> None:
    seen = Throughput(source="run", input=1000.0, output=10.0)
    assert seen.trials_per_hour(2000, 10) == pytest.approx(1800)
    assert seen.trials_per_hour(1000, 20) == pytest.approx(1800)


def test_a_bench_says_what_a_model_can_do_at_its_best_level() -> None:
    levels = ((1, 60.0, 6000, 150), (8, 30.0, 22_500, 500), (64, 30.0, 22_500, 90))
    found = row(compared(benches=[bench_of(BIG, *levels)])).saturation
    assert found is not None
    assert (found.source, found.input_per_second) == ("bench", 750)
    assert "concurrency 8" in found.detail
    assert found.trials_per_hour == pytest.approx(3600 / max(2250 / 750, 50 / (500 / 30)))
    assert found.cost_per_trial.mean == pytest.approx(4.2 / found.trials_per_hour)
    assert found.cost_per_solved.mean == pytest.approx(4.2 / found.trials_per_hour * 12 / 8)


def test_a_bench_of_another_model_says_nothing() -> None:
    found = row(compared(benches=[bench_of(SMALL, (1, 60.0, 6000, 150))]))
    assert (found.saturation, found.unsaturated) == (None, "no_throughput")


def test_a_bench_that_shows_less_than_the_run_did_is_no_saturation() -> None:
    report = compared(benches=[bench_of(BIG, (1, 60.0, 60, 2))])
    found = row(report)
    assert found.saturation is not None
    assert found.saturation.source == "run"
    assert found.saturation.trials_per_hour == pytest.approx(found.trials_per_hour)
    assert found.saturation.cost_per_trial.mean == pytest.approx(found.cost_per_trial.mean)


def test_the_busiest_minute_of_the_run_stands_in_for_a_bench() -> None:
    found = row(compared(watched={BIG.label: watched_big()})).saturation
    assert found is not None
    assert (found.source, found.input_per_second, found.output_per_second) == ("samples", 600, 15)


def test_replies_without_counts_tell_no_saturation() -> None:
    trials = [
        (trial, exam, one.model_copy(update={"exchanges": (asked(at(1)),)}), grade)
        for trial, exam, one, grade in compared_trials(BIG)
    ]
    found = row(compared(BIG, trials=trials, benches=[bench_of(BIG, (1, 60.0, 6000, 150))]))
    assert (found.saturation, found.unsaturated) == (None, "no_usage")


def test_the_frontiers_name_who_is_not_beaten() -> None:
    found = compared().hosting
    assert found is not None
    assert found.cost_frontier == (FAST.label,)
    assert found.time_frontier == (MYSTERY.label,)


def test_made_up_prices_are_called_so_and_others_are_not() -> None:
    stated = {BIG.label: ON[BIG.label].model_copy(update={"illustrative": False})}
    for report, made_up in ((compared(), True), (compared(BIG, FAST, on=stated), False)):
        assert report.hosting is not None
        assert report.hosting.illustrative is made_up
        assert ("ILLUSTRATIVE" in terminal(report)) is made_up
        assert ("ILLUSTRATIVE" in markdown(report, compared_record(), [])) is made_up


def test_assumed_prices_of_tokens_make_a_comparison_illustrative() -> None:
    stated = {BIG.label: ON[BIG.label].model_copy(update={"illustrative": False})}
    assumed = SPRINTER.model_copy(update={"known": "assumption"})
    asked_for = compared_record(BIG, FAST, on=stated).model_copy(update={"prices": {FAST.label: assumed}})
    report = compared(BIG, FAST, on=stated)
    models = tuple(
        one.model_copy(
            update={"prices": one.prices and one.prices.model_copy(update={"known": "assumption"})}
        )
        for one in report.models
    )
    sums = HostingSums(record=asked_for)
    for trial in (*compared_trials(BIG), *compared_trials(FAST)):
        sums.add(*trial)
    found = sums.figures(report.model_copy(update={"models": models}), {})
    assert found is not None
    assert found.illustrative


def test_what_differs_beside_the_model_is_named() -> None:
    found = compared().hosting
    assert found is not None
    by_aspect = {one.aspect: one.values for one in found.differences}
    assert by_aspect["sampling"] == {
        **dict.fromkeys((BIG.label, SMALL.label), '{"temperature": 0}'),
        **dict.fromkeys((FAST.label, MYSTERY.label), "the provider's own"),
    }
    assert by_aspect["window"][BIG.label] == "131,072"
    assert by_aspect["sequences"] == {
        BIG.label: "16",
        SMALL.label: None,
        FAST.label: None,
        MYSTERY.label: None,
    }
    assert "first_call" not in by_aspect


def terminal(report: Report) -> str:
    console = Console(file=io.StringIO(), width=80, force_terminal=False)
    print_report(report, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def whole_report() -> Report:
    bench = bench_of(SMALL, (1, 60, 12_000, 300), (4, 60, 20_000, 600))
    return compared(watched={BIG.label: watched_big()}, benches=[bench])


def test_the_terminal_tells_the_comparison_in_eighty_columns() -> None:
    text = terminal(whole_report())
    assert max(map(len, text.splitlines())) <= 80
    assert "0.0525" in text
    flat = " ".join(text.split())
    assert "$4.20 an hour (4 × H20-96 at $2.10 each, 50.0 % of it charged; the price is made up)" in flat
    assert "mystery: no cost: no price of its tokens is known" in flat


def test_the_markdown_tells_the_comparison() -> None:
    text = markdown(whole_report(), compared_record(), [])
    part = text.partition("## Self-hosted or hosted")[2].partition("\n## ")[0]
    for table in part.split("\n\n"):
        if table.startswith("|"):
            assert len({line.replace(r"\|", "").count("|") for line in table.splitlines()}) == 1
    assert "| local/big-30b | own machines | 12 | 66.7 % |" in part
    assert "| local/small:int4 | sprinter-3 | trials | 106 | 98 – 115 | 53: no | 533: yes |" in part
    assert "bench bench-0123, agent, concurrency 4" in part


def test_the_page_has_the_comparison() -> None:
    text = Page(compared_record()).html(whole_report())
    embedded = text.split('<script type="application/json" id="data">')[1].split("</script>")[0]
    found = json.loads(embedded)["report"]["hosting"]
    assert found["illustrative"] is True
    assert len(found["break_even"]) == 4


def test_nothing_is_compared_where_machines_have_no_price_and_one_row_has_a_cost() -> None:
    report = compared(BIG, FAST, on={})
    for text in (terminal(report), markdown(report, compared_record(BIG, FAST, on={}), [])):
        assert "Self-hosted" not in text
        assert "a trial  95" not in text
        assert "Best in" not in text


def test_hosted_rows_alone_are_compared_in_cost_and_time() -> None:
    report = compared(FAST, OTHER)
    text = markdown(report, compared_record(FAST, OTHER), [])
    assert "## Accuracy, cost and time" in text
    assert "Self-hosted" not in text
    assert "Assumptions" not in text
    assert "a trial" in terminal(report)


def test_reference_programs_run_nowhere() -> None:
    oracle = model("reference/oracle", simulated=True)
    sums = HostingSums(record=record(oracle))
    assert sums.figures(compared(BIG), {}) is None


def test_names_of_others_stay_text() -> None:
    on = {BIG.label: ON[BIG.label].model_copy(update={"kind": HOSTILE})}
    bench = bench_of(BIG, (1, 60.0, 6000, 150)).model_copy(update={"id": HOSTILE})
    report = compared(BIG, FAST, on=on, benches=[bench])
    assert "<img" not in Page(compared_record(BIG, FAST, on=on)).html(report)
    assert "\x1b" not in terminal(report)
    assert "<img" not in markdown(report, compared_record(BIG, FAST, on=on), [])
