"""Reads a judge's reply, strictly: what is not exactly one verdict for each assertion is no reply.

Nothing is guessed. A verdict that is missing, doubled, for a statement that was not asked about, or neither
true nor false makes the whole reply unusable, since leaving it out would move the verdict on the trial.
"""

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, StrictBool, StrictInt, StrictStr, ValidationError

from scenarios.judgement import AssertionVerdict
from scenarios.record import Record
from scenarios.transcript import BadArguments, parse_arguments

_FENCED = re.compile(r"```(?:json)?\s*\n(.*)\n\s*```", re.DOTALL)
"""The one wrapping that is taken off: a code block that is the whole reply."""


class Unreadable(ValueError):
    """A reply that holds no usable verdicts; the message says why, and is fit to be shown to the judge."""


class _Verdict(Record):
    statement: StrictInt
    reason: StrictStr = ""
    met: StrictBool


class _Reply(Record):
    verdicts: Annotated[tuple[_Verdict, ...], Field(min_length=1)]


def read_verdicts(text: str, assertions: Sequence[str]) -> tuple[AssertionVerdict, ...]:
    """One verdict for each assertion, in their order, whatever that of the reply. Raises `Unreadable`."""
    found = _parsed(text).verdicts
    numbers = [one.statement for one in found]
    wanted = range(1, len(assertions) + 1)
    if doubled := sorted({n for n in numbers if numbers.count(n) > 1}):
        raise Unreadable(f"statement {_named(doubled)} has more than one verdict")
    if unknown := sorted(set(numbers) - set(wanted)):
        raise Unreadable(f"there is no statement {_named(unknown)}, only 1 to {len(assertions)}")
    if missing := sorted(set(wanted) - set(numbers)):
        raise Unreadable(f"{len(found)} verdicts on {len(assertions)} statements; {_named(missing)} has none")
    by_number = {one.statement: one for one in found}
    return tuple(
        AssertionVerdict(assertion=assertion, met=by_number[n].met, reason=by_number[n].reason)
        for n, assertion in zip(wanted, assertions, strict=True)
    )


def _parsed(text: str) -> _Reply:
    inner = text.strip()
    if fenced := _FENCED.fullmatch(inner):
        inner = fenced[1]
    if not inner:
        raise Unreadable("it is empty")
    try:
        return _Reply.model_validate(parse_arguments(inner))
    except BadArguments as error:
        raise Unreadable(f"it is not one JSON object ({error})") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the object"
        raise Unreadable(f"{place}: {first['msg']}") from error


def _named(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
