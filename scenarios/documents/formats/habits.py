"""What is usual in a printed document: where lines begin and end, and how far they are apart."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from scenarios.documents.formats.lines import Line

_STEPS = (0.8, 2.2)
"""From line to line within a paragraph, in heights of a letter."""
_USUAL_STEP = 1.3
_OFTEN = 0.2
"""Of the most frequent."""
_NEAR = 4
"""In heights of a letter: lines that begin so near belong to one column."""
_BROADEST = 150
"""In heights of a letter: no page is broader."""
_FULL = 0.8
"""Most paragraphs have more full lines than short ones; some lines are wider than they seem."""
_FEW = 3

_Place = tuple[int, int]


class Habits:
    def __init__(self, pages: Sequence[Sequence[Line]]) -> None:
        lefts: dict[_Place, Counter[float]] = defaultdict(Counter)
        rights: dict[_Place, list[float]] = defaultdict(list)
        for page in pages:
            for line in page:
                lefts[_place(line)][round(line.x)] += 1
                rights[_place(line)].append(line.right)
        self._lefts = {place: found.most_common(1)[0] for place, found in lefts.items()}
        self._rights = {
            place: sorted(found)[int(_FULL * (len(found) - 1))]
            for place, found in rights.items()
            if len(found) >= _FEW
        }
        self._pitches = _pitches(pages)

    def left(self, line: Line) -> float:
        """Where most lines of its column begin."""
        found = [self._lefts[place] for place in _around(line) if place in self._lefts]
        return max(found, key=lambda one: one[1])[0]

    def right(self, line: Line) -> float:
        """Where full lines of its column end."""
        near = [self._rights[place] for place in _around(line) if place in self._rights]
        size, column = _place(line)
        # a centred line begins within a column
        left = (self._rights.get((size, n), 0.0) for n in range(column - _NEAR - 1, column - _BROADEST, -1))
        return max(near, default=next((right for right in left if right > line.right), line.right))

    def pitch(self, line: Line) -> float:
        """How far apart the lines of a paragraph in its size are."""
        return self._pitches.get(round(line.size), _USUAL_STEP * line.size)


def _place(line: Line) -> _Place:
    return round(line.size), int(line.x / line.size)


def _around(line: Line) -> Iterable[_Place]:
    size, column = _place(line)
    return ((size, column + n) for n in range(-_NEAR, _NEAR + 1))


def _pitches(pages: Sequence[Sequence[Line]]) -> dict[int, float]:
    """By size, the smallest of the frequent steps: the larger ones part paragraphs."""
    steps: dict[int, Counter[float]] = defaultdict(Counter)
    for page in pages:
        for upper, lower in pairwise(page):
            step = upper.y - lower.y
            is_usual = _STEPS[0] < step / lower.size < _STEPS[1]
            if is_usual and round(upper.size) == round(lower.size):
                steps[round(lower.size)][round(step, 1)] += 1
    return {
        size: min(step for step, count in found.items() if count >= _OFTEN * max(found.values()))
        for size, found in steps.items()
    }
