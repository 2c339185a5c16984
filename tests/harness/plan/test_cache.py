"""What a provider's cache has of a sequence of requests, rule by rule."""

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.plan.cache import Totals, outcomes, simulate
from harness.plan.cost import dollars
from harness.plan.request import PlannedRequest, scaled
from harness.registry.cache_rule import NO_CACHE, CacheRule, Pace
from harness.registry.rates import Prices
from tests.harness.plan.little_requests import asked, piece, questions, request

BLOCK = CacheRule(kind="block", block=16)
UNIT = CacheRule(kind="unit")
MARKED = CacheRule(kind="breakpoint", minimum=1024)
RULES = (BLOCK, CacheRule(kind="block", block=128, minimum=1024, lifetime=300), UNIT, MARKED, NO_CACHE)
PACE = Pace(prefill=1000, decode=10, first=1)
PRICES = Prices(
    input=2, cached=0.5, write=2.5, output=8, as_of=date(2026, 1, 1), source="made up", known="assumption"
)

documents = st.lists(st.tuples(st.integers(1, 50_000), st.integers(1, 5)), min_size=1, max_size=5)


def cached(requests: list[PlannedRequest], rule: CacheRule, workers: int = 1) -> int:
    return simulate(requests, rule, workers=workers).cached


def test_a_block_cache_has_whole_blocks_of_what_was_sent_before() -> None:
    found = simulate(questions("paper", 1000, 3), BLOCK)

    each = (1000 + 5) // 16 * 16
    assert (found.requests, found.input, found.cached) == (3, 3 * 1025, 2 * each)
    assert found.output == 3 * 30


def test_a_hit_below_the_minimum_is_none() -> None:
    rule = CacheRule(kind="block", block=128, minimum=1024)

    assert cached(asked([(1000, 2)]), rule) == 0
    assert cached(asked([(1020, 2)]), rule) == 1024


def test_the_last_token_of_a_prompt_is_always_computed() -> None:
    same = [request(n, piece("paper", 160)) for n in range(2)]

    assert cached(same, BLOCK) == 144


def test_what_two_prompts_share_is_found_wherever_they_part() -> None:
    head, other = piece("head", 64), piece("other", 64)
    sent = [request(0, head, piece("a", 32)), request(1, head, other), request(2, head, other, piece("b", 8))]

    assert cached(sent, BLOCK) == 64 + 128


def test_an_entry_dies_of_age_and_every_use_makes_it_young() -> None:
    rule = CacheRule(kind="block", lifetime=100)
    often = [request(0, piece("paper", 500))]
    for n in range(1, 4):  # each takes about 60 s: every use comes in time
        often += [request(n, piece("paper", 500), piece(f"long {n}", 60_000 - 500))]
    rarely = [request(0, piece("paper", 500)), request(1, piece("other", 200_000))]
    rarely += [request(2, piece("paper", 500), piece("late", 10))]

    assert simulate(often, rule, pace=PACE).cached == 3 * 500
    assert simulate(rarely, rule, pace=PACE).cached == 0


def test_requests_at_once_cannot_hit_what_none_of_them_has_finished() -> None:
    together = [replace(one, waits="", tells="") for one in questions("paper", 1000, 4)]

    assert cached(together, BLOCK, workers=4) == 0
    assert cached(together, BLOCK, workers=1) == 3 * 992


def test_a_first_question_that_goes_ahead_saves_the_others() -> None:
    assert cached(list(questions("paper", 1000, 4)), BLOCK, workers=4) == 3 * 992


def test_a_unit_cache_needs_the_third_question_to_know_what_is_shared() -> None:
    found = [one.cached for one in outcomes(questions("paper", 1000, 4), UNIT)]

    assert found == [0, 0, 1005, 1005]


def test_a_unit_cache_keeps_a_conversation_as_it_goes_on() -> None:
    turn, reply, more = piece("turn", 1000), piece("reply 0", 30), piece("more", 500)
    sent = [request(0, turn), request(0, turn, reply, more)]

    assert [one.cached for one in outcomes(sent, UNIT)] == [0, 1030]


def test_a_unit_that_only_part_of_is_repeated_is_no_hit() -> None:
    sent = [request(0, piece("a", 1000), piece("b", 1000)), request(1, piece("a", 1000), piece("c", 1000))]

    assert cached(sent, UNIT) == 0


def test_units_at_intervals_are_found_where_they_are_known() -> None:
    rule = CacheRule(kind="unit", interval=256)

    assert [one.cached for one in outcomes(questions("paper", 1000, 2), rule)] == [0, 768]


def test_marks_say_up_to_where_a_prompt_is_written_and_found() -> None:
    found = list(outcomes(questions("paper", 2000, 3), MARKED))

    assert [(one.cached, one.written) for one in found] == [(0, 2000), (2000, 0), (2000, 0)]


def test_a_marked_beginning_below_the_minimum_is_not_written() -> None:
    found = simulate(questions("paper", 1000, 3), MARKED)

    assert (found.cached, found.written) == (0, 0)


def test_a_mark_finds_an_earlier_one_only_so_far_back() -> None:
    parts = [piece(f"part {n}", 2000) for n in range(30)]

    def grown(until: int) -> PlannedRequest:
        return request(until, *parts[:until], replace(parts[until], mark=True))

    near = [one.cached for one in outcomes([grown(4), grown(24)], MARKED)]
    far = [one.cached for one in outcomes([grown(4), grown(25)], MARKED)]

    assert (near, far) == ([0, 10_000], [0, 0])


def test_the_rule_of_no_cache_is_what_naive_asking_costs() -> None:
    found = simulate(questions("paper", 1000, 3), NO_CACHE)

    assert (found.input, found.cached, found.uncached, found.written) == (3075, 0, 3075, 0)


def test_time_is_that_of_the_last_answer() -> None:
    one = list(questions("paper", 975, 1))
    apart = [request(n, piece(f"paper {n}", 1000)) for n in range(4)]

    assert simulate(one, NO_CACHE, pace=PACE).seconds == pytest.approx(1 + 1 + 3)
    assert simulate(apart, NO_CACHE, pace=PACE, workers=2).seconds == pytest.approx(10)


def test_no_requests_use_nothing() -> None:
    assert simulate([], BLOCK) == Totals()


@pytest.mark.parametrize("rule", RULES)
@settings(deadline=None)
@given(documents, st.integers(1, 8))
def test_what_is_cached_and_what_is_not_make_the_input(
    rule: CacheRule, sizes: list[tuple[int, int]], workers: int
) -> None:
    requests = asked(sizes)
    found = simulate(requests, rule, workers=workers)

    assert found.input == sum(one.input for one in requests)
    assert 0 <= found.cached <= found.input
    assert found.cached + found.uncached == found.input
    assert 0 <= found.written <= found.uncached


@pytest.mark.parametrize("rule", RULES)
@settings(deadline=None)
@given(documents, st.randoms(use_true_random=False))
def test_a_shuffled_order_never_caches_more_than_document_by_document(
    rule: CacheRule, sizes: list[tuple[int, int]], dice: random.Random
) -> None:
    requests = asked(sizes)
    mixed = [replace(one, waits="", tells="") for one in dice.sample(requests, len(requests))]

    assert cached(mixed, rule) <= cached(requests, rule)


@pytest.mark.parametrize("rule", RULES)
@settings(deadline=None)
@given(st.integers(0, 20_000), st.integers(0, 20_000), st.integers(2, 6))
def test_a_longer_beginning_in_common_never_costs_more(
    rule: CacheRule, one: int, other: int, count: int
) -> None:
    shorter, longer = sorted((one, other))

    def cost(shared: int) -> float:
        sent = [
            request(n, piece("shared", shared + 1, mark=True), piece(f"own {n}", 20_001 - shared))
            for n in range(count)
        ]
        return dollars(list(outcomes(sent, rule)), PRICES)

    assert cost(longer) <= cost(shorter) + 1e-9


@settings(deadline=None)
@given(documents)
def test_no_rule_caches_more_than_an_ideal_one(sizes: list[tuple[int, int]]) -> None:
    requests = asked(sizes)
    ideal = cached(requests, CacheRule(kind="block", block=1))

    assert all(cached(requests, rule) <= ideal for rule in RULES)


def test_a_longer_reply_stays_within_its_limit_and_the_models() -> None:
    plain = request(0, piece("paper", 100), output=200)

    assert scaled(plain, 1.5).pieces[0].tokens == 150
    assert scaled(plain, 1.0, wordy=2).reply.tokens == 400
    assert scaled(plain, 1.0, wordy=2, thinking=100).reply.tokens == 512
    assert scaled(plain, 1.0, thinking=100, most=250).reply.tokens == 250
