"""Two readers on the same questions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.statistics.pairs import paired
from scoring.statistics.proportions import mcnemar

PAIRS = st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 1.0]), st.integers(0, 5)))


@settings(deadline=None)
@given(PAIRS)
def test_two_readers_swapped_differ_the_other_way(asked: list[tuple[float, float, int]]) -> None:
    documents = [document for _, _, document in asked]
    one = paired([(first, second) for first, second, _ in asked], documents)
    other = paired([(second, first) for first, second, _ in asked], documents)

    assert (one.n, one.p, one.first_only) == (len(asked), other.p, other.second_only)
    if one.gap is not None and other.gap is not None and one.low is not None and one.high is not None:
        assert one.gap == pytest.approx(-other.gap)
        assert -1 <= one.low <= one.gap <= one.high <= 1


def test_readers_that_never_differ_may_still_do_so_elsewhere() -> None:
    found = paired([(1.0, 1.0)] * 20, [n // 10 for n in range(20)])

    assert (found.gap, found.p) == (0.0, 1.0)
    assert found.low is not None
    assert found.high is not None
    assert found.low < -0.1 < 0.1 < found.high


def test_a_gap_on_few_documents_is_less_sure_than_on_as_many_questions() -> None:
    """One document's ten answers are all of the difference."""
    pairs = [(1.0, 0.0)] * 10 + [(1.0, 1.0)] * 30
    together = paired(pairs, [n // 10 for n in range(40)])
    apart = paired(pairs, range(40))

    assert together.gap == apart.gap == 0.25
    assert together.p == apart.p == mcnemar(10, 0)
    assert together.low is not None
    assert apart.low is not None
    assert together.low <= 0 < apart.low


def test_scores_between_right_and_wrong_have_a_gap_and_no_exact_test() -> None:
    found = paired([(0.5, 0.25), (1.0, 0.5)], ["a", "b"])

    assert (found.gap, found.p, found.first_only) == (0.375, None, 0.75)


def test_no_pairs_have_no_gap() -> None:
    assert paired([], []).gap is None
