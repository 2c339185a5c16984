"""tau2's own domains: the one module that imports tau2, and of it only what a domain needs.

A domain's code answers every call, so what a tool says is what tau2 says, to the letter. Its database is
loaded once in a process and each trial gets a view of it (`tools.tau2.tables`).
"""

import json
import tomllib
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel, JsonValue

from tools.failure import WorldFailed, in_short
from tools.tau2.tables import Table

DOMAINS = ("airline", "retail", "telecom", "mock")
SIDES: Mapping[str, str] = {"assistant": "agent", "user": "user"}
"""Whose call it is, in tau2's words and in ours."""


class NoTau2(ImportError):
    """The package that brings the domains is not installed."""


@dataclass(frozen=True, kw_only=True)
class ForeignTool:
    """One tool as tau2 describes it."""

    name: str
    requestor: str
    """`assistant` or `user`: whose tool it is."""
    description: str
    input_schema: dict[str, Any]
    writes: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Domain:
    """A domain with its databases as they are loaded; nothing here is ever changed."""

    name: str
    build: Callable[..., Any]
    databases: tuple[Any, ...]
    """Of the agent, and of the user where there is one."""

    def environment(self, *, solo: bool = False) -> Any:
        """A fresh environment over views of the databases."""
        return self.build(*(_view(database) for database in self.databases), solo_mode=solo)


@cache
def domain(name: str, folder: str | None) -> Domain:
    """The domain with its data from a folder, or with what the package brings. Raises `NoTau2`, and
    `WorldFailed` where the package's code does not take that data.
    """
    _quiet()
    build = _module(f"tau2.domains.{name}.environment").get_environment
    installed = build()
    kits = [kit for kit in (installed.tools, installed.user_tools) if kit is not None]
    if folder is None:
        return Domain(name=name, build=build, databases=tuple(kit.db for kit in kits))
    found = []
    for kit, stem in zip(kits, ("db", "user_db"), strict=False):
        with _fitting(f"the data in {folder}"):
            found.append(type(kit.db).model_validate(_data(Path(folder), stem)))
    return Domain(name=name, build=build, databases=tuple(found))


@cache
def tools_of(name: str) -> tuple[ForeignTool, ...]:
    """The domain's tools, the agent's first. Raises `NoTau2`."""
    environment = domain(name, None).environment()
    found = []
    for requestor, kit in (("assistant", environment.tools), ("user", environment.user_tools)):
        for tool in kit.get_tools().values() if kit is not None else ():
            about = tool.openai_schema["function"]
            found.append(
                ForeignTool(
                    name=tool.name,
                    requestor=requestor,
                    description=about["description"],
                    input_schema=about["parameters"],
                    writes=str(kit.tool_type(tool.name).value) == "write",
                )
            )
    return tuple(found)


def begin(environment: Any, initial: JsonValue) -> None:
    """Bring an environment into a task's initial state, what was said and done before included. Raises
    `WorldFailed` where the package's code does not take it.
    """
    with _fitting("the task's initial state"):
        state = _module("tau2.data_model.tasks").InitialState.model_validate(initial or {})
        environment.set_state(
            initialization_data=state.initialization_data,
            initialization_actions=state.initialization_actions,
            message_history=list(state.message_history or []),
        )


def answer(environment: Any, requestor: str, tool: str, arguments: dict[str, Any]) -> tuple[str, bool]:
    """What the environment says to a call, and whether that is an error."""
    call = _module("tau2.data_model.message").ToolCall(
        id="", name=tool, arguments=arguments, requestor=requestor
    )
    with warnings.catch_warnings():
        # A domain stores an argument of any type, and complains when it shows the record that has it.
        warnings.filterwarnings("ignore", message="Pydantic serializer warnings")
        said = environment.get_response(call)
    return str(said.content), bool(said.error)


def run_unsynced(environment: Any, requestor: str, tool: str, arguments: dict[str, Any]) -> str | None:
    """A reference action as tau2's evaluator runs it: the two sides are not told of each other's changes.
    What the tool raised, which tau2 passes over.
    """
    try:
        environment.make_tool_call(tool_name=tool, requestor=requestor, **arguments)
    except Exception as error:  # whatever a domain's tool raises is a finding about the reference
        return f"{type(error).__name__}: {error}"
    return None


def holds(environment: Any, assertion: JsonValue) -> bool | str:
    """Whether an assertion about the environment holds; a text says what it raised instead."""
    try:
        record = _module("tau2.data_model.tasks").EnvAssertion.model_validate(assertion)
        return bool(environment.run_env_assertion(record, raise_assertion_error=False))
    except Exception as error:  # as tau2's evaluator would, which has no verdict then
        return f"{type(error).__name__}: {error}"


def databases_of(environment: Any) -> tuple[Any, ...]:
    """The agent's database, and the user's where there is one."""
    kits = (environment.tools, environment.user_tools)
    return tuple(kit.db for kit in kits if kit is not None)


def dumped(value: Any) -> JsonValue:
    """A record as it enters tau2's hash of a database."""
    plain = value.model_dump(warnings=False) if isinstance(value, BaseModel) else _plain(value)
    found: JsonValue = json.loads(json.dumps(plain, default=str))
    return found


def _plain(value: Any) -> Any:
    match value:
        case BaseModel():
            return value.model_dump(warnings=False)
        case dict():
            return {key: _plain(part) for key, part in dict.items(value)}
        case list() | tuple():
            return [_plain(part) for part in value]
    return value


def _view(database: Any) -> Any:
    """A database that may be changed while this one stays: tables are shared, small things are copied."""
    fields = {}
    for name in type(database).model_fields:
        value = getattr(database, name)
        fields[name] = Table(value) if isinstance(value, dict) else deepcopy(value)
    return type(database).model_construct(**fields)


@contextmanager
def _fitting(what: str) -> Iterator[None]:
    """Data of another version meets the code of the installed one here."""
    try:
        yield
    except Exception as error:  # whatever code that is not ours makes of data that is not its own
        said = in_short(" ".join(f"{type(error).__name__}: {error}".split()))
        message = f"{what} does not fit the code of the installed tau2 ({said}); install the version it is of"
        raise WorldFailed("unknown_world", "", message) from error


def _data(folder: Path, stem: str) -> JsonValue:
    file = folder / f"{stem}.json"
    if file.is_file():
        found: JsonValue = json.loads(file.read_text("utf-8"))
        return found
    return tomllib.loads((folder / f"{stem}.toml").read_text("utf-8"))


def _quiet() -> None:
    """tau2 writes lines to stderr for every call, and for being imported."""
    _module("loguru").logger.disable("tau2")


@cache
def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        said = f"tau2 cannot be imported ({error}); pip install 'longspan[tau2]' brings it"
        raise NoTau2(said) from error
