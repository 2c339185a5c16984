"""BFCL's conversations: several turns over back ends that have a state, with a call list for every turn."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from scenarios.bfcl.package import BfclPackage
from scenarios.bfcl.rows import data_files
from scenarios.record import Record

FUNCTION_DOCS = "multi_turn_func_doc"
MODULES = {
    "GorillaFileSystem": "gorilla_file_system",
    "MathAPI": "math_api",
    "MessageAPI": "message_api",
    "TwitterAPI": "posting_api",
    "TicketAPI": "ticket_api",
    "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking",
    "VehicleControlAPI": "vehicle_control",
}
"""By class of a back end: its module, and the file that describes its functions."""


class GoldCall(Record):
    """One call of a gold turn; what stands without a name is named when the function is known."""

    function: str
    positional: tuple[JsonValue, ...] = ()
    arguments: dict[str, JsonValue] = {}

    def named(self, parameters: tuple[str, ...]) -> dict[str, JsonValue]:
        """All arguments by name."""
        return {**dict(zip(parameters, self.positional, strict=False)), **self.arguments}


class Conversation(Record):
    """One task of a multi-turn category."""

    id: str
    turns: tuple[str, ...]
    """What the user says; empty where functions are added instead."""
    classes: tuple[str, ...]
    config: dict[str, JsonValue]
    """By class: what it begins with."""
    added: dict[int, tuple[str, ...]] = {}
    """By turn: functions that the model is offered only from then on."""
    gold: tuple[tuple[GoldCall, ...], ...]
    """By turn; none where the model cannot do what it is asked."""

    @property
    def long_context(self) -> bool:
        return "long_context" in self.id


def conversations(package: BfclPackage, category: str) -> Iterator[Conversation]:
    """Every task of a category, in its order. Raises `NoBfcl` when the data is not there."""
    questions, answers = data_files(category)
    gold = {row["id"]: row["ground_truth"] for row in package.rows(answers)}
    for row in package.rows(questions):
        yield Conversation(
            id=row["id"],
            turns=tuple("\n\n".join(message["content"] for message in turn) for turn in row["question"]),
            classes=tuple(row["involved_classes"]),
            config=row["initial_config"],
            added={int(turn): tuple(names) for turn, names in row.get("missed_function", {}).items()},
            gold=tuple(tuple(map(read_gold, turn)) for turn in gold[row["id"]]),
        )


def docs_of(package: BfclPackage, classes: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The descriptions of the classes' functions, in BFCL's order."""
    for name in classes:
        yield from package.rows(FUNCTION_DOCS, f"{MODULES[name]}.json")


def read_gold(text: str) -> GoldCall:
    """A gold call from its text, of which only literals are read. Raises `ValueError` for anything else."""
    call = ast.parse(text, mode="eval").body
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise ValueError(f"no call by name: {text!r}")  # noqa: TRY004 # it is the text that is wrong
    return GoldCall(
        function=call.func.id,
        positional=tuple(_literal(one) for one in call.args),
        arguments={str(one.arg): _literal(one.value) for one in call.keywords},
    )


def _literal(node: ast.expr) -> JsonValue:
    value: JsonValue = ast.literal_eval(node)
    return value


def prompt_of(package: BfclPackage) -> str:
    """What BFCL lets the user say when functions are added: a constant of its package, read as text."""
    source = (package.root / "constants" / "default_prompts.py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == _ADDED for target in node.targets
        ):
            return str(ast.literal_eval(node.value))
    raise ValueError(f"{package.root} has no {_ADDED}")


_ADDED = "DEFAULT_USER_PROMPT_FOR_ADDITIONAL_FUNCTION_FC"


def parameters_of(doc: Mapping[str, Any]) -> tuple[str, ...]:
    """The parameters of a function, in the order in which they may stand without a name."""
    return tuple(doc["parameters"]["properties"])
