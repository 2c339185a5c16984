"""Figures are what their definitions say, whatever the rows."""

from statistics import fmean, pstdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.bench.figures import figures, good_requests, peak, percentile, spread
from harness.bench.record import Slo
from tests.harness.bench.rows import row

VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=300)


@given(VALUES, st.sampled_from([50, 90, 95, 99]))
def test_a_percentile_is_numpys_where_there_are_enough_values_to_tell(
    values: list[float], percent: int
) -> None:
    found = percentile(sorted(values), percent)

    if len(values) * (100 - percent) < 100:
        assert found is None
    else:
        assert found == pytest.approx(float(np.percentile(values, percent)))


@given(VALUES)
def test_mean_and_deviation_are_those_of_the_values(values: list[float]) -> None:
    found = spread(values)

    assert found.n == len(values)
    assert found.mean == pytest.approx(fmean(values), abs=1e-6)
    assert found.std == pytest.approx(pstdev(values), rel=1e-6, abs=1e-3)


def test_nothing_has_no_figures() -> None:
    found = spread([])

    assert (found.n, found.mean, found.p50) == (0, None, None)


def test_the_definitions_are_those_of_vllm_bench_serve() -> None:
    rows = [
        row(ended=2.0, ms=2000.0, ttft_ms=500.0, gaps_ms=(150.0,) * 10, output=11),
        row(ended=4.0, sent=1.0, ms=3000.0, ttft_ms=1000.0, gaps_ms=(), output=1, input=50),
    ]

    found = figures(rows, Slo())

    assert found.seconds == 4.0
    assert found.request_throughput == 0.5
    assert found.output_throughput == 3.0
    assert found.total_throughput == (100 + 11 + 50 + 1) / 4
    assert found.ttft_ms.mean == 750.0
    assert (found.tpot_ms.n, found.tpot_ms.mean) == (1, 150.0)  # none for a single token
    assert (found.itl_ms.n, found.itl_ms.mean) == (10, 150.0)
    assert found.e2el_ms.mean == 2500.0


def test_a_failure_is_counted_by_kind_and_in_no_other_figure_but_the_time() -> None:
    failed = row(failed="http_503", ended=8.0, ms=9e9, ttft_ms=None, output=None, input=None, gaps_ms=())

    found = figures([row(), failed, failed], Slo())

    assert found.failed == {"http_503": 2}
    assert (found.answered, found.e2el_ms.n, found.e2el_ms.mean) == (1, 1, 1000.0)
    assert found.output_throughput == 11 / 8


def test_what_was_sent_while_the_load_grew_is_in_no_figure() -> None:
    found = figures([row(apart=True, ms=9e9), row(sent=5.0, ended=7.0)], Slo(), ramp=5.0)

    assert (found.apart, found.answered, found.seconds) == (1, 1, 2.0)
    assert found.e2el_ms.mean == 1000.0


EXACT = row()
"""TTFT 100, TPOT 90, end-to-end 1000 ms."""
FASTER = row(ttft_ms=99.0, ms=999.0)
ONE_TOKEN = row(output=1, ms=1001.0, gaps_ms=())
"""Whose TPOT counts as 0."""
SLOWER = row(ttft_ms=50.0, ms=1050.0)
"""A TPOT of 100."""


@pytest.mark.parametrize(
    ("slo", "good"),
    [
        (Slo(ttft=100), 4),
        (Slo(ttft=99), 2),
        (Slo(tpot=90), 3),
        (Slo(tpot=89.9), 1),
        (Slo(e2el=1000), 2),
        (Slo(e2el=1001), 3),
        (Slo(ttft=100, tpot=90, e2el=1000), 2),
        (Slo(ttft=99, tpot=90, e2el=1000), 1),
        (Slo(ttft=50, tpot=89, e2el=1), 0),
    ],
)
def test_a_good_request_keeps_every_service_level_to_the_millisecond(slo: Slo, good: int) -> None:
    assert good_requests([EXACT, FASTER, ONE_TOKEN, SLOWER], slo) == good


def test_goodput_is_good_requests_over_the_time_of_all() -> None:
    assert figures([EXACT, row(ms=5000.0, ended=5.0)], Slo(e2el=1000)).goodput == 0.2


def test_without_a_service_level_there_is_no_goodput() -> None:
    assert figures([EXACT], Slo()).goodput is None


@pytest.mark.parametrize("unknown", [{"ttft_ms": None}, {"output": None}])
def test_what_nobody_measured_is_neither_kept_nor_broken(unknown: dict[str, None]) -> None:
    assert good_requests([EXACT, row(**unknown)], Slo(tpot=1000)) is None


def test_a_count_that_one_reply_lacks_is_unknown_for_all() -> None:
    found = figures([EXACT, row(output=None, cached=None)], Slo())

    assert (found.output_tokens, found.output_throughput, found.total_throughput) == (None, None, None)
    assert found.cached_share is None
    assert found.input_tokens == 200


def test_the_cached_share_is_of_all_prompt_tokens() -> None:
    assert figures([row(cached=90), row(input=300, cached=10)], Slo()).cached_share == 0.25


def test_a_cost_that_one_reply_lacks_is_unknown_for_all() -> None:
    assert figures([row(usd=0.25), row(usd=0.5)], Slo()).cost_usd == 0.75
    assert figures([row(usd=0.25), row()], Slo()).cost_usd is None


def test_a_request_that_begins_as_another_ends_is_not_beside_it() -> None:
    spans = [(0.0, 2.0), (1.0, 3.0), (2.0, 4.0), (5.0, 6.0)]

    assert peak(row(sent=sent, ended=ended) for sent, ended in spans) == 2


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 20)), min_size=1, max_size=30))
def test_the_peak_is_the_most_that_any_moment_sees(spans: list[tuple[int, int]]) -> None:
    rows = [row(sent=float(sent), ended=float(sent + took)) for sent, took in spans]

    seen = (sum(one.sent <= at < one.ended for one in rows) for at in range(41))
    assert peak(rows) == max(seen)


def test_waiting_is_from_when_a_request_was_due() -> None:
    assert figures([row(due=1.0, sent=1.5, ended=2.0)], Slo()).wait_ms.mean == 500.0


def test_no_rows_make_no_figures_and_no_error() -> None:
    found = figures([], Slo(ttft=1), ramp=3.0)

    assert (found.seconds, found.request_throughput, found.goodput) == (0.0, 0.0, None)
