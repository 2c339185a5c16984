"""How long machines were busy with trials, and whose time that was.

Machines are paid by the hour, whatever goes on in them: what a run takes of them is the time in which any of
its trials was in flight, and not the sum of the trials' times. Of a moment with several in flight each is
charged its part, so that the charges add up to the busy time.
"""

from collections.abc import Sequence

Stretch = tuple[float, float]
"""From when to when, in seconds."""


def busy_seconds(stretches: Sequence[Stretch]) -> float:
    """The length of their union."""
    return sum(charged_seconds(stretches))


def charged_seconds(stretches: Sequence[Stretch]) -> list[float]:
    """What each is charged of their union: at every moment, those in flight share it evenly."""
    edges = sorted({edge for start, end in stretches if end > start for edge in (start, end)})
    change: dict[float, int] = dict.fromkeys(edges, 0)
    for start, end in stretches:
        if end > start:
            change[start] += 1
            change[end] -= 1
    charge: dict[float, float] = {}
    flying, total = 0, 0.0
    for before, edge in zip([*edges[:1], *edges], edges, strict=False):
        total += (edge - before) / flying if flying else 0.0
        charge[edge] = total
        flying += change[edge]
    return [charge[end] - charge[start] if end > start else 0.0 for start, end in stretches]
