"""The parts of tau2's verdict, each by its own rule and by the same rule without its known defects."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from scenarios.amounts import numbers_in
from scenarios.exam import ToolSpec
from scenarios.matching import compare_arguments, equal, resolve
from scenarios.transcript import Change
from scenarios.words import mentions
from scoring.assignment import assign
from scoring.tau2.criteria import Action, Criteria
from scoring.tau2.trial import Made, Said, Trial, World

_RANDOM_ID = re.compile(r'"B[0-9a-f]{8}"')
_AMOUNT = re.compile(r"\$?-?[\d,]*\.?\d+")
_SHOWN = 3
_LONGEST = 80


@dataclass(frozen=True, kw_only=True)
class Part:
    """One component of the verdict."""

    strict: bool
    """As tau2 judges."""
    corrected: bool
    reason: str
    """Why not, by tau2's rule, or how much there was to be met."""
    defects: Mapping[str, str] = field(default_factory=dict)


def databases(world: World) -> Part:
    """Whether the databases are, byte by byte, what the reference actions make of them."""
    strict = _spelt(world.changes) == _spelt(world.reference)
    defects: dict[str, str] = {}
    loose = strict
    for code, wanted, read in (
        ("number_spelling", world.reference, _valued),
        ("random_id", world.reference, _renamed),
        ("reference_unsynced", world.synced, _renamed),
    ):
        if not loose and read(world.changes) == read(wanted):
            loose = True
            defects[code] = "; ".join(_differences(world.changes, wanted)) or "the reference run differs"
    if strict and _renamed(world.changes) != _renamed(world.synced):
        loose = False
        defects["reference_unsynced"] = "; ".join(_differences(world.changes, world.synced))
    if strict:
        reason = f"{len(world.reference)} leaves of the databases changed as they must"
    else:
        reason = "the databases differ: " + "; ".join(_differences(world.changes, world.reference))
    return Part(strict=strict, corrected=loose, reason=reason, defects=defects)


def assertions(criteria: Criteria, world: World) -> Part:
    wanted = criteria.assertions or ()
    unmet = [
        f"{said} {'raised ' + held if isinstance(held, str) else 'does not hold'}"
        for said, held in zip(wanted, world.holds, strict=True)
        if held is not True
    ]
    raised = [held for held in world.holds if isinstance(held, str)]
    return Part(
        strict=not unmet,
        corrected=not unmet,
        reason="; ".join(unmet) if unmet else f"{len(wanted)} assertions hold",
        defects={"assertion_raises": raised[0]} if raised else {},
    )


def actions(criteria: Criteria, trial: Trial, tools: Mapping[str, ToolSpec], failing: frozenset[int]) -> Part:
    """Whether every reference action was made, by anybody, in any order, among any others.

    `failing` are the places of those that the tools refuse in the reference run too.
    """
    wanted = criteria.actions or ()
    unmet = [action for action in wanted if not any(_meets(action, made) for made in trial.made)]
    full = [
        [_fully_meets(action, made, tools, fails=place in failing) for made in trial.made]
        for place, action in enumerate(wanted)
    ]
    pairs = dict(assign([[float(cell) for cell in row] for row in full]))
    defects: dict[str, str] = {}
    for place, action in enumerate(wanted):
        if place in pairs and action in unmet:
            made = trial.made[pairs[place]]
            defects.setdefault("action_default_spelt_out", _call(made.name, made.arguments))
        elif place not in pairs and action not in unmet:
            code, why = _how_met(action, trial.made, tools)
            defects.setdefault(code, why)
    done = f"{len(wanted) - len(unmet)} of {len(wanted)} reference actions made"
    missing = ", ".join(_call(action.name, action.arguments) for action in unmet[:_SHOWN])
    return Part(
        strict=not unmet,
        corrected=len(pairs) == len(wanted),
        reason=done + (f"; missing: {missing}" if unmet else ""),
        defects=defects,
    )


def communicated(criteria: Criteria, said: Sequence[Said]) -> Part:
    """Whether one message of the assistant's holds each text that it has to tell."""
    strict = [any(_holds(info, one.text) for one in said) for info in criteria.communicate]
    really = [any(one.heard and _tells(info, one.text) for one in said) for info in criteria.communicate]
    defects: dict[str, str] = {}
    for info, found, told in zip(criteria.communicate, strict, really, strict=True):
        if found != told:
            defects.setdefault(_how_told(info, said, found=found), f"{info!r}")
    unmet = [repr(info) for info, found in zip(criteria.communicate, strict, strict=True) if not found]
    done = f"{sum(strict)} of {len(strict)} texts communicated"
    return Part(
        strict=all(strict),
        corrected=all(really),
        reason=done + (f"; missing: {', '.join(unmet)}" if unmet else ""),
        defects=defects,
    )


def arguments_right(criteria: Criteria, made: Sequence[Made]) -> tuple[float | None, str]:
    """The share of the reference actions' arguments that the best calls of the same tools have right.

    Each call is counted once; an action without arguments counts as one that has one.
    """
    wanted = criteria.actions or ()
    if not wanted:
        return None, "there is no reference action"
    shares = [[_share(action, one) for one in made] for action in wanted]
    got = sum(shares[row][column] for row, column in assign(shares))
    total = sum(max(1, len(action.arguments)) for action in wanted)
    return got / total, f"{got:g} of {total} arguments of the reference actions are right"


def _share(action: Action, made: Made) -> float:
    if (made.name, made.requestor) != (action.name, action.requestor):
        return 0.0
    if not action.arguments:
        return 1.0
    return float(
        sum(
            name in made.arguments and equal(made.arguments[name], value)
            for name, value in action.arguments.items()
        )
    )


def _meets(action: Action, made: Made) -> bool:
    """tau2's rule, with all that it passes over."""
    if action.name != made.name:
        return False
    compared = made.arguments.keys() if action.compare_args is None else action.compare_args
    given = {name: value for name, value in made.arguments.items() if name in compared}
    return given == {name: value for name, value in action.arguments.items() if name in compared}


def _fully_meets(action: Action, made: Made, tools: Mapping[str, ToolSpec], *, fails: bool) -> bool:
    """The same tool by the same side, not refused, with the arguments that count, and no others."""
    if (action.name, action.requestor) != (made.name, made.requestor) or (made.failed and not fails):
        return False
    return _same_arguments(action, made, tools)


def _same_arguments(action: Action, made: Made, tools: Mapping[str, ToolSpec]) -> bool:
    names = action.compare_args
    wanted: dict[str, JsonValue] = {
        name: {"equal": value} for name, value in action.arguments.items() if names is None or name in names
    }
    given = {name: value for name, value in made.arguments.items() if names is None or name in names}
    tool = tools.get(made.name)
    return not compare_arguments(wanted, given, resolve({}), tool.input_schema if tool is not None else {})


def _how_met(action: Action, made: Sequence[Made], tools: Mapping[str, ToolSpec]) -> tuple[str, str]:
    """By which defect an action counts as made that was not."""
    met = [one for one in made if _meets(action, one)]
    shown = _call(met[0].name, met[0].arguments)
    same = [one for one in met if _same_arguments(action, one, tools)]
    if not same:
        left_out = [one for one in met if action.arguments.keys() - one.arguments.keys()]
        return "action_arguments_left_out" if left_out else "action_number_type", shown
    mine = [one for one in same if one.requestor == action.requestor]
    if not mine:
        return "action_other_side", shown
    return ("action_failed" if all(one.failed for one in mine) else "action_met_twice"), shown


def _holds(info: str, text: str) -> bool:
    """tau2's rule."""
    return info.lower() in text.lower().replace(",", "")


def _tells(info: str, text: str) -> bool:
    """The number itself, however it is spelt; or the words, at word borders."""
    if _AMOUNT.fullmatch(info):
        wanted = float(info.replace(",", "").replace("$", ""))
        return wanted in numbers_in(text) or mentions(text, info)
    return mentions(text, info) or mentions(text.replace(",", ""), info.replace(",", ""))


def _how_told(info: str, said: Sequence[Said], *, found: bool) -> str:
    """By which defect a text counts as told that was not, or the reverse."""
    if not found:
        return "communicate_comma" if "," in info else "communicate_spelling"
    if any(_tells(info, one.text) for one in said):
        return "communicate_unheard"
    return "communicate_in_number" if _AMOUNT.fullmatch(info) else "communicate_in_word"


def _spelt(changes: Sequence[Change]) -> list[str]:
    """The changes as they are written: equal lists are equal databases."""
    return sorted(json.dumps([c.path, c.kind, c.after], sort_keys=True) for c in changes)


def _valued(changes: Sequence[Change]) -> list[str]:
    """The changes by value: a whole float is the integer it is."""
    kept = (c for c in changes if not (c.kind == "changed" and equal(c.before, c.after)))
    return sorted(json.dumps([c.path, c.kind, _whole(c.after)], sort_keys=True) for c in kept)


def _renamed(changes: Sequence[Change]) -> list[str]:
    """By value, and ids that are drawn at random named by the order in which they come."""
    text, names = "\n".join(_valued(changes)), dict[str, str]()
    named = _RANDOM_ID.sub(lambda found: names.setdefault(found[0], f'"new {len(names)}"'), text)
    return sorted(named.split("\n"))


def _whole(value: JsonValue) -> JsonValue:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _differences(changes: Sequence[Change], wanted: Sequence[Change]) -> list[str]:
    return list(_first(_each_difference(changes, wanted)))


def _first(words: Iterator[str]) -> Iterator[str]:
    """The first few, and how many more there are."""
    found = list(words)
    yield from found[:_SHOWN]
    if len(found) > _SHOWN:
        yield f"and {len(found) - _SHOWN} more"


def _each_difference(changes: Sequence[Change], wanted: Sequence[Change]) -> Iterator[str]:
    have, want = ({c.path: c for c in one} for one in (changes, wanted))
    for path in sorted(have.keys() | want.keys()):
        now, must = have.get(path), want.get(path)
        if now is None and must is not None:
            yield f"{path} did not become {_short(must)}"
        elif must is None and now is not None:
            yield f"{path} became {_short(now)}, unasked"
        elif now is not None and must is not None and _spelt([now]) != _spelt([must]):
            yield f"{path} became {_short(now)}, not {_short(must)}"


def _short(change: Change) -> str:
    text = "nothing" if change.kind == "removed" else json.dumps(change.after, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _call(name: str, arguments: Mapping[str, JsonValue]) -> str:
    text = ", ".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in arguments.items())
    return f"{name}({text if len(text) <= _LONGEST else text[:_LONGEST] + '…'})"
