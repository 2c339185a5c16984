"""What the worlds must have become: what the gold calls change, overlaid by what the scenario says itself.

A leaf is named by a JSON pointer. An overlay replaces what the gold calls do at its pointer and below it; an
object or a list that is written plainly is taken apart into its leaves.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from scenarios.exam import Exam
from scenarios.matchers import keyword
from scenarios.scenario import FinalState
from scenarios.transcript import Change
from scoring.new_entries import new_families, under

Pattern = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ExpectedLeaf:
    path: str
    wanted: JsonValue
    """A matcher; what gold made is kept as `{equal: …}`."""
    removed: bool = False
    overlay: bool = False
    """The scenario says so itself, and the pointer may name a whole object or list."""


@dataclass(frozen=True, kw_only=True)
class ExpectedState:
    leaves: tuple[ExpectedLeaf, ...]
    ignored: tuple[Pattern, ...]
    families: Mapping[str, frozenset[str]]
    """By pointer to a collection: two or more keys under which the world itself files new entries."""

    def counts(self, path: str) -> bool:
        return not (self.ignored and any(_covers(pattern, path) for pattern in self.ignored))


def expected_states(exam: Exam) -> dict[str, ExpectedState]:
    """By server, for every server that changes, is said to change, or is watched."""
    finals = exam.scenario.final.state
    servers = sorted({*exam.key.changes, *finals, *exam.key.initial})
    return {
        server: _expected(
            exam.key.changes.get(server, ()),
            finals.get(server, FinalState()),
            new_families(exam.key.initial.get(server), exam.key.changes.get(server, ()), exam.key.calls),
        )
        for server in servers
    }


def _expected(
    changes: tuple[Change, ...], final: FinalState, families: Mapping[str, frozenset[str]]
) -> ExpectedState:
    ignored = tuple(tuple(pattern.split("/")[1:]) for pattern in final.ignore)
    kept = [
        ExpectedLeaf(path=change.path, wanted={"equal": change.after}, removed=change.kind == "removed")
        for change in changes
        if not any(under(change.path, pointer) for pointer in final.changed)
        and not any(_covers(pattern, change.path) for pattern in ignored)
    ]
    said = [leaf for pointer, matcher in final.changed.items() for leaf in _taken_apart(pointer, matcher)]
    return ExpectedState(leaves=(*kept, *said), ignored=ignored, families=families)


def _taken_apart(pointer: str, matcher: JsonValue) -> Iterator[ExpectedLeaf]:
    if isinstance(matcher, dict) and matcher and keyword(matcher) is None:
        for key, part in matcher.items():
            escaped = key.replace("~", "~0").replace("/", "~1")
            yield from _taken_apart(f"{pointer}/{escaped}", part)
    elif isinstance(matcher, list) and matcher:
        for place, part in enumerate(matcher):
            yield from _taken_apart(f"{pointer}/{place}", part)
    else:
        yield ExpectedLeaf(path=pointer, wanted=matcher, removed=matcher is None, overlay=True)


def _covers(pattern: Pattern, path: str) -> bool:
    """A pattern covers a leaf that it names, and all that lies below what it names."""
    parts = path.split("/")[1:]
    return len(parts) >= len(pattern) and all(
        want in ("*", have) for want, have in zip(pattern, parts, strict=False)
    )
