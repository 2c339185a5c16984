"""Small tasks of BFCL's kind, made by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.bfcl.record import Family, Function, KeyCall, Language, Parameter
from scoring.bfcl.calls import Attempt, Call
from scoring.bfcl.defects import CORRECTED, STRICT, Kept
from scoring.bfcl.function_call import Rules
from scoring.bfcl.single_turn import SingleTurn, judge

BOOK = Function(
    name="trips.book",
    required=("city",),
    parameters={
        "city": Parameter(type="string"),
        "days": Parameter(type="integer"),
        "budget": Parameter(type="float", default=100.0),
        "insured": Parameter(type="boolean"),
        "stops": Parameter(type="array", items="string"),
        "prices": Parameter(type="array", items="float"),
        "guests": Parameter(type="array", items="dict"),
        "window": Parameter(type="tuple", items="integer"),
        "options": Parameter(type="dict"),
        "note": Parameter(type="any"),
    },
)
FIND = Function(name="find", required=(), parameters={"what": Parameter(type="string")})


def task(
    *key: Mapping[str, Sequence[Any]],
    family: Family = "simple",
    functions: Sequence[Function] = (BOOK, FIND),
    language: Language = "python",
    kept: Kept = STRICT,
) -> SingleTurn:
    """A task whose answer calls the first function with these arguments, once for each."""
    return SingleTurn(
        family=family,
        key=tuple(
            KeyCall(function=functions[0].name, arguments={k: list(v) for k, v in one.items()}) for one in key
        ),
        rules=Rules(functions={one.name: one for one in functions}, language=language, kept=kept),
    )


def call(name: str = "trips.book", **arguments: Any) -> Call:
    return Call(function=name, arguments=arguments)


def code(wanted: SingleTurn, *calls: Call) -> str:
    """What is wrong with the calls; empty when they are right."""
    wrong = judge(wanted, Attempt(calls=calls, tried=bool(calls)))
    return "" if wrong is None else wrong.code


def both(key: Mapping[str, Sequence[Any]], **arguments: Any) -> tuple[str, str]:
    """What BFCL and what we find wrong with one call."""
    given = call(**arguments)
    return code(task(key), given), code(task(key, kept=CORRECTED), given)
