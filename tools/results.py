"""A tool's result as MCP gives it, read as text for the model and JSON for the grader."""

import json
from dataclasses import dataclass

import mcp_types as mcp
from pydantic import JsonValue

from scenarios.foreign import flaw

TEXT_LIMIT = 2**20
"""Characters of a result that a model is shown; no server may drown it in more."""
_MOST_JSON = 4 * 2**20
"""Characters of structured content that are kept for the grader."""


@dataclass(frozen=True, kw_only=True)
class Result:
    text: str
    structured: JsonValue = None
    """None where the server gave neither structured content nor a text that is JSON."""
    refused: bool = False
    """The tool said no."""


def read_result(result: mcp.CallToolResult, *, wraps: bool, ours: bool = False) -> Result:
    """Join the text, name what is not text, and take the structured content out of its wrapping.

    What a stranger sends as structured content is kept only when it can be read back.
    """
    text = "\n".join(map(_block, result.content))
    structured: JsonValue = result.structured_content
    if isinstance(structured, dict) and wraps and list(structured) == ["result"]:
        structured = structured["result"]
    elif structured is None:
        structured = _as_json(text)
    if not ours and (flaw(structured) or len(json.dumps(structured)) > _MOST_JSON):
        structured = None
    return Result(text=cut(text), structured=structured, refused=bool(result.is_error))


def cut(text: str) -> str:
    """The text, or as much of it as a model is shown."""
    if len(text) <= TEXT_LIMIT:
        return text
    return f"{text[:TEXT_LIMIT]}\n[cut here: {len(text):,} characters in all]"


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
    if len(text) > _MOST_JSON:
        return None
    try:
        value: JsonValue = json.loads(text, parse_constant=_no_json)
    except (ValueError, RecursionError):
        return None
    return value


def _no_json(name: str) -> JsonValue:
    raise ValueError(f"{name} is not JSON")
