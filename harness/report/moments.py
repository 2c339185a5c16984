"""Moments as records have them: UTC, ISO 8601."""

from datetime import UTC, datetime


def seconds_of(moment: str) -> float | None:
    """Seconds since 1970; None for what is no moment."""
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
