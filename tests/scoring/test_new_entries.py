"""New entries under keys that the world hands out: independent calls may come in any order."""

from typing import Any

from scenarios.exam import Exam
from scenarios.transcript import Change
from scoring.evidence import read
from scoring.final_state import check_leaves, score_state
from scoring.preparation import prepare
from scoring.score import Score
from tests.scoring.trials import Key, changed, exam, expecting, gold, said, trial


def ticket(key: str, title: str, priority: int = 1) -> list[Change]:
    return [
        changed(f"/tickets/{key}/id", key),
        changed(f"/tickets/{key}/title", title),
        changed(f"/tickets/{key}/priority", priority),
    ]


def file(name: str, text: str) -> list[Change]:
    return [changed(f"/files/{name}/text", text), changed(f"/files/{name}/size", len(text))]


GOLD = [*ticket("T-1", "printer"), *ticket("T-2", "screen", 3), changed("/newest", "T-2", "T-0")]


def wanting(changes: list[Change], results: Any = None, arguments: Any = None) -> Exam:
    return exam(
        expecting("s", gold("a", "desk__open_ticket"), gold("b", "desk__open_ticket")),
        key=Key(
            changes={"desk": tuple(changes)},
            initial={"desk": {"tickets": {}, "files": {}, "log": [], "newest": "T-0"}},
            results=results or {"a": {"id": "T-1"}, "b": {"id": "T-2"}},
            arguments=arguments or {},
        ),
    )


def scored(of: Exam, *changes: Change) -> Score:
    return score_state(check_leaves(read(prepare(of), trial(said("s", "Done."), changes={"desk": changes}))))


def test_entries_made_in_the_other_order_are_right() -> None:
    other = [*ticket("T-2", "printer"), *ticket("T-1", "screen", 3), changed("/newest", "T-1", "T-0")]

    assert scored(wanting(GOLD), *other).value == 1.0


def test_what_is_wrong_in_an_entry_stays_wrong_under_any_key() -> None:
    other = [*ticket("T-2", "printer"), *ticket("T-1", "screen", 9), changed("/newest", "T-1", "T-0")]
    score = scored(wanting(GOLD), *other)

    assert score.details["recall"] == 6 / 7
    assert "priority became 9, not 3" in score.reason


def test_an_entry_too_many_keeps_its_key() -> None:
    score = scored(wanting(GOLD), *GOLD, *ticket("T-3", "keyboard"))

    assert score.details["side_effects"] == 3.0


def test_names_that_the_model_chose_are_never_exchanged() -> None:
    chosen = {"a": {"path": "a.txt"}, "b": {"path": "b.txt"}}
    of = wanting([*file("a.txt", "one"), *file("b.txt", "three")], results=chosen, arguments=chosen)

    assert scored(of, *file("a.txt", "one"), *file("b.txt", "three")).value == 1.0
    assert scored(of, *file("b.txt", "one"), *file("a.txt", "three")).value == 0.0


def test_entries_appended_to_a_list_may_come_in_any_order() -> None:
    first, second = (
        [changed(f"/log/{n}/what", what) for n, what in enumerate(whats)] for whats in ("ab", "ba")
    )

    assert scored(wanting(first), *second).value == 1.0


def test_plain_values_in_a_list_keep_their_order() -> None:
    first, second = ([changed(f"/log/{n}", what) for n, what in enumerate(whats)] for whats in ("ab", "ba"))

    assert scored(wanting(first), *second).value == 0.0
