"""The worlds of tau2's domains as a scenario names them: `tau2-airline`, and `tau2-telecom` with two sides.

In `tau2-telecom-solo` the agent has the tools of both sides, and one more by which it says that it is done. A
world's state is what one task says of it: `{"task": {…}, "folder": …}`, where the task is tau2's own JSON and
the folder has the domain's data, where that is not the installed package's.
"""

from collections.abc import Mapping
from functools import cache, partial
from typing import Any, cast

from pydantic import JsonValue

from scenarios.fields import Side
from tools.tau2 import domains
from tools.tau2.task_world import TaskWorld
from tools.world import Spelt, World, WorldTool

_SOLO = "-solo"
NAMES = tuple(f"tau2-{name}{mode}" for name in domains.DOMAINS for mode in ("", _SOLO))
DONE = "done"


@cache
def tau2_world(name: str) -> World:
    """The world of a domain by its name. Raises `NoTau2` when the package is not there."""
    domain = name.removeprefix("tau2-").removesuffix(_SOLO)
    solo = name.endswith(_SOLO)
    tools = tuple(
        WorldTool(
            name=tool.name,
            description=tool.description,
            input_schema=tool.input_schema,
            writes=tool.writes,
            run=partial(_run, tool.name, "assistant" if solo else tool.requestor),
            side="agent" if solo else cast("Side", domains.SIDES[tool.requestor]),
        )
        for tool in domains.tools_of(domain)
    )
    return World(
        name=name,
        title=f"tau2: {domain}",
        tools=(*tools, _DONE) if solo else tools,
        begin=partial(_begin, domain, solo),
        verbatim=True,
    )


def _begin(domain: str, solo: bool, state: Mapping[str, JsonValue]) -> TaskWorld:
    folder, task = state.get("folder"), state.get("task")
    found = domains.domain(domain, folder if isinstance(folder, str) else None)
    return TaskWorld(found, task if isinstance(task, dict) else {}, solo=solo)


def _run(tool: str, requestor: str, state: TaskWorld, /, **arguments: Any) -> Spelt:
    return state.call(requestor, tool, arguments)


def _done(_state: TaskWorld, /, **_arguments: Any) -> str:
    """Whatever else the model has to say with it."""
    return "Noted."


_DONE = WorldTool(
    name=DONE,
    description="Call this function when you are done with the task.",
    input_schema={"type": "object", "properties": {}},
    writes=False,
    run=_done,
)
