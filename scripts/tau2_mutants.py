"""Trajectories for tau2's tasks: the reference actions, nothing at all, and mutants of the former.

A mutant is made by one or two edits drawn from the seed, the task and the mutant's number, so that the same
command makes the same mutants. The edits aim at what the rules of a verdict look at: which calls were made,
with which arguments and how these are spelt, by whom, in which order, what was said, and who ended it.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

STOPS = "user_stop"


@dataclass(frozen=True, kw_only=True)
class Call:
    name: str
    arguments: dict[str, Any]
    requestor: str = "assistant"
    beside: str = ""
    """Words of the caller's in the same message."""


@dataclass(frozen=True, kw_only=True)
class Trajectory:
    label: str
    calls: tuple[Call, ...] = ()
    said: tuple[str, ...] = ("All right.",)
    """What the assistant says once the calls are made."""
    ended: str = STOPS


@dataclass(frozen=True, kw_only=True)
class Pool:
    """What the reference actions of a whole domain are made of."""

    calls: tuple[Call, ...]
    values: Mapping[str, tuple[Any, ...]]
    """By name of an argument."""


@dataclass(kw_only=True)
class _Edit:
    """A trajectory while it is being edited."""

    dice: random.Random
    pool: Pool
    infos: Sequence[str]
    calls: list[Call]
    said: list[str]
    ended: str = STOPS
    done: list[str] = field(default_factory=list)


def gold(task: Mapping[str, Any]) -> Trajectory:
    """The reference actions, and everything said that is to be told."""
    infos = _criteria(task).get("communicate_info") or []
    return Trajectory(label="gold", calls=_calls(task), said=("Done. " + " ; ".join(infos),))


def nothing() -> Trajectory:
    return Trajectory(label="nothing", said=("I am sorry, but I cannot help with that.",))


def pool_of(tasks: Sequence[Mapping[str, Any]]) -> Pool:
    calls = tuple(call for task in tasks for call in _calls(task))
    values: dict[str, list[Any]] = {}
    for call in calls:
        for name, value in call.arguments.items():
            if value not in values.setdefault(name, []):
                values[name].append(value)
    return Pool(calls=calls, values={name: tuple(found) for name, found in values.items()})


def mutant(task: Mapping[str, Any], pool: Pool, seed: int, number: int) -> Trajectory:
    """The mutant of this number; two in five have a second edit."""
    dice = random.Random(f"{seed} {task['id']} {number}")  # noqa: S311 # reproducible, not secret
    start = gold(task)
    infos = _criteria(task).get("communicate_info") or []
    edit = _Edit(dice=dice, pool=pool, infos=infos, calls=list(start.calls), said=list(start.said))
    for _ in range(1 + (dice.random() < 0.4)):  # noqa: PLR2004 # two in five
        names = list(EDITS)
        dice.shuffle(names)
        for name in names:
            if EDITS[name](edit):
                edit.done.append(name)
                break
    return Trajectory(
        label=" + ".join(edit.done), calls=tuple(edit.calls), said=tuple(edit.said), ended=edit.ended
    )


def _drop(edit: _Edit) -> bool:
    if not edit.calls:
        return False
    edit.calls.pop(edit.dice.randrange(len(edit.calls)))
    return True


def _cut(edit: _Edit) -> bool:
    if len(edit.calls) < 2:  # noqa: PLR2004 # one call is dropped by `_drop`
        return False
    del edit.calls[edit.dice.randrange(1, len(edit.calls)) :]
    return True


def _repeat(edit: _Edit) -> bool:
    if not edit.calls:
        return False
    place = edit.dice.randrange(len(edit.calls))
    edit.calls.insert(place, edit.calls[place])
    return True


def _swap(edit: _Edit) -> bool:
    if len(edit.calls) < 2:  # noqa: PLR2004 # there is nothing to swap
        return False
    one = edit.dice.randrange(len(edit.calls) - 1)
    edit.calls[one], edit.calls[one + 1] = edit.calls[one + 1], edit.calls[one]
    return True


def _foreign_call(edit: _Edit) -> bool:
    """A call that another task of the domain wants."""
    if not edit.pool.calls:
        return False
    edit.calls.insert(edit.dice.randint(0, len(edit.calls)), edit.dice.choice(edit.pool.calls))
    return True


def _other_value(edit: _Edit) -> bool:
    """An argument with a value that it has elsewhere in the domain."""
    return _with_argument(edit, lambda name, value: _another(edit, name, value))


def _float(edit: _Edit) -> bool:
    """A whole number spelt with a point."""
    return _with_argument(edit, lambda _, value: _map_numbers(value, float))


def _off_by_one(edit: _Edit) -> bool:
    return _with_argument(edit, lambda _, value: _map_numbers(value, lambda number: number + 1))


def _as_text(edit: _Edit) -> bool:
    """A number as text, which JSON tells apart and models do not."""
    return _with_argument(edit, lambda _, value: str(value) if _is_number(value) else value)


def _true_for_one(edit: _Edit) -> bool:
    return _with_argument(edit, lambda _, value: bool(value) if value in (0, 1) else value)


def _other_case(edit: _Edit) -> bool:
    return _with_argument(edit, lambda _, value: value.swapcase() if isinstance(value, str) else value)


def _turned_list(edit: _Edit) -> bool:
    return _with_argument(edit, lambda _, value: value[::-1] if isinstance(value, list) else value)


def _left_out(edit: _Edit) -> bool:
    place = _some_call(edit, lambda call: bool(call.arguments))
    if place is None:
        return False
    arguments = dict(edit.calls[place].arguments)
    arguments.pop(edit.dice.choice(sorted(arguments)))
    edit.calls[place] = replace(edit.calls[place], arguments=arguments)
    return True


def _empty(edit: _Edit) -> bool:
    place = _some_call(edit, lambda call: bool(call.arguments))
    if place is None:
        return False
    edit.calls[place] = replace(edit.calls[place], arguments={})
    return True


def _unknown_argument(edit: _Edit) -> bool:
    place = _some_call(edit, lambda _: True)
    if place is None:
        return False
    arguments = {**edit.calls[place].arguments, "note": "as asked"}
    edit.calls[place] = replace(edit.calls[place], arguments=arguments)
    return True


def _unknown_tool(edit: _Edit) -> bool:
    place = _some_call(edit, lambda _: True)
    if place is None:
        return False
    edit.calls[place] = replace(edit.calls[place], name=edit.calls[place].name + "_now")
    return True


def _other_side(edit: _Edit) -> bool:
    place = _some_call(edit, lambda _: True)
    if place is None:
        return False
    other = "assistant" if edit.calls[place].requestor == "user" else "user"
    edit.calls[place] = replace(edit.calls[place], requestor=other)
    return True


def _silent(edit: _Edit) -> bool:
    edit.said[:] = ["All right."]
    return bool(edit.infos)


def _inside(edit: _Edit) -> bool:
    """What is to be told as a part of something else."""
    edit.said[:] = [f"It is 7{info}3 then, x{info}x." for info in edit.infos] or edit.said
    return bool(edit.infos)


def _with_commas(edit: _Edit) -> bool:
    edit.said[:] = [f"That makes {_grouped(info)} in all." for info in edit.infos] or edit.said
    return bool(edit.infos)


def _with_cents(edit: _Edit) -> bool:
    edit.said[:] = [f"That makes ${info}.00 in all." for info in edit.infos] or edit.said
    return bool(edit.infos)


def _unheard(edit: _Edit) -> bool:
    """Words beside a tool call, and nothing of the kind afterwards."""
    place = _some_call(edit, lambda call: call.requestor == "assistant")
    if place is None or not edit.infos:
        return False
    edit.calls[place] = replace(edit.calls[place], beside=" ; ".join(edit.infos))
    edit.said[:] = ["All right."]
    return True


def _cut_off(edit: _Edit) -> bool:
    if edit.dice.random() < 0.8:  # noqa: PLR2004 # it is decided before anything is looked at
        return False
    edit.ended = edit.dice.choice(["max_steps", "too_many_errors", "agent_error"])
    return True


EDITS: Mapping[str, Callable[[_Edit], bool]] = {
    "drop": _drop,
    "cut": _cut,
    "repeat": _repeat,
    "swap": _swap,
    "foreign call": _foreign_call,
    "other value": _other_value,
    "float": _float,
    "off by one": _off_by_one,
    "number as text": _as_text,
    "true for one": _true_for_one,
    "other case": _other_case,
    "turned list": _turned_list,
    "argument left out": _left_out,
    "no arguments": _empty,
    "unknown argument": _unknown_argument,
    "unknown tool": _unknown_tool,
    "other side": _other_side,
    "silent": _silent,
    "inside": _inside,
    "with commas": _with_commas,
    "with cents": _with_cents,
    "unheard": _unheard,
    "cut off": _cut_off,
}
"""By name; an edit says whether it found anything to do."""


def _with_argument(edit: _Edit, change: Callable[[str, Any], Any]) -> bool:
    """Change the first argument, in an order drawn at random, that the change has any effect on."""
    places = [(place, name) for place, call in enumerate(edit.calls) for name in sorted(call.arguments)]
    edit.dice.shuffle(places)
    for place, name in places:
        call = edit.calls[place]
        changed = change(name, deepcopy(call.arguments[name]))
        if json.dumps(changed) != json.dumps(call.arguments[name]):
            edit.calls[place] = replace(call, arguments={**call.arguments, name: changed})
            return True
    return False


def _another(edit: _Edit, name: str, value: Any) -> Any:
    others = [one for one in edit.pool.values.get(name, ()) if one != value]
    return edit.dice.choice(others) if others else value


def _map_numbers(value: Any, change: Callable[[int], Any]) -> Any:
    match value:
        case bool():
            return value
        case int():
            return change(value)
        case dict():
            return {key: _map_numbers(part, change) for key, part in value.items()}
        case list():
            return [_map_numbers(part, change) for part in value]
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _grouped(info: str) -> str:
    return f"{int(info):,}" if info.isdigit() else info


def _some_call(edit: _Edit, fits: Callable[[Call], bool]) -> int | None:
    places = [place for place, call in enumerate(edit.calls) if fits(call)]
    return edit.dice.choice(places) if places else None


def _calls(task: Mapping[str, Any]) -> tuple[Call, ...]:
    return tuple(
        Call(
            name=action["name"],
            arguments=dict(action["arguments"]),
            requestor=action.get("requestor") or "assistant",
        )
        for action in _criteria(task).get("actions") or []
    )


def _criteria(task: Mapping[str, Any]) -> Mapping[str, Any]:
    return task.get("evaluation_criteria") or {}
