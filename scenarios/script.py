"""How the finite-state machine of a scripted user moves: pure functions that both sides of the project share.

Whoever plays the user asks here what it does about a reply. Whoever plays gold asks what the agent has to do
and say for the script to run its course: in every state its first move is to be brought about.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from re import Match

from pydantic import JsonValue

from scenarios.exam import AnswerKey
from scenarios.matching import compare, equal, mentioned, resolve
from scenarios.scenario import ExpectedCall, Scenario, Segment
from scenarios.user import PLACEHOLDER, Move, Reaction, Script, SimulatedUser, UserCall


class NoGold(ValueError):
    """The gold calls and the script do not fit together; the message says where."""


def fitting(moves: Sequence[Move], reply: str) -> Move | None:
    """The first move that fits what the agent said."""
    return next((move for move in moves if all(_states(fact, reply) for fact in move.when)), None)


def reaction(move: Move, results: Mapping[str, JsonValue]) -> Reaction:
    """What the user says and does next, after what its calls brought."""
    return next((case for case in move.cases if _given(case.given, results)), move)


def filled(text: str, user: SimulatedUser, results: Mapping[str, JsonValue]) -> str:
    """Words with what the user knows and what its calls brought in the place of `{label}`."""

    def value(match: Match[str]) -> str:
        name = match[1]
        if name in user.knows:
            return str(user.knows[name])
        call = name.partition(".")[0]
        if call not in results:
            return match[0]
        try:
            found = _brought(name, results)
        except LookupError:  # the tool said no, in words
            found = results[call]
        return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)

    return PLACEHOLDER.sub(value, text)


def arguments(call: UserCall, user: SimulatedUser, results: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """What a call of a script is made with."""
    return {
        name: _known(value, user, results) if isinstance(value, str) else value
        for name, value in call.args.items()
    }


@dataclass(frozen=True, kw_only=True)
class GoldTurn:
    """What the agent does and says about one thing that the user said."""

    calls: tuple[ExpectedCall, ...]
    """Its own gold calls, in their order."""
    cue: tuple[JsonValue, ...]
    """Facts that its reply has to state for the user's gold move."""


def script_of(scenario: Scenario, key: AnswerKey) -> Script:
    """The scenario's script; where it has none, one that makes the user's gold calls when they are named.

    The latter is for reference models alone: an agent has to name the very tools.
    """
    user = scenario.user
    if user is None:
        raise NoGold(f"{scenario.name} has no simulated user")
    return user.script or _rehearsal(scenario, user, key)


def gold_talk(scenario: Scenario, key: AnswerKey) -> tuple[GoldTurn, ...]:
    """The agent's part of the conversation that goes as it should. Raises `NoGold`.

    Its calls are made as late as the user's next call allows, so that all was said that they need.
    """
    user, script = scenario.user, script_of(scenario, key)
    if user is None:
        return ()
    left, results = list(scenario.segments[0].expect.calls), key.results
    turns: list[GoldTurn] = []
    state = script.start
    while len(turns) < user.limits.turns:
        move = script.states[state][0]
        mine, theirs = _taken(scenario, left, len(move.do))
        _check_same(move, theirs, key, user)
        brought = {call.id: results[gold.id] for call, gold in zip(move.do, theirs, strict=True)}
        then = reaction(move, brought)
        if then.stop is not None:
            own = [call for call in left if scenario.side_of(call.tool) == "agent"]
            if len(own) < len(left):
                raise NoGold(f"the user has said goodbye before its gold call {_other(left, own)!r}")
            turns.append(GoldTurn(calls=(*mine, *own), cue=move.when))
            return tuple(turns)
        turns.append(GoldTurn(calls=mine, cue=move.when))
        state = then.to or state
    raise NoGold(f"its first moves never end the conversation within {user.limits.turns} turns")


def models_part(segment: Segment, scenario: Scenario) -> Segment:
    """A segment with the gold calls that the model makes; what had to wait for the user's calls waits for
    what these waited for.
    """
    waited: dict[str, tuple[str, ...]] = {}
    own: list[ExpectedCall] = []
    for call in segment.expect.calls:
        after = tuple(dict.fromkeys(one for name in call.after for one in waited.get(name, (name,))))
        if scenario.side_of(call.tool) == "agent":
            own.append(call.model_copy(update={"after": after}))
        else:
            waited[call.id] = after
    expect = segment.expect.model_copy(update={"calls": tuple(own)})
    return segment.model_copy(update={"expect": expect})


def _rehearsal(scenario: Scenario, user: SimulatedUser, key: AnswerKey) -> Script:
    made = {call.id: call.arguments for call in key.calls}
    blocks = list(_blocks(scenario))
    states: dict[str, tuple[Move, ...]] = {}
    for number, block in enumerate(blocks):
        do = tuple(UserCall(id=call.id, tool=call.tool, args=dict(made[call.id])) for call in block)
        cue = tuple(dict.fromkeys(call.tool for call in block))
        states[f"b{number}"] = (Move(when=cue, do=do, say="OK.", to=f"b{number + 1}"),)
    states[f"b{len(blocks)}"] = (Move(say="Thank you.", stop="done"),)
    return Script(opening=user.goal, start="b0", states=states, otherwise="What shall I do?")


def _blocks(scenario: Scenario) -> Iterator[list[ExpectedCall]]:
    """The user's gold calls, those together that no call of the model's comes between."""
    block: list[ExpectedCall] = []
    for _, call in scenario.calls:
        if scenario.side_of(call.tool) == "user":
            block.append(call)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _taken(
    scenario: Scenario, left: list[ExpectedCall], users: int
) -> tuple[tuple[ExpectedCall, ...], list[ExpectedCall]]:
    """Take the next calls off the list: the model's before the user's next ones, and so many of these."""
    mine: list[ExpectedCall] = []
    theirs: list[ExpectedCall] = []
    while len(theirs) < users and left:
        call = left.pop(0)
        if scenario.side_of(call.tool) == "user":
            theirs.append(call)
        elif theirs:
            raise NoGold(f"gold call {call.id!r} stands between calls that the user makes in one move")
        else:
            mine.append(call)
    return tuple(mine), theirs


def _check_same(move: Move, gold: Sequence[ExpectedCall], key: AnswerKey, user: SimulatedUser) -> None:
    """Whether the calls of a gold move are the gold calls that are written down."""
    made = {call.id: call for call in key.calls}
    if len(gold) < len(move.do):
        missing = move.do[len(gold)]
        raise NoGold(f"the user calls {missing.tool} ({missing.id}), which is not among the gold `calls`")
    results: dict[str, JsonValue] = {}
    for call, wanted in zip(move.do, gold, strict=True):
        if wanted.id not in made:
            raise NoGold(f"the user's gold call {wanted.id!r} was not made")
        same = call.tool == wanted.tool and equal(
            arguments(call, user, results), dict(made[wanted.id].arguments)
        )
        if not same:
            raise NoGold(f"the user's call {call.id!r} is not the gold call {wanted.id!r} of `calls`")
        results[call.id] = made[wanted.id].result


def _other(calls: Sequence[ExpectedCall], own: Sequence[ExpectedCall]) -> str:
    return next(call.id for call in calls if call not in own)


def _states(fact: JsonValue, reply: str) -> bool:
    return mentioned(fact, reply, resolve({}))


def _given(wanted: Mapping[str, JsonValue], results: Mapping[str, JsonValue]) -> bool:
    for place, matcher in wanted.items():
        try:
            value = _brought(place, results)
        except LookupError:
            return False
        if compare(matcher, value, resolve(results)):
            return False
    return True


def _brought(place: str, results: Mapping[str, JsonValue]) -> JsonValue:
    """What stands at a place of a call's result. Raises `LookupError`."""
    name, _, path = place.partition(".")
    return resolve(results)(f"{name}.result.{path}" if path else f"{name}.result")


def _known(text: str, user: SimulatedUser, results: Mapping[str, JsonValue]) -> JsonValue:
    """An argument: what the user knows keeps its kind where it is all of the text."""
    whole = PLACEHOLDER.fullmatch(text)
    if whole is not None and whole[1] in user.knows:
        return user.knows[whole[1]]
    return filled(text, user, results)
