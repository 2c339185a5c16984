"""Dependencies between calls, kept or not."""

from scenarios.exam import Exam
from scoring.evidence import read
from scoring.order import score_order
from scoring.preparation import prepare
from scoring.score import Score
from tests.scoring.trials import Called, call, exam, expecting, gold, said, trial


def look(name: str) -> Called:
    return call("shop__get_order", order=name)


def wanting(*edges: tuple[str, str], optional: str = "") -> Exam:
    """Four lookups, a to d, where the second of each edge needs the first."""
    calls = (
        gold(
            name,
            "shop__get_order",
            *(before for before, after in edges if after == name),
            order=name,
            optional=name == optional,
        )
        for name in "abcd"
    )
    return exam(expecting("s", *calls))


def scored(of: Exam, *steps: Called | list[Called]) -> Score:
    return score_order(read(prepare(of), trial(said("s", *steps, "Done."))))


CHAIN = wanting(("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"))


def test_a_chain_in_order_scores_one() -> None:
    score = scored(CHAIN, look("a"), look("b"), look("c"), look("d"))

    assert score.value == 1.0
    assert score.details["order_ok"] == 1.0


def test_an_edge_that_others_imply_is_not_counted() -> None:
    assert prepare(CHAIN).edges == (("a", "b"), ("b", "c"), ("c", "d"))


def test_each_broken_dependency_costs_its_share() -> None:
    score = scored(CHAIN, look("b"), look("a"), look("c"), look("d"))

    assert score.value == 2 / 3
    assert "not a before b" in score.reason


def test_a_call_that_was_not_made_keeps_no_dependency() -> None:
    assert scored(CHAIN, look("a"), look("b")).value == 1 / 3


def test_calls_of_one_message_do_not_know_each_others_results() -> None:
    assert scored(CHAIN, [look("a"), look("b")], look("c"), look("d")).value == 2 / 3


def test_independent_calls_have_no_order() -> None:
    assert scored(wanting(), look("d"), look("a")).value is None


def test_silence_keeps_no_dependency() -> None:
    assert scored(CHAIN).value == 0.0


def test_an_optional_call_that_was_left_out_passes_its_dependency_on() -> None:
    of = wanting(("a", "b"), ("b", "c"), ("c", "d"), optional="b")

    assert scored(of, look("a"), look("c"), look("d")).value == 1.0
    assert scored(of, look("c"), look("a"), look("d")).value == 1 / 2


def test_parallel_use_is_the_share_of_neighbours_made_together() -> None:
    of = wanting(("a", "b"), ("a", "c"), ("a", "d"))

    assert scored(of, look("a"), [look("b"), look("c"), look("d")]).details["parallel_use"] == 1.0
    assert scored(of, look("a"), [look("b"), look("c")], look("d")).details["parallel_use"] == 0.5
    assert "parallel_use" not in scored(CHAIN, look("a")).details
