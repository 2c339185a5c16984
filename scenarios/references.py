"""Checks across the fields of a scenario: names that must exist, be unique, or come earlier.

They read the file's raw value, so that they speak up beside other mistakes instead of after them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from scenarios import matchers
from scenarios.problem import Problem, choices
from scenarios.user import PLACEHOLDER
from scenarios.yaml_file import Place, YamlFile

_POINTER = re.compile(r"(/([^/~]|~[01])*)+")


def reference_problems(file: YamlFile, data: Mapping[str, JsonValue]) -> Iterator[Problem]:
    """Everything in a scenario that names something that is not there, or names it twice."""
    check = _Check(file, servers=tuple(_mapping(data.get("servers"))))
    check.segments(_items(data.get("segments"), ("segments",)))
    check.final(_mapping(data.get("final")))
    check.user(_mapping(data.get("user")))
    for place, fault in _items(_mapping(data.get("tools")).get("faults"), ("tools", "faults")):
        check.tool(_mapping(fault).get("tool"), (*place, "tool"))
    check.later(_mapping(_mapping(data.get("tools")).get("later")))
    if not check.gradable:
        check.problem(
            ("segments",), "nothing can be graded: no segment expects a fact, and nothing is called"
        )
    yield from check.problems


@dataclass
class _Check:
    file: YamlFile
    servers: tuple[str, ...]
    problems: list[Problem] = field(default_factory=list)
    calls: dict[str, Place] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    """Of the segments."""
    gradable: bool = False

    def segments(self, segments: Iterator[tuple[Place, JsonValue]]) -> None:
        seen: set[JsonValue] = set()
        for place, segment in segments:
            name = _mapping(segment).get("id")
            if isinstance(name, str) and name in seen:
                self.problem((*place, "id"), f"{name!r} names two segments; ids are unique")
            seen |= {name} if isinstance(name, str) else set()
            self.names += [name] if isinstance(name, str) else []
            self._expectation(_mapping(_mapping(segment).get("expect")), (*place, "expect"))

    def later(self, later: Mapping[str, JsonValue]) -> None:
        """Tools that are offered from a segment on."""
        for tool, segment in later.items():
            place = ("tools", "later", tool)
            self.tool(tool, place)
            if isinstance(segment, str) and segment not in self.names:
                self.problem(place, f"no segment is called {segment!r}; {choices(segment, self.names)}")

    def final(self, final: Mapping[str, JsonValue]) -> None:
        for server, state in _mapping(final.get("state")).items():
            place = ("final", "state", server)
            if server not in self.servers:
                self.problem(place, f"no server is called {server!r}; {choices(server, self.servers)}")
            for pointer in (
                *_mapping(_mapping(state).get("changed")),
                *_texts(_mapping(state).get("ignore")),
            ):
                if not _POINTER.fullmatch(pointer):
                    self.problem(
                        place, f"{pointer!r} is not a JSON pointer; write /part/part (~1 for / in a part)"
                    )
            self._refs(_mapping(state).get("changed"), (*place, "changed"))
        for here, call in _items(final.get("never"), ("final", "never")):
            self.gradable = True
            self.tool(_mapping(call).get("tool"), (*here, "tool"))

    def user(self, user: Mapping[str, JsonValue]) -> None:
        """A script calls the user's tools, names what the user knows, and what its own calls bring."""
        script = _mapping(user.get("script"))
        place: Place = ("user", "script")
        known = tuple(_mapping(user.get("knows")))
        self._words(script.get("opening"), known, (*place, "opening"))
        self._words(script.get("otherwise"), known, (*place, "otherwise"))
        for state, moves in _mapping(script.get("states")).items():
            for here, item in _items(moves, (*place, "states", state)):
                self._move(_mapping(item), known, here)

    def _move(self, move: Mapping[str, JsonValue], known: tuple[str, ...], place: Place) -> None:
        made: list[str] = []
        for here, call in _items(move.get("do"), (*place, "do")):
            self.tool(_mapping(call).get("tool"), (*here, "tool"))
            for value in _mapping(_mapping(call).get("args")).values():
                self._words(value, (*known, *made), here)
            made.append(str(_mapping(call).get("id")))
        cases = [(here, _mapping(case)) for here, case in _items(move.get("cases"), (*place, "cases"))]
        for here, reaction in ((place, move), *cases):
            self._words(reaction.get("say"), (*known, *made), (*here, "say"))
            for name in _mapping(reaction.get("given")):
                if name.partition(".")[0] not in made:
                    self.problem(here, f"{name!r} is of no call of this move; {choices(name, made)}")
        for ref in matchers.refs([move.get("when"), move.get("cases")]):
            self.problem(place, f"{ref!r} reads a gold call, which a user knows nothing of; write the value")

    def _words(self, text: JsonValue, known: tuple[str, ...], place: Place) -> None:
        """What stands in braces has to be known."""
        for name in PLACEHOLDER.findall(text) if isinstance(text, str) else ():
            if name not in known and name.partition(".")[0] not in known:
                self.problem(place, f"{{{name}}} is nothing that the user knows; {choices(name, known)}")

    def tool(self, name: JsonValue, place: Place) -> None:
        server = name.partition("__")[0] if isinstance(name, str) else ""
        if isinstance(name, str) and "__" in name and server not in self.servers:
            self.problem(
                place, f"{name!r} is no tool of this scenario's servers; {choices(server, self.servers)}"
            )

    def problem(self, place: Place, message: str) -> None:
        where = ".".join(map(str, place))
        self.problems.append(
            Problem(file=self.file.path, line=self.file.line(place), field=where, message=message)
        )

    def _expectation(self, expect: Mapping[str, JsonValue], place: Place) -> None:
        for here, call in _items(expect.get("calls"), (*place, "calls")):
            self._call(_mapping(call), here)
        for here, name in _items(expect.get("allow"), (*place, "allow")):
            self.tool(name, here)
        for part in ("say", "answer", "not_say", "ask"):
            self._refs(expect.get(part), (*place, part))
        self.gradable |= any(
            expect.get(part) for part in ("calls", "say", "answer", "not_say", "ask", "no_call")
        )

    def _call(self, call: Mapping[str, JsonValue], place: Place) -> None:
        name = call.get("id")
        self.tool(call.get("tool"), (*place, "tool"))
        for earlier in _texts(call.get("after")):
            if earlier not in self.calls:
                self.problem(
                    (*place, "after"), f"{earlier!r} is no earlier call; {choices(earlier, self.calls)}"
                )
        self._refs(call.get("args"), (*place, "args"))
        if isinstance(name, str):
            if name in self.calls:
                self.problem((*place, "id"), f"{name!r} names two calls; ids are unique in a scenario")
            self.calls[name] = place

    def _refs(self, matcher: JsonValue, place: Place) -> None:
        for ref in matchers.refs(matcher):
            name = ref.partition(".")[0]
            if name not in self.calls:
                self.problem(place, f"{ref!r} reads no earlier call; {choices(name, self.calls)}")


def _mapping(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _items(value: JsonValue, place: Place) -> Iterator[tuple[Place, JsonValue]]:
    return (((*place, n), item) for n, item in enumerate(value)) if isinstance(value, list) else iter(())


def _texts(value: JsonValue) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
