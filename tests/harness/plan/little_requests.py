"""Documents with questions as planned requests: what the tests of the cache rules share."""

from collections.abc import Iterable, Iterator

from harness.plan.request import Piece, PlannedRequest

QUESTION, ANSWER = 20, 30


def piece(key: str, tokens: int, *, mark: bool = False) -> Piece:
    return Piece(key=key, tokens=tokens, mark=mark)


def request(
    talk: int, *pieces: Piece, waits: str = "", tells: str = "", output: int = ANSWER
) -> PlannedRequest:
    reply = piece(f"reply {talk}", output)
    return PlannedRequest(talk=talk, pieces=pieces, reply=reply, most=512, waits=waits, tells=tells)


def questions(name: str, tokens: int, count: int, first: int = 0) -> Iterator[PlannedRequest]:
    """So many questions on one document; the first goes ahead."""
    for n in range(count):
        yield request(
            first + n,
            piece(name, tokens, mark=True),
            piece("OK", 5),
            piece(f"{name}?{n}", QUESTION),
            waits=name if n else "",
            tells="" if n else name,
        )


def asked(documents: Iterable[tuple[int, int]]) -> list[PlannedRequest]:
    """(tokens, questions) of each document, one after another."""
    lined_up: list[PlannedRequest] = []
    for n, (tokens, count) in enumerate(documents):
        lined_up += questions(f"document {n}", tokens, count, first=len(lined_up))
    return lined_up
