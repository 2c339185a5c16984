"""The travel desk's tools on the worlds of the library, as a session would call them."""

from typing import Any

from jsonschema import Draft202012Validator

from scenarios.places import LIBRARY
from scenarios.yaml_file import read_yaml
from tools.servers.travel import TRAVEL
from tools.world import State

TOOLS = {tool.name: tool for tool in TRAVEL.tools}
WORLDS: dict[str, Any] = {
    "en": read_yaml(LIBRARY / "travel" / "world.yaml").value,
    "zh": read_yaml(LIBRARY / "travel" / "world.zh.yaml").value,
}
CARD = {"method": "card"}


def call(state: State, name: str, **arguments: Any) -> Any:
    """Runs a tool on arguments that its schema allows, as a session would."""
    Draft202012Validator(TOOLS[name].input_schema).validate(arguments)
    return TOOLS[name].run(state, **arguments)


def leg(flight: str, fare: str = "standard") -> dict[str, str]:
    return {"flight": flight, "cabin": "economy", "fare": fare}


def refund(to: str = "none", amount: float = 0) -> dict[str, Any]:
    return {"to": to, "amount": amount}


def spoil(value: Any) -> None:
    """Empties everything inside a result that can be emptied."""
    for part in list(value.values() if isinstance(value, dict) else value if isinstance(value, list) else []):
        spoil(part)
    if isinstance(value, dict | list):
        value.clear()
