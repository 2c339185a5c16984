"""What may go wrong between a client and a model's endpoint, one fault a function."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tests.faults.proxy import Answer, Client, Fault, Upstream, data_of, event_of

_LONG = 3600.0
"""Longer than anybody waits; the proxy's own patience ends it."""
HUGE = 4 * 2**20


def status(code: int, retry_after: str | None = None) -> Fault:
    """The endpoint is never asked: a gateway before it refuses."""

    async def fault(client: Client, _: Upstream) -> None:
        told = [("Retry-After", retry_after)] if retry_after is not None else []
        await client.whole(code, b'{"error": {"message": "come back later"}}', *told)

    return fault


async def slow_first_byte(_: Client, forward: Upstream) -> None:
    await forward.ask()
    await asyncio.sleep(_LONG)


async def silence(client: Client, forward: Upstream) -> None:
    """The first half of the events, and then nothing, on an open line."""
    answer = await forward.ask()
    await client.head(answer.status, *_kind(answer))
    for event in answer.events[: len(answer.events) // 2]:
        await client.chunk(event)
    await asyncio.sleep(_LONG)


async def cut_in_a_chunk(client: Client, forward: Upstream) -> None:
    answer = await forward.ask()
    half = len(answer.events) // 2
    await client.head(answer.status, *_kind(answer))
    for event in answer.events[:half]:
        await client.chunk(event)
    whole = answer.events[half]
    await client.write(f"{len(whole):x}\r\n".encode() + whole[: len(whole) // 2])


async def cut_in_a_letter(client: Client, forward: Upstream) -> None:
    """A letter of several bytes loses its end, and the line is closed properly."""
    answer = await forward.ask()
    place = next(n for n, byte in enumerate(answer.body) if byte >= 0x80)  # beyond ASCII
    await client.head(answer.status, *_kind(answer))
    await client.chunk(answer.body[: place + 1])
    await client.end()


async def empty_reply(client: Client, forward: Upstream) -> None:
    answer = await forward.ask()
    await client.head(answer.status, *_kind(answer))
    await client.end()


async def html_at_200(client: Client, _: Upstream) -> None:
    await client.whole(
        200, b"<html><body>Sign in to the network</body></html>", ("Content-Type", "text/html")
    )


async def wrong_content_type(client: Client, forward: Upstream) -> None:
    """A good stream that says it is something else."""
    answer = await forward.ask()
    await client.head(answer.status, ("Content-Type", "text/plain"))
    for event in answer.events:
        await client.chunk(event)
    await client.end()


@dataclass(frozen=True, kw_only=True)
class Calls:
    """Where a wire format writes the arguments of a call: whether an event does, and how to change it."""

    is_part: Callable[[dict[str, Any]], bool]
    text: Callable[[dict[str, Any]], str]
    write: Callable[[dict[str, Any], str], None]
    is_whole: Callable[[dict[str, Any]], bool] = lambda _: False
    """Whether an event says again all that was said."""


def duplicated(calls: Calls) -> Fault:
    """One of the parts of a call's arguments comes twice."""
    return _changed(calls, lambda parts: [*parts[:3], *parts[2:]])


def out_of_order(calls: Calls) -> Fault:
    """Two of the parts of a call's arguments change their places."""
    return _changed(calls, lambda parts: [parts[0], parts[2], parts[1], *parts[3:]])


def malformed(calls: Calls) -> Fault:
    """The arguments lose their closing bracket."""

    def cut(parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        return [_with(calls, part, calls.text(part).replace("}", "")) for part in parts]

    return _changed(calls, cut, whole=lambda text: text.replace("}", ""))


def huge(calls: Calls) -> Fault:
    """The arguments grow to four megabytes of well-formed JSON."""

    def grow(parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        first = _with(calls, parts[0], "{" + " " * HUGE + calls.text(parts[0]).lstrip("{"))
        return [first, *parts[1:]]

    return _changed(calls, grow, whole=lambda text: "{" + " " * HUGE + text.lstrip("{"))


def cumulative(calls: Calls) -> Fault:
    """Every part holds all that was said before it as well."""

    def pile(parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        said, found = "", []
        for part in parts:
            said += calls.text(part)
            found.append(_with(calls, part, said))
        return found

    return _changed(calls, pile)


def _changed(
    calls: Calls,
    change: Callable[[Sequence[dict[str, Any]]], list[dict[str, Any]]],
    whole: Callable[[str], str] = lambda text: text,
) -> Fault:
    """A fault in the parts of a call's arguments; events that repeat them whole change by `whole`."""

    async def fault(client: Client, forward: Upstream) -> None:
        answer = await forward.ask()
        await client.stream(answer, [*_events(answer, calls, change, whole)])

    return fault


def _events(
    answer: Answer,
    calls: Calls,
    change: Callable[[Sequence[dict[str, Any]]], list[dict[str, Any]]],
    whole: Callable[[str], str],
) -> Iterator[bytes]:
    parts: list[tuple[str | None, dict[str, Any]]] = []
    for event in answer.events:
        data = data_of(event)
        if data is not None and calls.is_part(data):
            parts.append((_name(event), data))
            continue
        if parts:
            name = parts[0][0]
            yield from (event_of(name, one) for one in change([one for _, one in parts]))
            parts = []
        if data is not None and calls.is_whole(data):
            data = deepcopy(data)
            calls.write(data, whole(calls.text(data)))
            yield event_of(_name(event), data)
        else:
            yield event


def _with(calls: Calls, part: dict[str, Any], text: str) -> dict[str, Any]:
    changed = deepcopy(part)
    calls.write(changed, text)
    return changed


def _name(event: bytes) -> str | None:
    for line in event.splitlines():
        if line.startswith(b"event:"):
            return line[6:].decode().strip()
    return None


def _kind(answer: Answer) -> list[tuple[str, str]]:
    return [(name, value) for name, value in answer.headers if name.lower() == "content-type"]
