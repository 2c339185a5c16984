"""Agreement of answers: its bounds, what it does not hang on, and the published example of kappa."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.consistency.agreement import agreement, consistent_and_correct, kappa, strict_agreement

ANSWERS = st.lists(st.sampled_from(["a", "b", "c", None]), min_size=2, max_size=8)


@given(ANSWERS, st.randoms(use_true_random=False))
def test_agreement_is_a_share_and_hangs_on_no_order(answers: list[str | None], dice: Random) -> None:
    found = agreement(answers)
    shuffled = dice.sample(answers, len(answers))

    assert found is not None
    assert 0 <= found <= 1
    assert agreement(shuffled) == found
    assert strict_agreement(shuffled) == float(found == 1)


@given(ANSWERS)
def test_answers_that_are_all_right_are_all_equal(answers: list[str | None]) -> None:
    right = [answer == "a" for answer in answers]

    if consistent_and_correct(right):
        assert strict_agreement(answers) == agreement(answers) == 1


def test_one_answer_agrees_with_nobody() -> None:
    assert agreement(["a"]) is strict_agreement(["a"]) is consistent_and_correct([True]) is None
    assert agreement([]) is None


def test_what_could_not_be_read_agrees_with_nothing() -> None:
    assert agreement([None, None, None]) == 0
    assert strict_agreement([None, None]) == 0
    assert strict_agreement(["a", "a", None]) == 0


def test_kappa_is_that_of_the_published_example() -> None:
    """Ten subjects, fourteen raters, five categories: κ = 0.210."""
    counts = (
        (0, 0, 0, 0, 14),
        (0, 2, 6, 4, 2),
        (0, 0, 3, 5, 6),
        (0, 3, 9, 2, 0),
        (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0),
        (3, 2, 6, 3, 0),
        (2, 5, 3, 2, 2),
        (6, 5, 2, 1, 0),
        (0, 2, 2, 3, 7),
    )
    groups = [[label for label, n in enumerate(row) for _ in range(n)] for row in counts]

    assert kappa(groups) == pytest.approx(0.210, abs=5e-4)


def test_kappa_of_luck_is_about_zero_and_of_knowledge_is_one() -> None:
    dice = np.random.default_rng(5)
    luck = [[dice.random() < 0.7 for _ in range(6)] for _ in range(2000)]
    knowledge = [[dice.random() < 0.7] * 6 for _ in range(200)]

    assert kappa(luck) == pytest.approx(0, abs=0.02)
    assert kappa(knowledge) == pytest.approx(1)


def test_kappa_is_not_known_where_nothing_varies() -> None:
    assert kappa([[True, True], [True, True, True]]) is None
    assert kappa([[True], []]) is None
