"""The built-in worlds, and the MCP server that stands in front of one.

The server is the SDK's low-level one over a plain state: the list of tools is shared by all trials, and a
call is one dictionary look-up and one function. Every result goes out twice, as text for the model and
wrapped as `{"result": …}` in the structured content, as the tools' output schema says.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, cast

import mcp_types as mcp
from jsonschema import Draft202012Validator
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from pydantic import JsonValue

from scenarios.fields import Side
from tools.servers.desk import DESK
from tools.servers.energy_meter import ENERGY_METER
from tools.servers.office import OFFICE
from tools.servers.parcel_locker import PARCEL_LOCKER
from tools.servers.phone import PHONE
from tools.servers.reader import READER
from tools.servers.router import ROUTER
from tools.servers.shop import SHOP
from tools.servers.travel import TRAVEL
from tools.world import Account, Refused, Spelt, State, World, WorldTool

_WRAPPED: Mapping[str, Any] = MappingProxyType(
    {"type": "object", "properties": {"result": {}}, "required": ["result"]}
)


def built_in_worlds() -> Mapping[str, World]:
    """The worlds that Longspan ships, by name."""
    worlds = (SHOP, TRAVEL, DESK, OFFICE, READER, ROUTER, PHONE, PARCEL_LOCKER, ENERGY_METER)
    return MappingProxyType({world.name: world for world in worlds})


@cache
def listing(world: World, side: Side = "agent") -> list[dict[str, Any]]:
    """The world's tools of one side as they stand on the wire."""
    tools = _mcp_tools(world, side)
    return [tool.model_dump(by_alias=True, mode="json", exclude_none=True) for tool in tools]


def server_for(
    world: World,
    state: State | Account,
    *,
    checked: bool,
    side: Side = "agent",
    called: Callable[[], None] = lambda: None,
) -> Server[Any]:
    """An MCP server over the state, which its calls change in place; it has the tools of one side.

    `checked` refuses arguments that break a tool's schema; leave it off when the caller has checked them.
    `called` runs after every call and before its answer. What a function raises beside `Refused` is a bug of
    the world and becomes a protocol error, never a result that a model could read.
    """
    tools = {tool.name: tool for tool in world.tools if tool.side == side}

    async def list_tools(
        _context: ServerRequestContext[Any], _params: mcp.PaginatedRequestParams | None
    ) -> mcp.ListToolsResult:
        return mcp.ListToolsResult(tools=list(_mcp_tools(world, side)))

    async def call_tool(
        _context: ServerRequestContext[Any], params: mcp.CallToolRequestParams
    ) -> mcp.CallToolResult:
        tool = tools.get(params.name)
        if tool is None:
            return _refusal(f"There is no tool {params.name!r}.")
        if checked and (wrong := _violation(tool, params.arguments or {})):
            return _refusal(wrong)
        try:
            given = params.arguments or {}
            value = tool.run(state, **(given if world.verbatim else _whole_numbers(given)))
        except Refused as refusal:
            return _refusal(str(refusal))
        finally:
            called()
        return _result(value)

    server: Server[Any] = Server(
        world.name, title=world.title, on_list_tools=list_tools, on_call_tool=call_tool
    )
    # Its only middleware makes a tracing span for every message, which nobody reads here.
    server.middleware.clear()
    return server


@cache
def _mcp_tools(world: World, side: Side) -> tuple[mcp.Tool, ...]:
    return tuple(
        mcp.Tool(
            name=tool.name,
            description=tool.description,
            input_schema=tool.input_schema,
            output_schema=dict(_WRAPPED),
            annotations=mcp.ToolAnnotations(read_only_hint=not tool.writes),
        )
        for tool in world.tools
        if tool.side == side
    )


def _result(value: JsonValue | Spelt) -> mcp.CallToolResult:
    if isinstance(value, Spelt):
        content = [mcp.TextContent(type="text", text=value.text)]
        return mcp.CallToolResult(content=[*content], structured_content={"result": value.value})
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return mcp.CallToolResult(
        content=[mcp.TextContent(type="text", text=text)], structured_content={"result": value}
    )


def _refusal(text: str) -> mcp.CallToolResult:
    return mcp.CallToolResult(content=[mcp.TextContent(type="text", text=text)], is_error=True)


def _violation(tool: WorldTool, arguments: dict[str, Any]) -> str:
    found = next(_validator(tool).iter_errors(arguments), None)
    return "" if found is None else f"Invalid arguments for {tool.name}: {found.json_path}: {found.message}"


@cache
def _validator(tool: WorldTool) -> Draft202012Validator:
    return Draft202012Validator(tool.input_schema)


def _whole_numbers(value: dict[str, Any]) -> dict[str, Any]:
    """`2.0` is an integer to JSON Schema; the worlds' functions expect `2`."""
    return cast("dict[str, Any]", _whole(value))


def _whole(value: Any) -> Any:
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: _whole(item) for key, item in value.items()}
        case list():
            return [_whole(item) for item in value]
    return value
