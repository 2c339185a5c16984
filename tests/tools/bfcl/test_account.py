"""BFCL's back ends, called by attribute and kept account of."""

import sys
from collections.abc import Iterator
from decimal import getcontext
from pathlib import Path
from typing import Any

import pytest

from scenarios.bfcl.conversations import Conversation, conversations
from scenarios.bfcl.package import BfclPackage, bfcl
from tests.bfcl_package import forgotten, put_package
from tools.bfcl.account import ConversationAccount, hashed
from tools.bfcl.backends import BackEnds, state_of
from tools.world import Refused


@pytest.fixture
def package(tmp_path: Path) -> Iterator[BfclPackage]:
    with forgotten():
        yield bfcl(put_package(tmp_path))


@pytest.fixture
def task(package: BfclPackage) -> Conversation:
    return next(conversations(package, "multi_turn_base"))


def ends(package: BfclPackage) -> BackEnds:
    return BackEnds(package, ["TicketAPI"], {"TicketAPI": {"level": 9}}, long_context=False)


def test_every_call_leaves_what_it_gave_back_and_what_the_state_was(
    package: BfclPackage, task: Conversation
) -> None:
    account = ConversationAccount(package, task)
    assert account.call("dim", {"level": 3}).text == '{"level": 3}'
    first, level, *log = account.changes()
    after: Any = first.after
    assert (first.path, after["function"], after["output"]) == ("/calls/0", "dim", hashed('{"level": 3}'))
    assert (level.path, level.before, level.after) == ("/state/TicketAPI/level", 9, 3)
    assert [change.path for change in log] == ["/state/TicketAPI/log/0"]


def test_gold_calls_leave_the_same_apart(package: BfclPackage, task: Conversation) -> None:
    account = ConversationAccount(package, task)
    account.call("dim", {"level": 3})
    account.call("look", {})
    first, second = account.reference()
    wanted: Any = first.after
    made: Any = account.changes()[1].after
    assert wanted["state"] == made["state"]
    assert wanted["outputs"] == [hashed('{"level": 3}')] * 2
    assert second.path == "/turns/1"


def test_a_method_that_raises_says_so_in_bfcls_words(package: BfclPackage, task: Conversation) -> None:
    account = ConversationAccount(package, task)
    with pytest.raises(Refused, match=r"^Error during execution: too hot$"):
        account.call("burn", {})
    with pytest.raises(Refused, match="unexpected keyword argument 'zzz'"):
        account.call("look", {"zzz": 1})
    with pytest.raises(Refused, match="name '_load_scenario' is not defined"):
        account.call("_load_scenario", {"scenario": {}})
    assert [change.path for change in account.changes()] == ["/calls/0", "/calls/1", "/calls/2"]


def test_no_trial_sees_what_another_did_to_a_constant(package: BfclPackage) -> None:
    first = ends(package)
    first.call("dim", {"level": 1})
    assert ends(package).state() == {"TicketAPI": {"level": 9, "log": [], "long_context": 0}}


def test_what_a_call_was_given_is_not_changed_by_it(package: BfclPackage) -> None:
    words = ["a"]
    lamp = ends(package)
    lamp.call("keep", {"words": words})
    lamp.call("dim", {"level": 1})
    assert words == ["a"]


def test_states_are_equal_when_python_says_so(package: BfclPackage) -> None:
    one, other, third = ends(package), ends(package), ends(package)
    one.call("dim", {"level": 1})
    other.call("dim", {"level": 1.0})
    third.call("dim", {"level": "1"})
    assert one.digests() == other.digests()
    assert one.digests() != third.digests()


def test_of_an_object_only_public_attributes_count() -> None:
    class Thing:
        def __init__(self, order: dict[str, int]) -> None:
            self.order = order
            self._hidden = object()

    assert state_of(Thing({"a": 1, "b": 2})) == state_of(Thing({"b": 2, "a": 1}))


def test_the_package_is_on_nobodys_path_afterwards(package: BfclPackage) -> None:
    ends(package)
    assert str(package.root.parent) not in sys.path


def test_a_state_that_holds_itself_is_no_other_state_and_the_trial_goes_on(package: BfclPackage) -> None:
    lamp = ends(package)
    before = lamp.digests()

    assert lamp.call("tangle", {}) == ("None", False)
    assert lamp.digests() != before
    assert lamp.state() == {"TicketAPI": "a state within itself"}
    assert lamp.call("look", {}) == ('{"level": 9}', False)
    lamp.call("keep", {"words": []})
    assert lamp.state() == {"TicketAPI": {"level": 9, "log": ["kept"], "long_context": 0}}


def test_a_state_that_doubles_with_every_call_is_called_no_more_once_it_is_too_large(
    package: BfclPackage,
) -> None:
    lamp = ends(package)
    said = [lamp.call("double", {})[0] for _ in range(200)]

    assert said[-1] == "Error during execution: a state of more than 100000 parts"
    assert lamp.state() == {"TicketAPI": "a state of more than 100000 parts"}


def test_mathematics_that_would_not_end_is_an_error(package: BfclPackage) -> None:
    mathematics = BackEnds(package, ["MathAPI"], {}, long_context=False)

    assert mathematics.call("power", {"base": 2, "exponent": 8}) == ('{"result": 256}', False)
    said = mathematics.call("power", {"base": 9, "exponent": 9**9})
    assert said == ("Error during execution: the result is too large", True)


def test_the_precision_that_a_call_sets_is_set_for_nobody_else(package: BfclPackage) -> None:
    before = getcontext().prec
    ends(package).call("sharpen", {"digits": 3})
    assert getcontext().prec == before
