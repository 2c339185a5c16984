"""The worlds as they are against the worlds as they must be, leaf by leaf."""

from collections.abc import Sequence
from typing import Any

from scenarios.exam import Exam
from scenarios.scenario import Final, FinalState
from scenarios.transcript import Change
from scoring.evidence import read
from scoring.final_state import check_leaves, score_state
from scoring.preparation import prepare
from scoring.score import Score
from tests.scoring.trials import Key, call, changed, exam, expecting, gold, said, trial

PAID = changed("/orders/1/status", "paid", "open")
NOTED = changed("/orders/1/note", "by card", "none")


def wanting(*changes: Change, ignore: Sequence[str] = (), initial: Any = None, **overlay: Any) -> Exam:
    """A shop in which the gold calls make these changes; `overlay` is what the scenario says itself."""
    said_itself = {pointer.replace("__", "/"): matcher for pointer, matcher in overlay.items()}
    final = Final(state={"shop": FinalState(changed=said_itself, ignore=tuple(ignore))})
    return exam(
        expecting("s", gold("open", "desk__open_ticket", title="x")),
        final=final,
        key=Key(changes={"shop": changes}, initial={"shop": initial or {}}, results={"open": {"id": "T-1"}}),
    )


def scored(of: Exam, *changes: Change) -> Score:
    made = call("desk__open_ticket", {"id": "T-5"}, title="x")
    return score_state(
        check_leaves(read(prepare(of), trial(said("s", made, "Done."), changes={"shop": changes})))
    )


def test_the_gold_changes_score_one() -> None:
    assert scored(wanting(PAID, NOTED), PAID, NOTED).value == 1.0


def test_half_of_the_changes_are_half_the_recall() -> None:
    score = scored(wanting(PAID, NOTED), PAID)

    assert (score.details["precision"], score.details["recall"]) == (1.0, 0.5)
    assert "shop/orders/1/note did not become 'by card'" in score.reason


def test_a_side_effect_is_named_and_costs_precision() -> None:
    score = scored(wanting(PAID), PAID, changed("/orders/2/status", "lost", "open"))

    assert (score.details["precision"], score.details["side_effects"]) == (0.5, 1.0)
    assert "shop/orders/2/status changed to 'lost', unasked" in score.reason


def test_a_wrong_value_costs_precision_and_recall() -> None:
    score = scored(wanting(PAID), changed("/orders/1/status", "lost", "open"))

    assert score.value == 0.0
    assert "became 'lost', not 'paid'" in score.reason


def test_doing_nothing_where_nothing_has_to_change_earns_nothing() -> None:
    assert scored(wanting()).value is None


def test_any_change_where_nothing_has_to_change_scores_zero() -> None:
    assert scored(wanting(), PAID).value == 0.0


def test_types_count() -> None:
    one = Change(path="/n", before=0, after=1, kind="changed")

    assert scored(wanting(one), one.model_copy(update={"after": 1.0})).value == 1.0
    assert scored(wanting(one), one.model_copy(update={"after": "1"})).value == 0.0
    assert scored(wanting(one), one.model_copy(update={"after": True})).value == 0.0


def test_what_has_to_go_has_to_be_gone() -> None:
    gone = Change(path="/a", before=1, kind="removed")

    assert scored(wanting(gone), gone).value == 1.0
    assert scored(wanting(gone), Change(path="/a", before=1, after=None, kind="changed")).value == 0.0


def test_the_scenario_overrides_what_gold_makes_of_a_leaf() -> None:
    of = wanting(PAID, NOTED, __orders__1__note={"contains": "card"})

    assert scored(of, PAID, changed("/orders/1/note", "with a card, please", "none")).value == 1.0
    assert scored(of, PAID, changed("/orders/1/note", "in cash", "none")).value == 0.5
    assert scored(of, PAID).details["recall"] == 0.5


def test_a_matcher_may_stand_for_a_whole_list() -> None:
    tags = [changed(f"/tags/{n}", tag) for n, tag in enumerate(["vpn", "laptop"])]
    of = wanting(*tags, __tags={"set": ["laptop", "vpn"]})

    assert scored(of, *tags).value == 1.0
    assert scored(of, tags[0]).value == 0.0


def test_an_object_written_plainly_is_taken_apart() -> None:
    of = wanting(PAID, NOTED, __orders__1={"status": "paid", "note": {"any": True}})

    assert scored(of, PAID, changed("/orders/1/note", "whatever", "none")).value == 1.0
    assert scored(of, PAID).details["recall"] == 0.5


def test_a_reference_in_the_state_means_the_models_own_result() -> None:
    of = wanting(changed("/last", "T-1"), __last={"ref": "open.result.id"})

    assert scored(of, changed("/last", "T-5")).value == 1.0
    assert scored(of, changed("/last", "T-1")).value == 0.0


def test_ignored_leaves_count_neither_as_expected_nor_as_side_effects() -> None:
    logged = changed("/log/3", "refund")
    of = wanting(PAID, logged, ignore=["/log/*"])

    assert scored(of, PAID).value == scored(of, PAID, logged, changed("/log/4/by", "me")).value == 1.0
    assert scored(of, PAID, changed("/logs", "x")).details["side_effects"] == 1.0


def test_a_change_of_a_server_that_nobody_mentions_is_a_side_effect() -> None:
    stray = trial(said("s", "Done."), changes={"shop": (PAID,), "desk": (changed("/x", 1),)})
    checks = check_leaves(read(prepare(wanting(PAID)), stray))

    assert [check.outcome for check in checks] == ["right", "side_effect"]
