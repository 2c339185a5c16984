"""A request as it would be sent, in pieces that are compared by identity.

Nobody needs the text of a plan again: a piece is known by what it says, hashed, and by its tokens, so that
two requests share a beginning exactly as far as their pieces are the same ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from harness.clients.cache_marks import marked

_BYTES = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One message, or what stands before the first one."""

    key: str
    """The same for the same text, and for nothing else."""
    tokens: int
    mark: bool = False
    """A cache mark stands behind it, for providers that cache up to marks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedRequest:
    talk: int
    """The trial that it belongs to; requests of one trial follow each other."""
    pieces: tuple[Piece, ...]
    reply: Piece
    """What the model is taken to answer."""
    most: int
    """The output limit that it is sent with."""
    waits: str = ""
    """It is sent when this has happened; empty: at once."""
    tells: str = ""
    """What has happened when it is answered."""
    estimated: bool = False
    """The conversation may be another one: it is the oracle's, or nobody's."""
    shared: bool = False
    """It says which beginning it has in common with others."""
    kept: bool = True
    """It carries what the provider wants to see before it caches."""

    @property
    def input(self) -> int:
        return sum(piece.tokens for piece in self.pieces)


def key_of(*parts: object) -> str:
    """What a piece is known by, from all that decides its text."""
    return blake2b("\0".join(map(str, parts)).encode(), digest_size=_BYTES).hexdigest()


def with_marks(
    head: Sequence[Piece], said: Sequence[Piece], *, shared: int = 0, before: int = 0
) -> tuple[Piece, ...]:
    """What stands before the messages, and these, marked as they are sent (`cache_marks.marked`)."""
    places = {len(head) + place for place in marked(len(said), shared=shared, before=before)}
    places |= {len(head) - 1}
    return tuple(replace(piece, mark=place in places) for place, piece in enumerate((*head, *said)))


def scaled(
    request: PlannedRequest, factor: float, *, wordy: float = 1.0, thinking: int = 0, most: int | None = None
) -> PlannedRequest:
    """The request with other counts: its tokens times a factor, and its reply with thinking before it, so
    many times as long, within the request's limit and the model's (`most`).
    """
    limit = request.most if most is None else min(request.most, most)
    output = min(limit, round((request.reply.tokens + thinking) * wordy))
    return replace(
        request,
        pieces=tuple(replace(piece, tokens=round(piece.tokens * factor)) for piece in request.pieces),
        reply=replace(request.reply, tokens=output),
    )
