"""Answers that may be compared: a fact in one reading, as long as one value of it holds.

An update ends one span and begins another. What is asked before the fact is told belongs to none, nor does
what is asked beside it.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from scoring.consistency.observation import Observation


@dataclass(frozen=True)
class Span:
    probes: tuple[Observation, ...]
    """In the order in which they were asked; at one time, by wording."""

    @property
    def place(self) -> tuple[str, str]:
        return self.probes[0].place

    @cached_property
    def over_time(self) -> tuple[Observation, ...]:
        """The first wording, at each time."""
        return tuple(one for one in self.probes if one.wording == 0)

    @cached_property
    def in_other_words(self) -> tuple[Observation, ...]:
        """Every wording, at the last time."""
        return tuple(one for one in self.probes if one.after == self.probes[-1].after)


def spans(observations: Iterable[Observation]) -> list[Span]:
    """Of documents in their told order; `observations` are in the order of `in_order`."""
    found: defaultdict[Hashable, list[Observation]] = defaultdict(list)
    for one in observations:
        if one.kind is not None and not one.entry and not one.permutation and one.told is not None:
            found[*one.place, one.layout, one.repeat, one.fact, one.told, one.replaced].append(one)
    return [Span(tuple(some)) for some in found.values()]


def ends(observations: Iterable[Observation]) -> dict[tuple[str, str], int]:
    """Of each document, after how many parts its last question is asked."""
    found: dict[tuple[str, str], int] = {}
    for one in observations:
        found[one.place] = max(one.after, found.get(one.place, 0))
    return found


def at_the_end(observations: Sequence[Observation]) -> list[Observation]:
    """What was asked once the whole document was read."""
    last = ends(observations)
    return [one for one in observations if one.after == last[one.place]]
