"""What a task of tau2 expects, read from the JSON that its loader gives."""

from collections.abc import Mapping
from typing import Literal

from pydantic import JsonValue

from scenarios.record import Record

Basis = Literal["DB", "ENV_ASSERTION", "ACTION", "COMMUNICATE", "NL_ASSERTION"]
BASES: tuple[Basis, ...] = ("DB", "ENV_ASSERTION", "ACTION", "COMMUNICATE", "NL_ASSERTION")
Requestor = Literal["assistant", "user"]


class Action(Record):
    """One call of the reference run."""

    name: str
    arguments: dict[str, JsonValue] = {}
    requestor: Requestor = "assistant"
    compare_args: tuple[str, ...] | None = None
    """Which arguments count; None: those that the call compared has."""


class Criteria(Record):
    server: str
    """The server whose world the databases and assertions are read from."""
    basis: tuple[Basis, ...] = ("DB", "COMMUNICATE")
    """What the reward is the product of; tau2 takes these two where a task does not say."""
    unknown: tuple[str, ...] = ()
    """Words in the basis that nobody here knows: there is no verdict then."""
    actions: tuple[Action, ...] | None = None
    assertions: tuple[str, ...] | None = None
    """What each says, in short; whether it holds is read from the world."""
    communicate: tuple[str, ...] = ()
    nl_assertions: tuple[str, ...] = ()
    given: bool = True
    """Whether the task has criteria at all; without any the reward is 1."""
    solo: bool = False
    """Whether the agent makes the user's calls too."""
    said_before: tuple[str, ...] = ()
    """What the assistant says in the history that the conversation goes on from."""
    made_before: tuple[Action, ...] = ()
    """The calls in that history."""


def read_criteria(data: Mapping[str, JsonValue]) -> Criteria:
    """Of `Theirs.criteria`: tau2's own `evaluation_criteria` and `history`, and the `server`."""
    found = data.get("evaluation_criteria")
    theirs = found if isinstance(found, dict) else {}
    basis = _texts(theirs.get("reward_basis"), ("DB", "COMMUNICATE"))
    actions, assertions = theirs.get("actions"), theirs.get("env_assertions")
    solo = data.get("solo") is True
    side: dict[str, Requestor] = {"requestor": "assistant"} if solo else {}  # the one that there is then
    history = [message for message in _list(data.get("history")) if isinstance(message, dict)]
    return Criteria(
        server=str(data.get("server")),
        basis=tuple(word for word in BASES if word in basis),
        unknown=tuple(word for word in basis if word not in BASES),
        actions=None
        if actions is None
        else tuple(read_action(action).model_copy(update=side) for action in _list(actions)),
        assertions=None if assertions is None else tuple(map(_wording, _list(assertions))),
        communicate=_texts(theirs.get("communicate_info")),
        nl_assertions=_texts(theirs.get("nl_assertions")),
        given=isinstance(found, dict),
        solo=solo,
        said_before=tuple(
            str(message["content"])
            for message in history
            if message.get("role") == "assistant" and message.get("content")
        ),
        made_before=tuple(
            read_action(call)
            for message in history
            if message.get("role") in {"assistant", "user"}
            for call in _list(message.get("tool_calls"))
        ),
    )


def read_action(value: JsonValue) -> Action:
    """One action or call, as tau2 writes both."""
    data = value if isinstance(value, dict) else {}
    arguments, compared = data.get("arguments"), data.get("compare_args")
    return Action(
        name=str(data.get("name")),
        arguments=dict(arguments) if isinstance(arguments, dict) else {},
        requestor="user" if data.get("requestor") == "user" else "assistant",
        compare_args=None if compared is None else _texts(compared),
    )


def _wording(value: JsonValue) -> str:
    data = value if isinstance(value, dict) else {}
    arguments = data.get("arguments")
    named = ", ".join(f"{k}={v!r}" for k, v in arguments.items()) if isinstance(arguments, dict) else ""
    wanted = "" if data.get("assert_value", True) is True else " is false"
    return f"{data.get('func_name')}({named}){wanted}"


def _texts(value: JsonValue, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else default


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
