"""Conversations that are right, nearly right or wrong, made from gold ones; and how both sides judge them."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from scenarios.bfcl.conversations import Conversation, docs_of, parameters_of
from scenarios.bfcl.package import BfclPackage
from scoring.bfcl.defects import Kept
from scoring.bfcl.multi_turn import judge_turns
from scoring.bfcl.trial import gold_turns, played_turn
from tools.bfcl.account import ConversationAccount
from tools.world import Refused

Call = tuple[str, dict[str, JsonValue]]
Turns = list[list[Call]]


def gold_turn_calls(package: BfclPackage, task: Conversation) -> Turns:
    order = {doc["name"]: parameters_of(doc) for doc in docs_of(package, task.classes)}
    return [[(call.function, call.named(order[call.function])) for call in turn] for turn in task.gold]


def talk_mutants(gold: Turns) -> Iterator[tuple[str, Turns]]:
    """Each with the name of its change."""
    busy = [place for place, turn in enumerate(gold) if turn]
    idle = [place for place, turn in enumerate(gold) if not turn]
    first, last = busy[0], busy[-1]
    yield "gold", gold
    yield "nothing", [[] for _ in gold]
    yield "first turn empty", _with(gold, first, [])
    yield "last turn empty", _with(gold, last, [])
    yield "unknown function", _with(gold, first, [*gold[first], ("no_such_function", {})])
    yield "unknown function alone", _with(gold, last, [("no_such_function", {})])
    yield "one turn late", [[], *gold[:-1]]
    yield (
        "all in the first turn",
        [[one for turn in gold for one in turn], *[gold[-1][-1:]] * (len(gold) - 1)],
    )
    for place in (first, last):
        turn = gold[place]
        name, arguments = turn[-1]
        yield "last call left out", _with(gold, place, turn[:-1])
        yield "first call left out", _with(gold, place, turn[1:])
        yield "last call twice", _with(gold, place, [*turn, turn[-1]])
        yield "first call again", _with(gold, place, [*turn, gold[first][0]])
        yield "reversed", _with(gold, place, turn[::-1])
        yield "one argument more", _with(gold, place, [*turn[:-1], (name, {**arguments, "zzz": 1})])
        for key, value in list(arguments.items())[:2]:
            changed = [*turn[:-1], (name, {**arguments, key: _altered(value)})]
            yield "argument altered", _with(gold, place, changed)
            yield "wrong call, then the right one", _with(gold, place, [*changed, turn[-1]])
    for place in idle[:1]:
        yield "called too soon", _with(gold, place, gold[first][:1])
        yield "the next turn's calls", _with(gold, place, gold[min(place + 1, len(gold) - 1)])


def _with(gold: Turns, place: int, turn: list[Call]) -> Turns:
    return [*gold[:place], turn, *gold[place + 1 :]]


def _altered(value: JsonValue) -> JsonValue:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return value + "x"
        case list():
            return [*value, "x"]
    return "x"


def as_texts(turns: Turns) -> list[list[list[str]]]:
    """By turn and step, as BFCL's checker wants it: all calls of a turn in one step."""
    return [[[_text(name, arguments) for name, arguments in turn]] if turn else [] for turn in turns]


def _text(name: str, arguments: dict[str, JsonValue]) -> str:
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"


@dataclass(frozen=True, kw_only=True)
class Played:
    """A conversation in our own back ends."""

    gold: Sequence[Any]
    turns: Sequence[Any]

    def right(self, kept: Kept) -> bool:
        return judge_turns(self.gold, self.turns, kept) is None


def played(package: BfclPackage, task: Conversation, turns: Turns) -> Played:
    account = ConversationAccount(package, task)
    gold = gold_turns(account.reference())
    found: list[Any] = []
    for turn in turns:
        before = len(account.calls)
        for name, arguments in turn:
            with suppress(Refused):
                account.call(name, arguments)
        found.append(played_turn(account.calls, before, int(bool(turn))))
    return Played(gold=gold, turns=found)
