"""Spot a tool call that the serving side failed to parse.

When the model wrote a whole, valid call in its family's own markup and the server handed it on as plain text,
the fault is the server's parser, not the model. Only an unmistakable case counts: valid JSON that names an
offered tool.
"""

from collections.abc import Sequence

from scenarios.exam import ToolSpec
from scenarios.transcript import AssistantMessage, BadArguments, parse_arguments

_BEGIN, _END = "<tool_call>", "</tool_call>"


def mangled_call(message: AssistantMessage, tools: Sequence[ToolSpec]) -> bool:
    """Whether a reply without calls holds a whole one as text."""
    if message.tool_calls or _BEGIN not in message.text:
        return False
    names = {tool.name for tool in tools}
    pieces = (piece.partition(_END) for piece in message.text.split(_BEGIN)[1:])
    return any(end and _names_a_tool(text.strip(), names) for text, end, _ in pieces)


def _names_a_tool(text: str, names: set[str]) -> bool:
    try:
        call = parse_arguments(text)
    except BadArguments:
        return False
    name = call.get("name")
    return isinstance(name, str) and name in names and isinstance(call.get("arguments"), dict)
