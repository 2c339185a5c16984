"""Text of an exact length with planted sentences: filler round them, or lines of the task's own.

A document is sized by sums (see `scenarios.documents.sizing`) and then held to what it promises: at most
`order.tokens`, and at least 99 % of it, by the sizing tokenizer.

Up to `EXACT_UP_TO` tokens the finished parts are counted, and the document is cut again until they fit; their
tokens are exact. A longer one aims at `AIM` of its length, and windows spread over it, counted exactly, tell
how far its sums are off; its tokens are those sums, corrected by that rate. Where the windows disagree so
much that six standard errors reach a border, the longer one is counted whole as well.

Planted sentences stand where their depth asks, at the nearest border between two sentences. Each occurs once,
and a value that one declares stands in those that declare it and nowhere else: text for text, over the whole
document.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import ceil, factorial

import numpy as np

from scenarios.documents.document import PART_BREAK, CannotMake, Document, Order, Probe
from scenarios.documents.sizing import Pieces, counts_behind, cut_lines, cut_prose, drawn, sampled_rate
from scenarios.reading import Evidence

FILL = 0.99
"""Least share of the length asked for."""
EXACT_UP_TO = 65_536
"""Tokens of a document up to which it is counted whole."""
AIM = 0.995
"""Of its length, what a document aims at that is not counted whole: the middle of what is allowed."""
_SURE = 6
"""Standard errors by which its length has to be away from both borders."""
_ROUNDS = 8
_ROOM = 4
"""Tokens of room that a document needs to be filled."""
_JOINT = 2
"""Tokens at most of what stands between two parts when they are sent as one text."""
_SPARE_TOKENS = 2048
"""Filler drawn beyond what is needed, to choose the last sentences from."""
_PARAGRAPH = (5, 8)

_LEAD = {"en": " ", "zh": ""}

Cut = Callable[[Pieces, int, int], Pieces]
"""Of more pieces than are needed, those worth at most and at least so many tokens."""


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A sentence of the task's own, and where it is to stand."""

    id: str
    text: str
    """One sentence, without space around it."""
    part: int
    """From 1."""
    depth: float
    """In [0, 1] of that part. What is planted at one depth stands in the order in which it is given."""
    values: tuple[str, ...] = ()
    """Texts that occur in the planted sentences that declare them, and nowhere else in the document."""


@dataclass(frozen=True, kw_only=True)
class Composed:
    parts: tuple[str, ...]
    tokens: tuple[int, ...]
    """Of each part."""
    evidence: Mapping[str, Evidence]
    """By the id of the planted sentence; what it says is for the task to add."""

    def depth(self, id: str) -> float:  # noqa: A002 # the field's name
        """Where a planted sentence really stands, in tokens of the whole document."""
        return self.evidence[id].token / sum(self.tokens)


def compose(order: Order, planted: Sequence[Planted]) -> Composed:
    """Filler with the planted sentences in it. Raises `CannotMake`."""
    lead = _LEAD[order.language]
    sizes = counts_behind([item.text for item in planted], lead, order.tokenizer)
    _check_room(order, planted, sizes)
    filler = order.filler.sentences(order.dice("filler"), order.tokens - sum(sizes) + _SPARE_TOKENS)
    opens = np.zeros(len(filler.sentences), dtype=np.bool_)
    low, high = _PARAGRAPH
    lengths = low + order.dice("paragraphs").words(len(opens) // low + 1) % np.uint64(high - low + 1)
    starts = np.cumsum(lengths.astype(np.int64))
    opens[starts[starts < len(opens)]] = True
    pieces = Pieces(
        texts=filler.sentences,
        counts=np.where(opens, filler.openings, filler.counts),
        opens=opens,
        lead=lead,
        gap="\n\n",
    )
    return _Sheet(order=order, planted=planted, sizes=sizes, pieces=pieces, cut=cut_prose).composed()


def compose_blocks(
    order: Order, blocks: Iterator[str], *, planted: Sequence[Planted] = (), separator: str = "\n"
) -> Composed:
    """The task's own lines, drawn until the document is full, with the planted ones among them.

    They stand in the order in which they were drawn. Where the first ones alone leave more than 1 % empty, as
    in a short document, the last few give way to others that were drawn soon after; so a gold that hangs on
    the lines is taken from the finished parts. Raises `CannotMake`.
    """
    sizes = counts_behind([item.text for item in planted], separator, order.tokenizer)
    _check_room(order, planted, sizes)
    pieces = drawn(blocks, separator, order.tokens - sum(sizes) + _SPARE_TOKENS, order.tokenizer)
    return _Sheet(order=order, planted=planted, sizes=sizes, pieces=pieces, cut=cut_lines).composed()


def room(order: Order) -> int:
    """Tokens that the sums of a document come to, for a task that makes as many lines as are needed."""
    return order.tokens if order.tokens <= EXACT_UP_TO else int(AIM * order.tokens)


def whole_depth(depth: float, parts: int) -> tuple[int, float]:
    """A depth of the whole document as (part, depth in it), for parts of equal length."""
    part = min(int(depth * parts), parts - 1)
    return part + 1, depth * parts - part


def part_order(order: Order) -> tuple[int, ...]:
    """In which order the told parts (from 1) are read: another one for each `order.permutation`.

    Raises `CannotMake` when so many orders do not exist.
    """
    told = tuple(range(1, order.parts + 1))
    if order.permutation >= factorial(min(order.parts, 20)):
        raise CannotMake(
            f"{order.parts} parts have {factorial(order.parts)} orders; "
            f"number {order.permutation + 1} was asked for"
        )
    dice = order.dice("permutations")
    found = [told]
    while len(found) <= order.permutation:
        shuffled = tuple(dice.shuffled(told))
        if shuffled not in found:
            found.append(shuffled)
    return found[order.permutation]


def rearranged(composed: Composed, order: Order) -> Composed:
    """The same parts in the order that `order.permutation` asks for, the evidence moved with them."""
    places = part_order(order)
    tokens = tuple(composed.tokens[part - 1] for part in places)
    moved = {part: n for n, part in enumerate(places, start=1)}
    old = [sum(composed.tokens[:n]) for n in range(order.parts)]
    return Composed(
        parts=tuple(composed.parts[part - 1] for part in places),
        tokens=tokens,
        evidence={
            name: found.model_copy(
                update={
                    "part": moved[found.part],
                    "token": found.token - old[found.part - 1] + sum(tokens[: moved[found.part] - 1]),
                }
            )
            for name, found in composed.evidence.items()
        },
    )


def with_probes(composed: Composed, probes: Sequence[Probe]) -> Document:
    """The document with its questions. Raises `CannotMake` when it holds a question itself."""
    document = Document(parts=composed.parts, tokens=composed.tokens, probes=tuple(probes))
    text = document.text
    for probe in probes:
        if probe.question.splitlines()[0] in text:
            raise CannotMake(f"the question {probe.id!r} stands in the document itself: {probe.question!r}")
    return document


@dataclass(frozen=True, kw_only=True)
class _Draft:
    """A document as the sums see it."""

    parts: tuple[Pieces, ...]
    places: Mapping[str, tuple[int, int]]
    """For each planted sentence its part, from 0, and the tokens of the part before it."""

    @property
    def tokens(self) -> int:
        return sum(part.tokens for part in self.parts)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        return tuple(part.text for part in self.parts)

    def composed(self, tokens: tuple[int, ...], planted: Sequence[Planted]) -> Composed:
        evidence = {}
        for item in planted:
            part, before = self.places[item.id]
            inside = round(before * tokens[part] / self.parts[part].tokens)
            evidence[item.id] = Evidence(text=item.text, part=part + 1, token=sum(tokens[:part]) + inside)
        return Composed(parts=self.texts, tokens=tokens, evidence=evidence)


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """All that a document is made of, before it has its length."""

    order: Order
    planted: Sequence[Planted]
    sizes: Sequence[int]
    pieces: Pieces
    """More than are needed."""
    cut: Cut

    @property
    def least(self) -> int:
        return ceil(FILL * self.order.tokens)

    @property
    def limit(self) -> int:
        """Leaves room for what stands between the parts when they are sent as one text, if there is any."""
        room = self.order.tokens - self.least - _ROOM
        return self.order.tokens - max(0, min(_JOINT * (self.order.parts - 1), room))

    def composed(self) -> Composed:
        if self.order.tokens > EXACT_UP_TO:
            rate, error = sampled_rate(self.pieces, self.order.tokenizer)
            room = min(1 - AIM, AIM - FILL)
            done = self._corrected(rate) if _SURE * error / rate < room else self._counted()
        else:
            done = self._counted()
        _check_values(done, self.planted)
        return done

    def _counted(self) -> Composed:
        """Counted whole, and cut again until it fits."""
        slack = min(8, (self.limit - self.least) // 2)
        off = total = 0
        for n in range(_ROUNDS):
            draft = self._draft(self.limit - off - (slack >> n), self.least - off)
            tokens = tuple(self.order.tokenizer.counts(draft.texts))
            total = sum(tokens)
            if self.least <= total <= self.limit:
                return draft.composed(tokens, self.planted)
            off = total - draft.tokens
        raise CannotMake(
            f"a document of {self.order.tokens:,} tokens in {self.order.parts} parts could not be filled to "
            f"{self.least:,} or more: the pieces at hand give {total:,}; ask for a longer one or fewer parts"
        )

    def _corrected(self, rate: float) -> Composed:
        """By its sums, which count one token where the tokenizer counts `rate`."""
        draft = self._draft(int(AIM * self.limit / rate), ceil(self.least / rate))
        tokens = tuple(round(part.tokens * rate) for part in draft.parts)
        if sum(tokens) < self.least:
            raise CannotMake(
                f"the pieces at hand give {sum(tokens):,} of {self.order.tokens:,} tokens; "
                "ask for a shorter document or give it more filler"
            )
        return draft.composed(tokens, self.planted)

    def _draft(self, most: int, least: int) -> _Draft:
        """So long by its sums if there are pieces for it, each part about as long as the others, the planted
        sentences in their places.
        """
        parts = self.order.parts
        share = most / parts
        need = [
            sum(size for item, size in zip(self.planted, self.sizes, strict=True) if item.part == part)
            for part in range(1, parts + 1)
        ]
        rooms = np.maximum(0.0, share - np.array(need, dtype=np.float64))
        pieces = self.cut(self.pieces, max(0, most - sum(need)), max(0, least - sum(need)))
        borders = [0, *(pieces.within(end) for end in np.cumsum(rooms)[:-1].tolist()), len(pieces.texts)]
        places: dict[str, tuple[int, int]] = {}
        laid = [
            self._planted(pieces[first:last], part, places)
            for part, (first, last) in enumerate(pairwise(borders))
        ]
        return _Draft(parts=tuple(laid), places=places)

    def _planted(self, pieces: Pieces, part: int, places: dict[str, tuple[int, int]]) -> Pieces:
        """One part with its planted sentences, whose places are noted."""
        mine = [
            (item, size) for item, size in zip(self.planted, self.sizes, strict=True) if item.part == part + 1
        ]
        whole = pieces.tokens + sum(size for _, size in mine)
        before = last = 0
        items: list[tuple[int, str, int]] = []
        for item, size in sorted(mine, key=lambda pair: pair[0].depth):
            wanted = item.depth * (whole - size) - before
            last = max(last, int(np.abs(pieces.ends - wanted).argmin()))
            places[item.id] = part, int(pieces.ends[last]) + before
            items.append((last, item.text, size))
            before += size
        return pieces.inserted(items) if items else pieces


def _check_room(order: Order, planted: Sequence[Planted], sizes: Sequence[int]) -> None:
    """That the planted sentences fit, and are told apart."""
    twice = [name for name, count in Counter(item.id for item in planted).items() if count > 1]
    if twice:
        raise CannotMake(f"planted sentences need ids of their own; {', '.join(twice)} is used twice")
    share = order.tokens // max(1, order.parts)
    for part in range(1, order.parts + 1):
        need = sum(size for item, size in zip(planted, sizes, strict=True) if item.part == part)
        if need > share:
            raise CannotMake(
                f"part {part} of {order.parts} has room for {share:,} tokens, and its planted sentences need "
                f"{need:,}; ask for a longer document, fewer parts or fewer facts"
            )
    for item in planted:
        if not (1 <= item.part <= order.parts and 0 <= item.depth <= 1):
            raise CannotMake(
                f"{item.id} cannot stand in part {item.part} at depth {item.depth}: "
                f"the document has parts 1 to {order.parts}, and depths are 0 to 1"
            )


def _check_values(composed: Composed, planted: Sequence[Planted]) -> None:
    """That every planted sentence occurs once and every value only where it was declared."""
    text = PART_BREAK.join(composed.parts)
    if text.count(PART_BREAK) >= len(composed.parts):
        raise CannotMake(
            "a form feed stands inside a part, and is what divides the parts; take it out of the filler"
        )
    wanted: Counter[str] = Counter()
    for item in planted:
        for value in dict.fromkeys(item.values):
            if value not in item.text:
                raise CannotMake(f"{item.id} declares {value!r} and does not say it: {item.text!r}")
            wanted[value] += item.text.count(value)
    for value, count in wanted.items():
        found = text.count(value)
        if found != count:
            raise CannotMake(f"{value!r} was planted {count} times and occurs {found} times in the document")
    for item in planted:
        if any(wanted[value] == item.text.count(value) for value in item.values):
            continue  # it holds a value that stands nowhere else, so neither does the sentence
        found = text.count(item.text)
        if found != 1:
            raise CannotMake(f"{item.id} occurs {found} times and not once: {item.text!r}")
