"""Which call of the model meets which gold call: an optimal one-to-one assignment, segment by segment.

A pair weighs 1 + the share of its argument leaves that are right, and only calls of the same tool pair up. Of
assignments that weigh the same, the one with more exact pairs is taken, then the one that meets more needed
calls, then the one with more results of the right kind (an error where gold had one), then the one closest to
the order of the gold calls.

A `ref` first means the value in the gold results, which is enough to recognise the first calls of a chain;
then it means the value in the model's own result of each call so recognised, until nothing more changes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import JsonValue

from scenarios.matchers import is_optional, keyword
from scenarios.matching import Lookup, Mismatch, compare_arguments, equal, leaves, resolve
from scenarios.transcript import ToolMessage
from scoring.assignment import assign
from scoring.preparation import Gold, Prepared
from scoring.references import lookup_in

_SPOILS = frozenset({"timeout", "error", "garbled", "truncated"})
_UNSENT = frozenset({"malformed", "unknown_tool", "schema"})
_EXACT, _NEEDED, _RESULT, _ORDER = 1e-5, 1.5e-7, 2e-9, 8e-15
"""What the tie-breaks add to a weight; each is too little to outweigh the one before it in 60 calls."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A call as the model made it."""

    position: int
    """Counted from 0 over the whole trial."""
    place: int
    """Counted from 0 within its segment."""
    segment: str
    message: int
    """Which message it was part of, counted over the whole trial: calls of one message know nothing of
    each other's results."""
    name: str
    raw: str
    """The arguments as text, exactly as they were written."""
    arguments: dict[str, JsonValue] | None
    """None when they are not one JSON object."""
    result: ToolMessage | None
    """None when the call was never executed."""

    @cached_property
    def spoilt(self) -> bool:
        """Hit by an injected fault that cost it its result."""
        result = self.result
        return result is not None and result.problem == "fault" and result.detail in _SPOILS

    @property
    def sent(self) -> bool:
        """The server was asked."""
        return self.result is not None and self.result.problem not in _UNSENT and self.arguments is not None

    @property
    def failed(self) -> bool:
        """It brought nothing: refused, spoilt or never executed."""
        return not self.sent or self.spoilt or self.refused

    @property
    def refused(self) -> bool:
        """The tool said no."""
        return self.result is not None and self.result.problem == "tool_error"

    @property
    def value(self) -> JsonValue:
        """What came back, as JSON where the server gave JSON."""
        if self.result is None:
            return None
        return self.result.text if self.result.structured is None else self.result.structured


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A gold call and the call that was made for it, of the same tool."""

    gold: Gold
    made: Made
    mismatches: tuple[Mismatch, ...]
    right: int
    """Argument leaves that are as wanted."""
    leaves: int
    """Argument leaves, wanted or given."""

    @property
    def share(self) -> float:
        return self.right / self.leaves if self.leaves else float(self.made.arguments is not None)

    @property
    def exact(self) -> bool:
        return self.made.sent and not self.mismatches

    @property
    def good(self) -> bool:
        """Exact, and it came back as it did for the gold behaviour."""
        return self.exact and self.made.failed == self.gold.fails


def same_call(one: Made, other: Made) -> bool:
    """Whether two calls ask for the same: the tool and the arguments, however they were written."""
    if one.name != other.name:
        return False
    return one.raw == other.raw or (one.arguments is not None and equal(one.arguments, other.arguments))


def pair_calls(prepared: Prepared, made: Sequence[Made]) -> tuple[dict[str, Pair], Lookup]:
    """The pairs by gold id, and what each `ref` means in this transcript."""
    groups = list(_groups(prepared, made))
    own: dict[str, JsonValue] = {}
    paired = _paired(prepared, groups, own)
    for _ in prepared.referred:
        found = _own_results(prepared, paired[0])
        if found == own:
            break
        own = found
        paired = _paired(prepared, groups, own)
    return paired


def _paired(
    prepared: Prepared, groups: Sequence["_Group"], own: Mapping[str, JsonValue]
) -> tuple[dict[str, Pair], Lookup]:
    lookup = lookup_in(own, prepared.results) if own else resolve(prepared.results)
    return {pair.gold.id: pair for group in groups for pair in group.best(lookup)}, lookup


def _own_results(prepared: Prepared, pairs: Mapping[str, Pair]) -> dict[str, JsonValue]:
    """What calls that others refer to gave in this run, where the gold behaviour got something else."""
    return {
        name: pairs[name].made.value
        for name in prepared.referred
        if name in pairs and pairs[name].good and pairs[name].made.value != prepared.results.get(name)
    }


@dataclass(frozen=True, kw_only=True)
class _Group:
    """The gold calls and the calls made of one tool in one segment."""

    gold: Sequence[Gold]
    made: Sequence[Made]
    schema: Mapping[str, JsonValue]

    def best(self, lookup: Lookup) -> list[Pair]:
        if len(self.gold) == len(self.made):
            straight = [self._pair(g, m, lookup) for g, m in zip(self.gold, self.made, strict=True)]
            if len(straight) == 1 or all(pair.good for pair in straight):
                return straight
        grid = [[self._pair(gold, made, lookup) for made in self.made] for gold in self.gold]
        return [grid[row][column] for row, column in assign([[_weight(p) for p in row] for row in grid])]

    def _pair(self, gold: Gold, made: Made, lookup: Lookup) -> Pair:
        wanted = gold.call.args
        if made.arguments is None:
            return Pair(gold=gold, made=made, mismatches=(), right=0, leaves=gold.leaves)
        found = compare_arguments(wanted, made.arguments, lookup, self.schema)
        spare = sum(
            leaves(wanted[name])
            for name in wanted.keys() - made.arguments.keys()
            if is_optional(wanted[name])
        )
        wrong = sum(_size(mismatch, wanted) for mismatch in found)
        unknown = sum(leaves(mismatch.given) for mismatch in found if mismatch.unknown)
        return Pair(
            gold=gold,
            made=made,
            mismatches=tuple(found),
            right=max(0, gold.leaves - spare - wrong),
            leaves=gold.leaves - spare + unknown,
        )


def _groups(prepared: Prepared, made: Iterable[Made]) -> Iterator[_Group]:
    calls: dict[tuple[str, str], list[Made]] = {}
    for one in made:
        if one.result is not None and not one.spoilt:
            calls.setdefault((one.segment, one.name), []).append(one)
    gold: dict[tuple[str, str], list[Gold]] = {}
    for call in prepared.gold.values() if calls else ():
        gold.setdefault((call.segment, call.call.tool), []).append(call)
    for where, wanted in gold.items():
        if where in calls:
            tool = prepared.tools.get(where[1])
            yield _Group(gold=wanted, made=calls[where], schema=tool.input_schema if tool else {})


def _weight(pair: Pair) -> float:
    apart = (pair.gold.place - pair.made.place) ** 2
    ties = _EXACT * pair.exact + _NEEDED * (not pair.gold.call.optional) + _RESULT * pair.good
    return 1 + pair.share + ties - _ORDER * apart


def _size(mismatch: Mismatch, wanted: Mapping[str, JsonValue]) -> int:
    """How many wanted leaves a mismatch spoils: several where a whole list or object is wrong."""
    if mismatch.unknown:
        return 0
    place: JsonValue = dict(wanted)
    for part in mismatch.path.split("."):
        if isinstance(place, dict) and keyword(place) is None and part in place:
            place = place[part]
        elif isinstance(place, list) and part.isdigit():
            place = place[int(part)]
        else:
            break
    return leaves(place)
