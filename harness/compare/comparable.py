"""What two sides may be compared on, what not, and why.

A gap between two models says something about the models only where all else was the same: the scenario with
its prompt, world and data, and whoever played the user. What was not the same is left out and named, unless
somebody asks for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import JsonValue

from harness.compare.played import Side
from harness.runs.record import RunRecord
from harness.users.user import SCRIPTED
from scenarios.exam import Exam
from scenarios.record import Record
from scoring.theirs import assertions_of

Why = Literal["other_contents", "other_user", "other_judge", "only_first", "only_second", "no_pair"]
_ON_REQUEST: frozenset[Why] = frozenset({"other_contents", "other_user", "other_judge"})
_PARTS = {
    "system": "its system prompt",
    "segments": "what is said or expected",
    "servers": "its world",
    "tools": "the tools that are offered",
    "user": "the simulated user's script",
    "theirs": "the version or the data of the benchmark that it is from",
    "final": "what the final state has to be",
    "reading": "the document or its layout",
    "limits": "its limits",
}


_TOLD = (
    *("schema_version", "id", "created", "command", "models", "suites", "scenarios", "repeats", "seed"),
    *("agent", "transport", "versions", "engines", "hosting", "prices", "exchange", "skipped"),
    *("user", "judge"),
)
"""What `differences` says in its own words, or what does not matter here."""
_LONGEST = 60


class LeftOut(Record):
    """Scenarios that are not compared."""

    why: Why
    detail: str
    """In words, such as what differs."""
    scenarios: tuple[str, ...]
    allowed: bool = False
    """They are compared all the same, since that was asked for."""


def comparable(first: Side, second: Side, *, even_so: bool) -> tuple[list[str], tuple[LeftOut, ...]]:
    """The scenarios that both sides played alike, and why others are not compared. Those that have no pair of
    graded trials are among both: trials that were played and broke count where breaking is a failure.
    """
    allowed = {"no_pair", *(_ON_REQUEST if even_so else ())}
    reasons: dict[tuple[Why, str], list[str]] = {}
    shared: list[str] = []
    for name in dict.fromkeys([*first.record.scenarios, *second.record.scenarios]):
        found = _reason(name, first, second)
        if found is not None:
            reasons.setdefault(found, []).append(name)
        if found is None or found[0] in allowed:
            shared.append(name)
    left_out = tuple(
        LeftOut(why=why, detail=detail, scenarios=tuple(names), allowed=even_so and why in _ON_REQUEST)
        for (why, detail), names in reasons.items()
    )
    return shared, left_out


def differences(first: Side, second: Side) -> tuple[str, ...]:
    """How the two were asked differently, beside their names: for the reader to weigh."""
    return tuple(_differences(first, second))


def _reason(name: str, first: Side, second: Side) -> tuple[Why, str] | None:
    lacking: tuple[tuple[Why, Side], ...] = (("only_second", first), ("only_first", second))
    for why, side in lacking:
        if name not in side.record.scenarios:
            return why, f"{side.run} does not have them"
        if skipped := side.record.skipped.get(side.model.label, {}).get(name):
            return why, f"not asked of {side.model.label}: {skipped}"
    if first.record.scenarios[name] != second.record.scenarios[name]:
        return "other_contents", _contents(first.exams[name], second.exams[name])
    if told := _users(name, first, second):
        return "other_user", told
    if told := _judges(name, first, second):
        return "other_judge", told
    if not first.graded.get(name, frozenset()) & second.graded.get(name, frozenset()):
        return "no_pair", "no repeat of them was played and graded on both sides"
    return None


def _users(name: str, first: Side, second: Side) -> str:
    """How the simulated user was another one; empty where it was not."""
    one, other = (side.users.get(name, frozenset()) for side in (first, second))
    if one and other and one != other:
        return f"the user was played by {_named(one)} and by {_named(other)}"
    here, there = first.record.user, second.record.user
    if first.exams[name].scenario.user is None or here == there or not one & other - {None, SCRIPTED}:
        return ""
    if here is not None and there is not None and here.prompt != there.prompt:
        return f"the user's prompt was version {here.prompt} and {there.prompt}"
    return f"the model that played the user, {_named(one)}, was asked with other settings"


def _judges(name: str, first: Side, second: Side) -> str:
    """How success was judged by another; empty where it was not, or does not hang on a judge."""
    here, there = first.record.judge, second.record.judge
    if here == there or not assertions_of(first.exams[name]).counted:
        return ""
    named = [f"{one.model.label}, prompt {one.prompt}" if one else "nobody" for one in (here, there)]
    if named[0] == named[1]:
        return f"the judge, {named[0]}, was asked with other settings"
    return f"what no rule can decide was judged by {named[0]} and by {named[1]}"


def _named(users: frozenset[str | None]) -> str:
    return ", ".join(sorted(user or "nobody (its turns are written)" for user in users))


def _contents(first: Exam, second: Exam) -> str:
    """Which parts of a scenario are not the same in both runs."""
    one, other = (exam.scenario.model_dump(mode="json") for exam in (first, second))
    parts = [name for name in dict.fromkeys([*one, *other]) if one.get(name) != other.get(name)]
    named = [_PARTS.get(name, f"`{name}`") for name in parts]
    named += ["what its tools are or answer"] if not named and first.key != second.key else []
    versions = [_version(exam) for exam in (one, other)]
    told = f" ({versions[0]} and {versions[1]})" if all(versions) and versions[0] != versions[1] else ""
    return f"different in {', '.join(named) or 'files that are not kept in the run'}{told}"


def _version(scenario: Mapping[str, JsonValue]) -> str:
    """Of another benchmark's data."""
    match scenario.get("theirs"):
        case {"benchmark": str(benchmark), "version": str(version), "data": str(data)}:
            return f"{benchmark} {version}, data {data[:8]}"
    return ""


def _differences(first: Side, second: Side) -> Iterator[str]:
    one, other = first.model, second.model
    asked = {
        "agent": (one.agent, other.agent),
        "thinking": (one.thinking or "default", other.thinking or "default"),
        "first call of a turn": (one.first_call, other.first_call),
        "sampling": (_said(one.sampling), _said(other.sampling)),
        "prices": (_prices(first), _prices(second)) if one.label == other.label else ("", ""),
        "seed": (str(first.record.seed), str(second.record.seed)),
        "transport": (first.record.transport, second.record.transport),
    }
    asked |= _other_settings(first.record, second.record)
    versions = [side.record.versions for side in (first, second)]
    for name in dict.fromkeys([*versions[0], *versions[1]]):
        asked[name] = versions[0].get(name, "not there"), versions[1].get(name, "not there")
    for name, (here, there) in asked.items():
        if here != there:
            yield f"{name}: {here} and {there}"
    if one.label == other.label:
        yield from _engines(first.record, second.record, one.label, "engine")
    user = first.record.user
    if user is not None and user.model is not None and user == second.record.user:
        yield from _engines(first.record, second.record, user.model.label, "engine of the user's model, its")
    if first.model.simulated != second.model.simulated:
        yield "one of the two is a reference program and no model"


def _other_settings(first: RunRecord, second: RunRecord) -> dict[str, tuple[str, str]]:
    """What else the runs wrote down of how they were played, whatever a later version calls it."""
    one, other = (record.model_dump(mode="json", exclude=set(_TOLD)) for record in (first, second))
    return {
        name.replace("_", " "): (str(one.get(name)), str(other.get(name)))
        for name in dict.fromkeys([*one, *other])
    }


def _engines(first: RunRecord, second: RunRecord, label: str, what: str) -> Iterator[str]:
    """How what served a model differs between two runs, as far as they know."""
    one, other = (_engine(record, label) for record in (first, second))
    for name in sorted(one.keys() & other.keys()):
        if one[name] != other[name]:
            yield f"{what} {name}: {_clip(one[name])} and {_clip(other[name])}"


def _engine(record: RunRecord, label: str) -> Mapping[str, JsonValue]:
    found = record.engines.get(label)
    return found if isinstance(found, dict) else {}


def _prices(side: Side) -> str:
    prices = side.tariff.prices
    return "none" if prices is None else f"of {prices.as_of} ({prices.source})"


def _said(settings: Mapping[str, JsonValue]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(settings.items())) or "the provider's"


def _clip(value: JsonValue) -> str:
    said = str(value)
    return said if len(said) <= _LONGEST else said[:_LONGEST] + "…"


def named(scenarios: Sequence[str], most: int = 5) -> str:
    """The first few names."""
    more = f" and {len(scenarios) - most} more" if len(scenarios) > most else ""
    return ", ".join(scenarios[:most]) + more
