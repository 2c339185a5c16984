"""A bullet list as it is read: each bullet with the headings that it stands under, and what it cites."""

import re
from dataclasses import dataclass

_BULLET = re.compile(
    r"(?P<indent>[ \t]*)(?:[-*•·‣–][ \t]+|\(?\d{1,3}(?:[.)）][ \t]+|、[ \t]*))(?P<text>\S.*)"
)
_HEADING = re.compile(r"[ \t]*(?:#{1,6}[ \t]+.+|\*\*[^*]+\*\*[:：]?|.{1,60}[:：])[ \t]*")
_BRACKETS = re.compile(r"[\[【]([^\[\]【】\n]{1,300})[\]】]")
_CITED = re.compile(
    r"documents?|docs?\.?|sources?|and|文档|文章|文献|来源|第|号|篇|和|[#&,，、;；:：\s\d~–—-]", re.IGNORECASE
)
_NUMBERS = re.compile(r"(\d{1,6})(?:\s*[-–—~]\s*(\d{1,6}))?")
_LONGEST_RANGE = 50


@dataclass(frozen=True, kw_only=True)
class Bullet:
    text: str
    """Without its citations, behind what it stands under."""
    cites: frozenset[int]


def read_bullets(said: str) -> list[Bullet]:
    """The bullets of a reply; its lines where it has none."""
    lines = [line for line in said.split("\n") if line.strip()]
    if not any(_BULLET.fullmatch(line) for line in lines):
        return [_bullet("", line) for line in lines]
    found: list[tuple[str, str]] = []
    heading = ""
    open_heads: list[tuple[int, str]] = []
    for line in lines:
        match = _BULLET.fullmatch(line)
        if match is not None:
            depth = len(match["indent"].expandtabs(4))
            open_heads = [head for head in open_heads if head[0] < depth]
            if open_heads and found and found[-1][1] == open_heads[-1][1] and not citations(found[-1][1]):
                found.pop()
            found.append((" ".join([heading, *(text for _, text in open_heads)]), match["text"]))
            open_heads.append((depth, match["text"]))
        elif _HEADING.fullmatch(line):
            heading, open_heads = line.strip(), []
        elif found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
    return [_bullet(head, text) for head, text in found]


def citations(text: str) -> frozenset[int]:
    """The numbers in square brackets: `[1, 4]`, `[1][4]`, `[documents 1 and 4]`, `【1、4】`, `[2-4]`."""
    return frozenset(
        number
        for brackets in _BRACKETS.finditer(text)
        if _is_citation(brackets[1])
        for first, last in _NUMBERS.findall(brackets[1])
        for number in _range(int(first), int(last or first))
    )


def _bullet(head: str, text: str) -> Bullet:
    plain = _BRACKETS.sub(lambda match: "" if _is_citation(match[1]) else match[0], f"{head} {text}")
    return Bullet(text=plain.strip(), cites=citations(text))


def _is_citation(inside: str) -> bool:
    return any(sign.isdecimal() for sign in inside) and not _CITED.sub("", inside)


def _range(first: int, last: int) -> range:
    return range(first, last + 1) if first <= last < first + _LONGEST_RANGE else range(first, first + 1)
