"""Spot what the serving side failed to parse: a tool call, its end, or where thinking ends.

When the model wrote a whole, valid call in its family's own markup and the server handed it on as plain text,
the fault is the server's parser, not the model. Only an unmistakable case counts: valid JSON that names an
offered tool. Tags around thinking that do not balance are no answer either: nobody can tell where one begins.
Arguments that break off may be either's fault, and count against the model; it is only noted that they do.
"""

import json
from collections.abc import Sequence

from harness.clients.thinking_tags import is_unbalanced
from scenarios.exam import ToolSpec
from scenarios.transcript import AssistantMessage, BadArguments, Usage, parse_arguments

_BEGIN, _END = "<tool_call>", "</tool_call>"
_WORDS = ("true", "false", "null", "-1")


def mangled_call(message: AssistantMessage, tools: Sequence[ToolSpec]) -> bool:
    """Whether a reply without calls holds a whole one as text."""
    if message.tool_calls or _BEGIN not in message.text:
        return False
    names = {tool.name for tool in tools}
    pieces = (piece.partition(_END) for piece in message.text.split(_BEGIN)[1:])
    return any(end and _names_a_tool(text.strip(), names) for text, end, _ in pieces)


def breaks_off(arguments: str) -> bool:
    """Whether arguments are the beginning of a JSON object, and no more."""
    try:
        parse_arguments(arguments)
    except BadArguments as error:
        cause = error.__cause__
        if not isinstance(cause, json.JSONDecodeError) or not arguments.lstrip().startswith("{"):
            return False
        rest = arguments[cause.pos :].rstrip()
        return cause.msg.startswith("Unterminated string") or any(word.startswith(rest) for word in _WORDS)
    return False


def unbalanced_think(message: AssistantMessage, usage: Usage) -> bool:
    """Whether a reply's text holds thinking whose begin or end is missing."""
    return is_unbalanced(message.text, apart=bool(message.reasoning or usage.reasoning))


def _names_a_tool(text: str, names: set[str]) -> bool:
    try:
        call = parse_arguments(text)
    except BadArguments:
        return False
    name = call.get("name")
    return isinstance(name, str) and name in names and isinstance(call.get("arguments"), dict)
