"""What a server says when it gives no reply: an HTTP status, or an error where a reply should be."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from harness.clients.client import ClientError, ContextTooLong, Overloaded, Rejected

_BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_TOO_LONG = (
    *("context length", "context_length", "maximum context", "context window", "available context size"),
    *("too many tokens", "prompt is too long", "input length should be", "input token count"),
)
_REDIRECTS = range(300, 400)
_BROKEN = frozenset(
    {"abort", "cancelled", "error", "failed", "in_progress", "insufficient_system_resource", "network_error"}
    | {"pause_turn", "queued"}
)
_FILTERED = frozenset({"content_filter", "refusal", "sensitive"})
_WINDOW_FULL = "model_context_window_exceeded"


def refused(status: int, headers: Mapping[str, str], body: str) -> ClientError:
    """The error that a status other than 200 means."""
    said = " ".join(body.split())
    message = f"HTTP {status}: {said}"
    if status in _BUSY:
        return Overloaded(f"http_{status}", message, retry_after=_wait(headers))
    if status in {400, 413, 422} and _says_too_long(said):
        return ContextTooLong("context", message)
    if status in _REDIRECTS:
        place = headers.get("Location", "nowhere")
        message = f"HTTP {status}: redirects to {place}, and is not followed; write that URL if it is meant"
    return Rejected(f"http_{status}", message)


def stated(error: object) -> ClientError:
    """The error that stands in the place of a reply, at status 200."""
    said = error.get("message", error) if isinstance(error, dict) else error
    message = f"the server ended the reply with {said}"
    return (
        ContextTooLong("context", message) if _says_too_long(message) else Overloaded("stream_error", message)
    )


def stopped(finish: str) -> ClientError | None:
    """The error that a reason to finish means; None when the model itself came to an end or a limit."""
    reason = finish.casefold()
    if reason in _FILTERED:
        return Rejected("content_filter", f"the provider's content filter ended the reply ({finish})")
    if reason in _BROKEN:
        return Overloaded("cut_stream", f"the server broke the reply off ({finish})")
    if reason == _WINDOW_FULL:
        return ContextTooLong("context", f"the reply did not fit the model's window ({finish})")
    return None


def _says_too_long(said: str) -> bool:
    return any(phrase in said.lower() for phrase in _TOO_LONG)


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that a refusal asks to wait: a number, one of milliseconds, or a date by the server's clock."""
    finer, wish = _number(headers.get("Retry-After-Ms")), headers.get("Retry-After")
    if finer is not None:
        return finer / 1e3
    seconds = _number(wish)
    if seconds is not None:
        return seconds
    until, now = _moment(wish), _moment(headers.get("Date"))
    return max(0.0, (until - now).total_seconds()) if until and now else None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None


def _moment(text: str | None) -> datetime | None:
    """Of an HTTP date, which is in GMT whatever it says; None for what is none."""
    try:
        return parsedate_to_datetime(text or "").replace(tzinfo=UTC)
    except ValueError:
        return None
