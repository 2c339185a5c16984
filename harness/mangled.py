"""Spot a tool call that the serving side failed to parse.

When the model wrote a whole, valid call in its family's own markup and the server handed it on as plain text,
the fault is the server's parser, not the model. Only an unmistakable case counts: valid JSON that names an
offered tool.
"""

import json
import re
from collections.abc import Sequence

from scenarios.exam import ToolSpec
from scenarios.transcript import AssistantMessage

_HERMES = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)


def mangled_call(message: AssistantMessage, tools: Sequence[ToolSpec]) -> bool:
    """Whether a reply without calls holds a whole one as text."""
    if message.tool_calls or "<tool_call>" not in message.text:
        return False
    names = {tool.name for tool in tools}
    return any(_names_a_tool(found, names) for found in _HERMES.findall(message.text))


def _names_a_tool(text: str, names: set[str]) -> bool:
    try:
        call = json.loads(text)
    except ValueError:
        return False
    return isinstance(call, dict) and call.get("name") in names and isinstance(call.get("arguments"), dict)
