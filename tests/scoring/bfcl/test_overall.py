"""BFCL's number from its categories."""

import pytest

from scoring.bfcl.overall import LIVE_TASKS, SCORED, WEIGHTS, Played, board


def all_of(accuracy: float) -> dict[str, Played]:
    return {name: Played(accuracy=accuracy, tasks=LIVE_TASKS.get(name, 200)) for name in SCORED}


def test_the_weights_are_whole() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    full = board(all_of(1.0))
    assert full.overall == pytest.approx(1)
    assert full.weight_played == pytest.approx(1)
    assert full.missing == ()


@pytest.mark.parametrize(
    ("category", "share"),
    [
        ("simple_java", 0.1 / 4 / 3),
        ("multiple", 0.1 / 4),
        ("live_multiple", 0.1 * 1053 / 1351),
        ("live_irrelevance", 0.1 / 2),
        ("multi_turn_base", 0.3 / 4),
        ("web_search_base", 0.4 / 2 / 2),
        ("memory_kv", 0.4 / 2 / 3),
    ],
)
def test_every_category_has_its_share(category: str, share: float) -> None:
    only = {**all_of(0.0), category: Played(accuracy=1.0, tasks=LIVE_TASKS.get(category, 200))}
    assert board(only).overall == pytest.approx(share)


def test_what_was_not_played_counts_as_zero_and_is_named() -> None:
    played = {name: one for name, one in all_of(0.5).items() if not name.startswith(("web", "memory"))}
    found = board(played)
    assert found.overall == pytest.approx(0.3)
    assert found.weight_played == pytest.approx(0.6)
    assert found.missing[0] == "web_search_base"
    assert board({}).overall == 0
