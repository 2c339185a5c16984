"""Mutants of arguments: each leaf altered, left out or given another type, and arguments that nobody wants.

A leaf is what a matcher stands for; objects and lists written plainly are walked into. Whether a change
matters is asked of the matchers themselves: where they accept it, the mutant is equivalent.
"""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from scenarios.matchers import keyword
from scenarios.matching import sample_arguments
from scenarios.scenario import ExpectedCall
from scoring.behaviour import PlannedCall
from scoring.mutant import Mutant, Operator
from scoring.original import Original
from scoring.tool_schema import Path, ToolSchema

_UNKNOWN = "extra_note"


def argument_mutants(source: Original) -> Iterator[Mutant]:
    for segment, call in source.exam.scenario.calls:
        twins = tuple(twin.id for twin in source.twins(segment, call))
        one = _Arguments(
            source=source,
            call=call,
            schema=source.schemas.get(call.tool, ToolSchema(root={}, pool=())),
            sent=source.sent(call),
            blamed=(call.id, *twins),
        )
        for path in _paths(dict(call.args), one.sent):
            yield one.altered(path)
            yield one.retyped(path)
            if isinstance(path[-1], str):
                yield one.left_out(path)
        yield from one.added()


@dataclass(frozen=True, kw_only=True)
class _Arguments:
    """The arguments of one gold call."""

    source: Original
    call: ExpectedCall
    schema: ToolSchema
    sent: dict[str, JsonValue]
    blamed: tuple[str, ...]

    def altered(self, path: Path) -> Mutant:
        for other in self.schema.changed(path, _at(self.sent, path)):
            planned = _with(self._wanted, path, {"equal": other})
            if self._accepted(planned) and not self._right(planned):
                return self._mutant("alter_argument", path, planned)
        return self._equivalent("alter_argument", path, "whatever else the tool accepts is right here")

    def retyped(self, path: Path) -> Mutant:
        value = _at(self.sent, path)
        other: JsonValue = [value] if isinstance(value, str | list | dict) else json.dumps(value)
        return self._unless_right("retype_argument", path, _with(self._wanted, path, {"equal": other}))

    def left_out(self, path: Path) -> Mutant:
        return self._unless_right("drop_argument", path, _without(self._wanted, path))

    def added(self) -> Iterator[Mutant]:
        """One argument that no tool has, and one that this tool has and that is not wanted."""
        yield self._unless_right("add_argument", (_UNKNOWN,), {**self._wanted, _UNKNOWN: "as discussed"})
        unnamed = [name for name in self.schema.properties if name not in self.call.args]
        for name in unnamed:
            for value in self.schema.values((name,)):
                planned = {**self._wanted, name: {"equal": value}}
                if self._accepted(planned) and not self._right(planned):
                    yield self._mutant("add_argument", (name,), planned)
                    return

    @property
    def _wanted(self) -> dict[str, JsonValue]:
        return dict(self.call.args)

    def _accepted(self, planned: dict[str, JsonValue]) -> bool:
        return self.schema.accepts(sample_arguments(planned, self.source.lookup))

    def _right(self, planned: dict[str, JsonValue]) -> bool:
        return self.source.fits(self.call, sample_arguments(planned, self.source.lookup))

    def _refused_anew(self, planned: dict[str, JsonValue]) -> bool:
        """Whether the tool refuses this; where its schema refuses gold too, that says nothing."""
        return not self._accepted(planned) and self._accepted(self._wanted)

    def _unless_right(self, operator: Operator, path: Path, planned: dict[str, JsonValue]) -> Mutant:
        if self._right(planned) and not self._refused_anew(planned):
            return self._equivalent(operator, path, "the tool and the matchers accept it all the same")
        return self._mutant(operator, path, planned)

    def _mutant(self, operator: Operator, path: Path, planned: dict[str, JsonValue]) -> Mutant:
        changed = PlannedCall(tool=self.call.tool, gold=self.call.id, arguments=planned)
        refused = not self._accepted(planned)
        return Mutant(
            operator=operator,
            target=".".join(map(str, (self.call.id, *path))),
            behaviour=self.source.with_call(self.call.id, changed),
            predicted=("schema_violation", "wrong_arg_value") if refused else ("wrong_arg_value",),
            blamed=self.blamed,
            tool=self.call.tool,
        )

    def _equivalent(self, operator: Operator, path: Path, why: str) -> Mutant:
        target = ".".join(map(str, (self.call.id, *path)))
        return Mutant(operator=operator, target=target, equivalent=why)


def _paths(matcher: JsonValue, sent: JsonValue, path: Path = ()) -> Iterator[Path]:
    """Where the leaves of a matcher are in what was sent; one that may be left out, and was, has no place."""
    if isinstance(matcher, dict) and matcher and keyword(matcher) is None and isinstance(sent, dict):
        for name, part in matcher.items():
            if name in sent:
                yield from _paths(part, sent[name], (*path, name))
    elif isinstance(matcher, list) and matcher and isinstance(sent, list):
        for place, (part, item) in enumerate(zip(matcher, sent, strict=True)):
            yield from _paths(part, item, (*path, place))
    elif path:
        yield path


def _at(value: JsonValue, path: Path) -> JsonValue:
    for part in path:
        value = _child(value, part)
    return value


def _child(value: JsonValue, part: str | int) -> JsonValue:
    if isinstance(value, dict):
        return value[str(part)]
    if isinstance(value, list):
        return value[int(part)]
    raise LookupError(part)


def _with(arguments: dict[str, JsonValue], path: Path, value: JsonValue) -> dict[str, JsonValue]:
    changed = copy.deepcopy(arguments)
    holder = _at(changed, path[:-1])
    if isinstance(holder, dict):
        holder[str(path[-1])] = value
    elif isinstance(holder, list):
        holder[int(path[-1])] = value
    return changed


def _without(arguments: dict[str, JsonValue], path: Path) -> dict[str, JsonValue]:
    changed = copy.deepcopy(arguments)
    holder = _at(changed, path[:-1])
    if isinstance(holder, dict):
        del holder[str(path[-1])]
    return changed
