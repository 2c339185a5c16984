"""Scorers by name."""

from importlib.metadata import EntryPoint

import pytest

from scenarios.exam import Exam
from scenarios.transcript import Transcript
from scoring.registry import GROUP, ScorerClash, UnknownScorer, find_scorers, installed
from scoring.score import Score


class Brevity:
    """A plug-in as a package would bring it."""

    def score(self, exam: Exam, transcript: Transcript) -> Score:
        return Score(value=1.0, reason="short")


BREVITY = Brevity()
NO_SCORER = "just a text"


def offer(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=f"tests.scoring.test_registry:{value}", group=GROUP)


def test_a_plug_in_is_found_by_its_name_as_an_object_or_a_class() -> None:
    found = find_scorers(["short", "shorter"], [offer("short", "BREVITY"), offer("shorter", "Brevity")])

    assert [type(scorer).__name__ for scorer in found.values()] == ["Brevity", "Brevity"]


def test_built_in_scorers_need_not_be_asked_for() -> None:
    assert find_scorers(["calls", "state"], []) == {}


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(UnknownScorer, match=r"no scorer is called 'shrt'; there are state, .*, short\."):
        find_scorers(["shrt"], [offer("short", "BREVITY")])


def test_two_plug_ins_of_one_name_are_an_error() -> None:
    with pytest.raises(ScorerClash, match="two scorers are called 'short'"):
        find_scorers([], [offer("short", "BREVITY"), offer("short", "Brevity")])


def test_a_plug_in_with_a_built_in_name_is_an_error() -> None:
    with pytest.raises(ScorerClash, match="a built-in scorer and tests"):
        find_scorers([], [offer("calls", "BREVITY")])


@pytest.mark.parametrize(
    ("value", "message"), [("nothing", "does not load"), ("NO_SCORER", "has no method score")]
)
def test_what_cannot_be_used_says_why(value: str, message: str) -> None:
    with pytest.raises(UnknownScorer, match=message):
        find_scorers(["broken"], [offer("broken", value)])


def test_a_broken_plug_in_that_nobody_asks_for_is_not_loaded() -> None:
    assert find_scorers([], [offer("broken", "nothing")]) == {}


def test_what_is_installed_is_listed_without_loading_it() -> None:
    assert all(entry.group == GROUP for entry in installed())
