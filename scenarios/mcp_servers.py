"""The `{"mcpServers": {…}}` JSON that other tools use, read as servers of a scenario.

Claude Desktop, Cursor, Qwen tools and VS Code (which says `servers`) write the same few fields. What only
steers their user interface (`disabled`, `autoApprove`, …) is passed over; any other field is an error.
"""

import json
from pathlib import Path

from pydantic import JsonValue, ValidationError

from scenarios.problem import Problem, ScenarioError
from scenarios.scenario import Server

_STEERS_A_UI = frozenset({"disabled", "autoApprove", "alwaysAllow", "description", "icon", "timeout", "name"})
_HTTP = frozenset({"http", "streamable-http", "streamableHttp", "streamable_http"})


def read_mcp_servers(file: Path) -> dict[str, Server]:
    """The servers of a file, by name. Raises `ScenarioError` with every problem."""
    try:
        data = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ScenarioError([Problem(file=file, message=f"cannot be read as JSON: {error}")]) from error
    entries = data.get("mcpServers", data.get("servers")) if isinstance(data, dict) else None
    if not isinstance(entries, dict) or not entries:
        message = 'needs {"mcpServers": {NAME: {"command": …} or {"url": …}}}'
        raise ScenarioError([Problem(file=file, message=message)])
    servers: dict[str, Server] = {}
    problems: list[Problem] = []
    for name, entry in entries.items():
        try:
            servers[name] = _server(entry)
        except (TypeError, ValueError) as error:
            problems.append(Problem(file=file, field=f"mcpServers.{name}", message=_first(error)))
    if problems:
        raise ScenarioError(problems)
    return servers


def _server(entry: JsonValue) -> Server:
    if not isinstance(entry, dict):
        raise TypeError(f"must be an object with `command` or `url`; found {entry!r}")
    kind = entry.get("type", entry.get("transport"))
    fields = {k: v for k, v in entry.items() if k not in _STEERS_A_UI | {"type", "transport"}}
    url = fields.pop("httpUrl", fields.get("url"))
    if url is not None:
        if kind is not None and kind not in _HTTP:
            raise ValueError(f"type {kind!r} is not spoken here; streamable HTTP is (type http)")
        return Server.model_validate({**fields, "url": url})
    arguments = fields.pop("args", [])
    command = fields.pop("command", None)
    if not isinstance(command, str) or not isinstance(arguments, list):
        raise TypeError("needs `command` (a text) with `args` (a list), or `url`")
    return Server.model_validate({**fields, "command": (command, *arguments)})


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        detail = error.errors()[0]
        return ": ".join(filter(None, (".".join(map(str, detail["loc"])), detail["msg"])))
    return str(error)
