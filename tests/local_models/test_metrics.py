from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_models.metrics import Growth, Histogram, Sample, growth, read_metrics
from tests.local_models.metrics_page import BOUNDS, LABELS, histogram, labelled, page


def seen(text: str, at: str = "2026-11-22T12:00:00Z") -> Sample:
    return read_metrics(text, at=at, server="http://127.0.0.1:1")


def observed(seconds: Sequence[float]) -> Histogram:
    found = seen(histogram("vllm:time_to_first_token_seconds", seconds)).timings
    return found["ttft"]


def test_a_page_becomes_a_sample() -> None:
    counters = {"prompt_tokens": 7440, "generation_tokens": 61, "prefix_cache_queries": 7440}
    counters |= {"prefix_cache_hits": 7424, "prompt_tokens_cached": 7424, "num_preemptions": 0}
    gauges = {"num_requests_running": 2.0, "num_requests_waiting": 3.0, "kv_cache_usage_perc": 0.25}
    found = seen(page(counters, gauges, [0.05, 0.7]))
    assert (found.prompt_tokens, found.generation_tokens, found.cached_tokens) == (7440, 61, 7424)
    assert (found.cache_queries, found.cache_hits, found.preemptions) == (7440, 7424, 0)
    assert (found.running, found.waiting, found.kv_use) == (2, 3, 0.25)
    assert found.timings["ttft"].count == 2
    assert found.timings["ttft"].sum == pytest.approx(0.75)
    assert not found.missed


def test_counters_are_known_with_total_and_without() -> None:
    assert seen(page({"prompt_tokens": 5}, total="")).prompt_tokens == 5
    assert seen(page({"prompt_tokens": 5})).prompt_tokens == 5


def test_names_of_older_versions_are_known() -> None:
    old = seen(
        page({"gpu_prefix_cache_queries": 9, "gpu_prefix_cache_hits": 4}, {"gpu_cache_usage_perc": 0.5})
        + histogram("vllm:time_per_output_token_seconds", [0.2])
    )
    assert (old.cache_queries, old.cache_hits, old.kv_use) == (9, 4, 0.5)
    assert old.timings["itl"].count == 1


def test_several_engines_are_one_server() -> None:
    gauges = {"num_requests_waiting": 2.0, "kv_cache_usage_perc": 0.2}
    first = page({"prompt_tokens": 10}, gauges, [0.05, 0.7])
    second = page({"prompt_tokens": 32}, gauges | {"kv_cache_usage_perc": 0.9}, [0.06], engine=1)
    found = seen(first + second)
    assert (found.prompt_tokens, found.waiting, found.kv_use) == (42, 4, 0.9)
    assert found.timings["ttft"].count == 3
    assert found.timings["ttft"].at(0.1) == 2


def test_a_counter_that_is_split_by_reason_is_added_up() -> None:
    reasons = ("stop", "length", "abort")
    lines = [f"vllm:request_success_total{labelled(0, finished_reason=one)} 2.0" for one in reasons]
    assert seen("\n".join(lines)).requests == 6


def test_what_the_page_does_not_have_is_not_zero() -> None:
    found = seen(page({"generation_tokens": 3}))
    assert (found.prompt_tokens, found.cache_hits, found.kv_use, found.timings) == (None, None, None, {})


def test_a_page_of_another_program_is_a_miss() -> None:
    assert "no figure of vLLM" in seen("http_requests_total 7\nprocess_start_time_seconds 12\n").missed


@pytest.mark.parametrize(
    "line",
    [
        "vllm:prompt_tokens_total{",
        'vllm:prompt_tokens_total{model_name="a" 4',
        "vllm:prompt_tokens_total many",
        f"vllm:prompt_tokens_total{LABELS} NaN",
        'vllm:time_to_first_token_seconds_bucket{le="soon"} 4',
        "<html><body>no page here</body></html>",
        "\x00\ufffd",
    ],
)
def test_an_odd_line_spoils_no_other(line: str) -> None:
    found = seen(f"{line}\n{page({'generation_tokens': 3})}{line}")
    assert (found.generation_tokens, found.prompt_tokens) == (3, None)


def test_a_label_may_say_anything() -> None:
    name = r"a \"quoted\" }name, le=\"0.1\", of C:\\models"
    line = f'vllm:prompt_tokens_total{{model_name="{name}",engine="0"}} 4.0'
    assert seen(line).prompt_tokens == 4


def test_a_time_may_stand_behind_a_value() -> None:
    assert seen("vllm:prompt_tokens_total 4.0 1763700000000\r\n").prompt_tokens == 4


def test_a_count_that_no_server_can_have_is_an_error() -> None:
    name = "vllm:time_to_first_token_seconds"
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        seen(f'{name}_bucket{{le="1.0"}} -3\n{name}_count -3')


def test_a_quantile_lies_in_a_bucket_on_a_straight_line() -> None:
    found = observed([0.2, 0.3, 0.4, 0.45, 2.0]).quantile(0.5)
    assert found is not None
    assert (found.low, found.high) == (0.1, 0.5)
    assert found.at == pytest.approx(0.1 + 0.4 * 2.5 / 4)


def test_a_quantile_beyond_the_last_bound_has_no_upper_end() -> None:
    found = observed([0.2, 99.0]).quantile(0.95)
    assert found is not None
    assert (found.at, found.low, found.high) == (2.5, 2.5, None)


def test_nothing_observed_has_no_quantile() -> None:
    assert observed([]).quantile(0.5) is None


def test_bounds_between_which_nothing_changes_are_left_out() -> None:
    found = observed([0.05, 0.06])
    assert found.bounds == (0.1,)
    assert [found.at(bound) for bound in (0.05, *BOUNDS)] == [0, 2, 2, 2, 2]


times = st.lists(st.sampled_from([0.05, 0.3, 0.7, 2.0, 9.0]), max_size=12)


@given(before=times, since=times)
def test_a_histogram_less_its_beginning_is_what_came_since(before: list[float], since: list[float]) -> None:
    grown = observed([*before, *since]).plus(observed(before), -1)
    alone = observed(since)
    assert grown.sum == pytest.approx(alone.sum)
    assert [grown.at(b) for b in BOUNDS] == [alone.at(b) for b in BOUNDS]
    for q in (0.5, 0.95):
        assert grown.quantile(q) == alone.quantile(q)


@given(seconds=times.filter(bool), q=st.floats(0, 1))
def test_a_quantile_lies_between_the_ends_of_its_bucket(seconds: list[float], q: float) -> None:
    found = observed(seconds).quantile(q)
    assert found is not None
    assert found.low <= found.at <= (found.high or found.at)


def look(prompt: int | None, hits: int = 0, *, started: float | None = None, missed: str = "") -> Sample:
    return Sample(at="", server="s", prompt_tokens=prompt, cache_hits=hits, started=started, missed=missed)


def test_what_was_counted_before_the_first_look_is_no_growth() -> None:
    assert growth([look(100), look(140), look(170)]).prompt_tokens == 70


def test_looks_that_saw_nothing_are_passed_over() -> None:
    assert growth([look(100), look(None, missed="gone"), look(170)]).prompt_tokens == 70


def test_a_server_that_began_again_counts_from_nothing() -> None:
    found = growth([look(100, 50), look(160, 90), look(30, 10), look(50, 10)])
    assert (found.prompt_tokens, found.cache_hits, found.restarts) == (60 + 30 + 20, 40 + 10, 1)


def test_a_server_that_began_again_is_known_by_when_it_began() -> None:
    found = growth([look(10, started=1.0), look(30, started=2.0)])
    assert (found.prompt_tokens, found.restarts) == (30, 1)


def test_what_a_page_shows_only_later_counted_from_nothing() -> None:
    then = look(9).model_copy(update={"timings": {"ttft": observed([0.2])}, "preemptions": 2})
    found = growth([look(5), then])
    assert (found.prompt_tokens, found.preemptions, found.timings["ttft"].count) == (4, 2, 1)


def test_one_look_tells_no_growth() -> None:
    assert growth([look(100)]) == Growth()


def test_growths_add_up_and_what_neither_knows_stays_unknown() -> None:
    one, other = Growth(prompt_tokens=3, restarts=1), Growth(prompt_tokens=4, cache_hits=2)
    both = one.plus(other)
    assert (both.prompt_tokens, both.cache_hits, both.requests, both.restarts) == (7, 2, None, 1)


@given(st.lists(st.integers(0, 9), max_size=20), st.integers(0, 20))
def test_a_restart_loses_no_more_than_what_came_after_the_last_look(steps: list[int], at: int) -> None:
    total, looks = 0, [look(0, started=1.0)]
    for place, step in enumerate(steps):
        total = step if place == at else total + step
        looks.append(look(total, started=1.0 if place < at else 2.0))
    assert growth(looks).prompt_tokens == (sum(steps) if steps else None)
