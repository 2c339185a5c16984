"""How well a judge agrees with labels, against published figures and laws."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.statistics.agreement import Labelled, agreement, cohens_kappa
from scoring.statistics.contrast import student


def sample(both: int, judge_only: int, label_only: int, neither: int) -> list[Labelled]:
    cells = [(True, True)] * both + [(True, False)] * judge_only
    cells += [(False, True)] * label_only + [(False, False)] * neither
    return [Labelled(judged, label, cluster) for cluster, (judged, label) in enumerate(cells)]


VERDICTS = st.lists(st.builds(Labelled, st.booleans(), st.booleans(), st.integers(0, 9)), min_size=1)


def test_kappa_of_a_worked_example() -> None:
    found = cohens_kappa(sample(20, 5, 10, 15))  # observed 0.7, by chance 0.5

    assert found.value == pytest.approx(0.4)


def test_the_interval_of_single_verdicts_is_that_of_fleiss_cohen_and_everitt() -> None:
    table = ((20 / 50, 5 / 50), (10 / 50, 15 / 50))
    rows, columns = [0.5, 0.5], [0.6, 0.4]
    chance, kappa = 0.5, 0.4
    on = sum(table[i][i] * (1 - (rows[i] + columns[i]) * (1 - kappa)) ** 2 for i in (0, 1))
    off = sum(table[i][1 - i] * (columns[i] + rows[1 - i]) ** 2 for i in (0, 1)) * (1 - kappa) ** 2
    variance = (on + off - (kappa - chance * (1 - kappa)) ** 2) / (50 * (1 - chance) ** 2)

    found = cohens_kappa(sample(20, 5, 10, 15))

    half = student(49) * sqrt(variance * 50 / 49)
    assert found.high == pytest.approx(kappa + half)
    assert found.low == pytest.approx(kappa - half)


def test_verdicts_on_one_conversation_count_together() -> None:
    alone = sample(20, 5, 10, 15)
    doubled = [one for one in alone for _ in range(4)]

    assert cohens_kappa(doubled) == cohens_kappa(alone).model_copy(
        update={
            "low": pytest.approx(cohens_kappa(alone).low),
            "high": pytest.approx(cohens_kappa(alone).high),
        }
    )
    assert agreement(doubled).conversations == 50


def test_errors_of_both_kinds_have_their_own_denominators() -> None:
    found = agreement(sample(20, 5, 10, 15))

    assert (found.both_met, found.false_positives, found.false_negatives, found.both_unmet) == (20, 5, 10, 15)
    assert (found.false_positive_rate.count, found.false_positive_rate.of) == (5, 20)
    assert (found.false_negative_rate.count, found.false_negative_rate.of) == (10, 30)
    assert found.agreement.mean == pytest.approx(0.7)


def test_saying_yes_to_everything_is_no_agreement_beyond_chance() -> None:
    assert cohens_kappa(sample(9, 1, 0, 0)).value == pytest.approx(0.0)


def test_what_cannot_be_told_is_none_and_says_why() -> None:
    assert (cohens_kappa([]).value, cohens_kappa([]).note) == (None, "no verdicts")
    assert cohens_kappa(sample(5, 0, 0, 0)).value is None
    assert cohens_kappa([Labelled(True, True, 1), Labelled(False, True, 1)]).low is None
    assert agreement(sample(3, 0, 0, 0)).false_positive_rate.share is None


def test_full_agreement_has_no_interval_without_a_width() -> None:
    found = agreement(sample(3, 0, 0, 4))

    assert (found.kappa.value, found.kappa.low, found.kappa.high) == (1.0, None, None)
    assert found.agreement.low is not None
    assert found.agreement.low < 1


@given(VERDICTS)
def test_kappa_is_symmetric_and_bounded(verdicts: list[Labelled]) -> None:
    found = cohens_kappa(verdicts)
    turned = cohens_kappa([Labelled(one.label, one.judged, one.cluster) for one in verdicts])

    if found.value is None:
        assert turned.value is None
        return
    assert turned.value == pytest.approx(found.value)
    assert -1 <= found.value <= 1
    if found.low is not None and found.high is not None:
        assert -1 <= found.low <= found.value <= found.high <= 1


@pytest.mark.parametrize(
    ("pairs", "value", "why"),
    [
        ([(True, True), (True, False)] * 5, 0.0, "says the same of everything"),
        ([(True, False), (False, True)] * 5, -1.0, "no agreement was seen"),
    ],
)
def test_a_kappa_that_cannot_vary_has_no_interval_without_a_width(
    pairs: list[tuple[bool, bool]], value: float, why: str
) -> None:
    found = cohens_kappa([Labelled(*pair, cluster) for cluster, pair in enumerate(pairs)])

    assert (found.value, found.low, found.high) == (value, None, None)
    assert why in found.note
