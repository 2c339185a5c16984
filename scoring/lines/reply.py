"""Where the answer of a reply stands: behind the last `ANSWER:` (`答案：`), once the model's thinking is put
aside.

The form is strict, and people's habits with it are not held against a model: bold type, a full-width colon, a
code fence, the answer on the next line, a JSON array over several lines.
"""

import re
from dataclasses import dataclass

_TAG = re.compile(r"<(/?)think(?:ing)?>", re.IGNORECASE)
_MARKER = re.compile(
    r"(?:^[ \t>#*_`\-•]{0,9}(?:(?:(?i:the |my |your )?(?i:final )?(?i:answer))|(?:我的|最终)?答案)"
    r"|(?<![A-Za-z])ANSWER)"
    r"[*_`]{0,3}[ \t]?[:：][ \t]*[*_`]{0,3}[ \t]*",
    re.MULTILINE,
)
"""In capitals anywhere in a line; otherwise at its start."""
_FENCE = re.compile(r"^[ \t]*```\w*[ \t]*$", re.MULTILINE)
_BOXED = re.compile(r"\\boxed\{([^{}]*)\}")
_MATHS = re.compile(r"\$([^$\s][^$]*)\$")
_PLACEHOLDER = re.compile(r"<[^<>]{0,40}>[`”\"']?[.。]?")
_SHORT = 200
"""Letters of a reply that may be the answer as a whole."""


@dataclass(frozen=True, kw_only=True)
class Read:
    said: str
    """The reply without the model's thinking."""
    strict: str | None
    """What stands behind the last mark; None without one, or with nothing behind it."""
    flexible: str | None
    """The same, or else the last line; the whole of a short reply; None when nothing was said."""
    after: str
    """All that stands behind the last mark, to the end; without one, all that was said."""


def read_reply(reply: str) -> Read:
    said = without_thinking(reply)
    marks = [mark for mark in _MARKER.finditer(said) if not _PLACEHOLDER.match(said, mark.end())]
    after = said[marks[-1].end() :] if marks else said
    strict = _answer(after) if marks else None
    return Read(said=said, strict=strict, flexible=strict or _last_line(said), after=after.strip())


def without_thinking(reply: str) -> str:
    """What was said aloud. A thought that never ends says nothing; one that never began, since its opening
    tag stands in the chat template, takes with it all that comes before its end.
    """
    said: list[str] = []
    thinking = False
    first, *rest = _TAG.split(reply)
    said.append(first)
    for closing, text in zip(rest[::2], rest[1::2], strict=True):
        if closing and not thinking:
            said.clear()
        thinking = not closing
        said.append("" if thinking else text)
    return "".join(said).strip()


def _answer(after: str) -> str | None:
    lines = [line for line in _FENCE.sub("", after).split("\n") if line.strip()]
    if not lines:
        return None
    answer = lines[0]
    if answer.lstrip().startswith(("[", "【")) and not re.search(r"[\]】]", answer):
        end = next((n for n, line in enumerate(lines) if re.search(r"[\]】]", line)), 0)
        answer = " ".join(line.strip() for line in lines[: end + 1])
    return _bare(answer) or None


def _last_line(said: str) -> str | None:
    lines = [line for line in _FENCE.sub("", said).split("\n") if line.strip()]
    if not lines:
        return None
    return _bare(said if len(said) <= _SHORT else lines[-1]) or None


def _bare(answer: str) -> str:
    """Without markup round it, and without what mathematics is set in."""
    return _MATHS.sub(r"\1", _BOXED.sub(r"\1", answer)).strip().strip("*_`").strip()
