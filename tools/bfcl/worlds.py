"""BFCL's tasks as worlds, by the names that scenarios give them: `bfcl:` and the task's id.

Where a task has one turn its functions exist in name only: a call of one is the model's answer, and nothing
comes back. Where it has several, they are methods of BFCL's back ends.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from scenarios.bfcl.conversations import Conversation, docs_of
from scenarios.bfcl.find import category_of, find_task
from scenarios.bfcl.package import BfclPackage, NoBfcl, bfcl
from scenarios.bfcl.record import language_of
from scenarios.bfcl.schema import Tool, tools_of
from scenarios.transcript import Change
from tools.bfcl.account import ConversationAccount
from tools.world import Account, Spelt, World, WorldTool

PREFIX = "bfcl:"


class WithBfcl(Mapping[str, World]):
    """Worlds, and beside them every task of BFCL, which are not listed, since there are thousands."""

    def __init__(self, worlds: Mapping[str, World], home: Path) -> None:
        self._worlds = worlds
        self._home = home
        self._package: BfclPackage | None = None

    def __getitem__(self, name: str) -> World:
        if not name.startswith(PREFIX):
            return self._worlds[name]
        try:
            self._package = self._package or bfcl(self._home)
            return _world(self._package, name)
        except NoBfcl as error:
            raise KeyError(str(error)) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._worlds)

    def __len__(self) -> int:
        return len(self._worlds)


@cache
def _world(package: BfclPackage, name: str) -> World:
    task = find_task(package, name.removeprefix(PREFIX))
    begin: Callable[[Mapping[str, JsonValue]], Account]
    if isinstance(task, Conversation):
        offered = tools_of(docs_of(package, task.classes))
        begin = partial(_conversation, package, task)
    else:
        offered = tools_of(task.functions, language_of(category_of(task.id)))
        begin = _nothing
    return World(
        name=name, title=f"BFCL: {task.id}", tools=tuple(map(_tool, offered)), begin=begin, verbatim=True
    )


def _tool(tool: Tool) -> WorldTool:
    return WorldTool(
        name=tool.name,
        description=tool.description,
        input_schema=dict(tool.input_schema),
        writes=True,  # its descriptions do not say
        run=partial(_run, tool.function),
    )


def _run(function: str, state: Any, /, **arguments: Any) -> Spelt:
    found: Spelt = state.call(function, arguments)
    return found


def _conversation(package: BfclPackage, task: Conversation, _: Mapping[str, JsonValue]) -> Account:
    return ConversationAccount(package, task)


def _nothing(_: Mapping[str, JsonValue]) -> Account:
    return _Nothing()


class _Nothing:
    """Functions that exist in name only."""

    def call(self, _function: str, _arguments: Mapping[str, Any]) -> Spelt:
        return Spelt(text="", value="")

    def snapshot(self) -> JsonValue:
        return {}

    def changes(self) -> tuple[Change, ...]:
        return ()

    def reference(self) -> tuple[Change, ...]:
        return ()
