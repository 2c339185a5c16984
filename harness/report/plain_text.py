"""Text of models, tools and scenarios made safe to show.

Nothing that a model wrote may move the cursor of a terminal, reorder the text around it, or stop a file from
being written. Such characters are shown in place instead of obeyed; everything else stays as it is.
"""

import re

from pydantic import JsonValue

_UNSAFE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f"  # controls, but for tab and newline
    "\x80-\x9f"  # the same again, where some terminals listen too
    "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates, which reorder the text around them
    "\ud800-\udfff"  # halves of a character, which UTF-8 cannot write
    "]"
)
_DELETE = 0x7F
_SURROGATES = range(0xD800, 0xE000)


def visible(text: str) -> str:
    """The text with every character that acts instead of showing turned into a sign for it."""
    return _UNSAFE.sub(_sign, text.replace("\r\n", "\n"))


def one_line(text: str, limit: int) -> str:
    """The beginning of the text on one line, ended by `…` where it was cut."""
    line = " ".join(visible(text[: 4 * limit]).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def clip(text: str, limit: int) -> tuple[str, int]:
    """The beginning and end of a text that is too long, and how many characters between are left out."""
    if len(text) <= limit:
        return visible(text), 0
    tail = limit // 4
    left_out = len(text) - limit
    return f"{visible(text[: limit - tail])}\n[… {left_out:,} …]\n{visible(text[-tail:])}", left_out


def visible_json(value: JsonValue) -> JsonValue:
    """The same JSON with every text in it safe to show."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [visible_json(item) for item in value]
    if isinstance(value, dict):
        return {visible(key): visible_json(item) for key, item in value.items()}
    return value


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < ord(" "):
        return chr(0x2400 + code)
    if code == _DELETE:
        return "␡"
    return "�" if code in _SURROGATES else f"⟨U+{code:04X}⟩"
