"""How many pieces of text make a document of a given length, known before it is written.

Every piece (a sentence of filler, a line of a list) counts what it adds behind the one before it, so a length
is a difference of prefix sums and a cut is a bisection; nothing is tokenised again to find it. What the sums
cannot know, the last tokens to fill, is mended with pieces that are drawn but not used.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from math import sqrt
from typing import Any, TypeAlias

import numpy as np

from scenarios.documents.document import Counts, Tokenizer

Flags: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"

_BATCH = 512
"""Lines that are drawn and counted at once."""
_GIVE_WAY = 8
"""Pieces before the cut that others may take the place of."""
_LAST = 64
"""Pieces from there on, of which those are chosen that fill what is missing."""
_WINDOWS = 8
_WINDOW_TOKENS = 2048


@dataclass(frozen=True, kw_only=True)
class Pieces:
    """Pieces of text in their order, and how they are joined."""

    texts: list[str]
    counts: Counts
    """Tokens that each adds behind the one before it, what stands between them included."""
    opens: Flags
    """Which of them begin a paragraph."""
    lead: str
    """What stands between two pieces of a paragraph."""
    gap: str
    """What stands between two paragraphs."""

    @cached_property
    def ends(self) -> Counts:
        """Tokens up to the end of each piece, with a 0 in front: piece n is `ends[n]` to `ends[n + 1]`."""
        ends = np.zeros(len(self.counts) + 1, dtype=np.int64)
        np.cumsum(self.counts, out=ends[1:])
        return ends

    @property
    def tokens(self) -> int:
        return int(self.ends[-1])

    def within(self, budget: float) -> int:
        """How many of the first pieces have at most so many tokens together."""
        return max(0, int(np.searchsorted(self.ends, budget, side="right")) - 1)

    def __getitem__(self, place: slice) -> "Pieces":
        return Pieces(
            texts=self.texts[place],
            counts=self.counts[place],
            opens=self.opens[place],
            lead=self.lead,
            gap=self.gap,
        )

    def ended(self, count: int, places: Sequence[int]) -> "Pieces":
        """The first `count` pieces, and behind them those at the places given."""
        return Pieces(
            texts=[*self.texts[:count], *(self.texts[place] for place in places)],
            counts=np.append(self.counts[:count], self.counts[[*places]]),
            opens=np.append(self.opens[:count], self.opens[[*places]]),
            lead=self.lead,
            gap=self.gap,
        )

    def inserted(self, items: Sequence[tuple[int, str, int]]) -> "Pieces":
        """With pieces put in before those at the places given, which rise; each is (place, text, tokens).

        They belong to the paragraph before them, or to the first one.
        """
        places = [place for place, _, _ in items]
        texts = list(self.texts)
        for place, text, _ in reversed(items):
            texts.insert(place, text)
        return Pieces(
            texts=texts,
            counts=np.insert(self.counts, places, [tokens for _, _, tokens in items]),
            opens=np.insert(self.opens, places, False) & (np.arange(len(texts)) != places.count(0)),
            lead=self.lead,
            gap=self.gap,
        )

    @property
    def text(self) -> str:
        """The pieces as they stand in a document, without anything in front of the first."""
        joints = [self.lead] * len(self.texts)
        for place in np.flatnonzero(self.opens).tolist():
            joints[place] = self.gap
        joints[:1] = [""] * len(joints[:1])
        woven = [""] * (2 * len(self.texts))
        woven[::2], woven[1::2] = joints, self.texts
        return "".join(woven)


def cut_lines(pieces: Pieces, most: int, least: int) -> Pieces:
    """The first lines, worth at most `most`.

    Where they do not come to `least`, the last few give way to others that were drawn soon after, so that the
    order of drawing stays.
    """
    count = pieces.within(most)
    if pieces.ends[count] >= least:
        return pieces[:count]
    kept = max(0, count - _GIVE_WAY)
    missing = most - int(pieces.ends[kept])
    sums: dict[int, tuple[int, ...]] = {0: ()}
    for place in range(kept, min(len(pieces.texts), kept + _LAST)):
        if missing in sums:
            break
        for total, chosen in tuple(sums.items()):
            more = total + int(pieces.counts[place])
            if more <= missing:
                sums.setdefault(more, (*chosen, place))
    return pieces.ended(kept, sums[max(sums)])


def cut_prose(pieces: Pieces, most: int, _least: int) -> Pieces:
    """Sentences worth `most`, or as near to it as can be: no order of theirs has to be kept."""
    return cut_lines(pieces, most, most)


def drawn(lines: Iterator[str], separator: str, tokens: int, tokenizer: Tokenizer) -> Pieces:
    """Lines worth at least `tokens`, fewer when there are no more; equal lines are counted once."""
    texts: list[str] = []
    counts: list[int] = []
    known: dict[str, int] = {}
    total = 0
    while total < tokens and (batch := list(islice(lines, _BATCH))):
        new = list(dict.fromkeys(text for text in batch if text not in known))
        known.update(zip(new, counts_behind(new, separator, tokenizer), strict=True))
        texts += batch
        counts += [known[text] for text in batch]
        total += sum(counts[-len(batch) :])
    return Pieces(
        texts=texts,
        counts=np.array(counts, dtype=np.int64),
        opens=np.zeros(len(texts), dtype=np.bool_),
        lead=separator,
        gap=separator,
    )


def counts_behind(texts: Sequence[str], separator: str, tokenizer: Tokenizer) -> list[int]:
    """What each adds behind a text that ends as it does itself, the separator included.

    The end of one and the beginning of the next may be one token.
    """
    ends = list(dict.fromkeys(text[-1:] for text in texts))
    alone = dict(zip(ends, tokenizer.counts(ends), strict=True))
    counts = tokenizer.counts([text[-1:] + separator + text for text in texts])
    return [count - alone[text[-1:]] for count, text in zip(counts, texts, strict=True)]


def sampled_rate(pieces: Pieces, tokenizer: Tokenizer) -> tuple[float, float]:
    """(tokens for each token of the sums, its standard error), from windows spread evenly over the pieces.

    A window is counted behind the piece before it, as it stands in the document.
    """
    step = pieces.tokens / _WINDOWS
    firsts = [pieces.within(n * step) + 1 for n in range(_WINDOWS)]
    lasts = [pieces.within(n * step + min(step, _WINDOW_TOKENS)) + 1 for n in range(_WINDOWS)]
    spans = [(first, max(first + 1, last)) for first, last in zip(firsts, lasts, strict=True)]
    whole = tokenizer.counts([pieces[first - 1 : last].text for first, last in spans])
    before = tokenizer.counts([pieces.texts[first - 1] for first, _ in spans])
    exact = np.array(whole, dtype=np.float64) - np.array(before, dtype=np.float64)
    sums = np.array([pieces.ends[min(last, len(pieces.texts))] - pieces.ends[first] for first, last in spans])
    return float(exact.sum() / sums.sum()), float((exact / sums).std(ddof=1)) / sqrt(_WINDOWS)
