"""A tool's result as MCP gives it, read as text for the model and JSON for the grader."""

import json
from dataclasses import dataclass

import mcp_types as mcp
from pydantic import JsonValue


@dataclass(frozen=True, kw_only=True)
class Result:
    text: str
    structured: JsonValue = None
    """None where the server gave neither structured content nor a text that is JSON."""
    refused: bool = False
    """The tool said no."""


def read_result(result: mcp.CallToolResult, *, wraps: bool) -> Result:
    """Join the text, name what is not text, and take the structured content out of its wrapping."""
    text = "\n".join(map(_block, result.content))
    structured: JsonValue = result.structured_content
    if isinstance(structured, dict) and wraps and list(structured) == ["result"]:
        structured = structured["result"]
    elif structured is None:
        structured = _as_json(text)
    return Result(text=text, structured=structured, refused=bool(result.is_error))


def _block(block: mcp.ContentBlock) -> str:
    match block:
        case mcp.TextContent():
            return block.text
        case mcp.ImageContent() | mcp.AudioContent():
            return f"[{block.type}: {block.mime_type}, {len(block.data)} characters of base64; not shown]"
        case mcp.ResourceLink():
            return f"[link: {block.uri}]"
        case mcp.EmbeddedResource(resource=mcp.TextResourceContents() as resource):
            return f"[resource: {resource.uri}]\n{resource.text}"
        case mcp.EmbeddedResource():
            return f"[resource: {block.resource.uri}; binary, not shown]"


def _as_json(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text, parse_constant=_no_json)
    except (ValueError, RecursionError):
        return None
    return value


def _no_json(name: str) -> JsonValue:
    raise ValueError(f"{name} is not JSON")
