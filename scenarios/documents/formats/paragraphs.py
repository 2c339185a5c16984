"""Paragraphs out of the lines of printed pages.

A paragraph ends where lines stand apart, where the size of the letters changes, where a line is indented, and
where the next word would still have fitted. At the end of a page or column, where none of this is seen, it
ends with a sentence.
"""

import re
from collections.abc import Iterator, Sequence

from scenarios.documents.formats.habits import Habits
from scenarios.documents.formats.joining import Joiner
from scenarios.documents.formats.lines import Line, cells_of, columns_of, is_wide, right_of, text_of, width

_APART = 1.25
"""Times the usual way from line to line."""
_FAR_APART = 2.5
"""In heights of a letter: no sentence runs on so far below."""
_OTHER_SIZE = 1.08
_INDENT = 0.8
"""In heights of a letter."""
_UNSURE = 0.1
"""Of a line's length, which is an estimate."""
_PAIR = 2
_ALIGNED = 2.0
"""Points."""
_ALIGNED_RIGHT = 0.7
"""In heights of a letter: where a cell ends is an estimate."""
_MOST_COLUMNS = 40
_ROW_BELOW = 6.0
_ENDS = re.compile(r"[.!?:;。！？：；…][\"'”’)）】》]*$")
_MARK = re.compile(
    r"(?:[A-Z][a-z]?\.?)?\d{1,3}(?:[.)]|(?:\.\d{1,3})+\.?)(?=\s|$)|\([a-zA-Z0-9]{1,4}\)|[a-z]\)(?=\s|$)"
    r"|[^\w\s\"'“‘(（《〈【\[](?=\s|$)|[（(][一二三四五六七八九十]+[）)]|[一二三四五六七八九十]+、|第[一二三四五六七八九十百\d]+[章节条款]"
)
"""How the items of a list begin."""


def paragraphs_of(pages: Sequence[Sequence[Line]]) -> Iterator[str]:
    """The paragraphs in the order in which they are drawn; a table is one, with a line for each row."""
    habits = Habits(pages)
    joiner = Joiner(line.text for page in pages for line in page)
    paragraph: list[Line] = []
    before: Line | None = None
    for page in pages:
        for block in _blocks(page):
            if len(block) > 1:  # a table
                yield from _told(joiner, paragraph)
                yield _table(block)
                paragraph, before = [], None
                continue
            line = block[0]
            if before is not None and _begins(line, before, len(paragraph) == 1, habits, page):
                yield from _told(joiner, paragraph)
                paragraph = []
            paragraph.append(line)
            before = line
    yield from _told(joiner, paragraph)


def _told(joiner: Joiner, paragraph: Sequence[Line]) -> Iterator[str]:
    if paragraph:
        yield joiner.join([line.text for line in paragraph])


def _blocks(page: Sequence[Line]) -> Iterator[list[Line]]:
    """Runs of lines that are rows of one table, and the other lines one by one."""
    run: list[Line] = []
    for line in page:
        if run and not _are_rows(run[-1], line):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _table(rows: Sequence[Line]) -> str:
    """A line for each row."""
    columns = columns_of([row.pieces for row in rows])
    return "\n".join(" | ".join(map(text_of, cells_of(row.pieces, columns))) for row in rows)


def _are_rows(upper: Line, lower: Line) -> bool:
    """Whether two lines are rows of a table: both have gaps, and behind a gap they stand in one column."""
    if min(len(upper.cells), len(lower.cells)) == 1 or not 0 < upper.y - lower.y < _ROW_BELOW * upper.size:
        return False
    if all(len(line.cells) == _PAIR and _MARK.fullmatch(text_of(line.cells[0])) for line in (upper, lower)):
        return False  # a list
    return any(
        abs(one[0].x - other[0].x) < _ALIGNED
        or abs(right_of(one) - right_of(other)) < _ALIGNED_RIGHT * upper.size
        for one in upper.cells[1:_MOST_COLUMNS]
        for other in lower.cells[1:_MOST_COLUMNS]
    )


def _begins(line: Line, before: Line, is_second: bool, habits: Habits, page: Sequence[Line]) -> bool:
    """Whether a paragraph begins with a line; `is_second`: the line before is the first of its paragraph."""
    bigger, smaller = max(line.size, before.size), min(line.size, before.size)
    if bigger > _OTHER_SIZE * smaller:
        return True
    ended = bool(_ENDS.search(before.text))
    is_short = _would_have_fitted(line, before, habits)
    step = before.y - line.y
    if page[0] is line or step <= 0:  # another page or column
        return ended or is_short
    runs_on = not ended and line.text[0].islower()
    if step > (_FAR_APART * line.size if runs_on else _APART * habits.pitch(line)):
        return True
    if _is_indented(line, before, ended or is_short, is_second, habits):
        return True
    return is_short or (ended and bool(_MARK.match(line.text)))


def _is_indented(line: Line, before: Line, may_end: bool, is_second: bool, habits: Habits) -> bool:
    """Whether a line begins a paragraph by standing further right, or further left, than the others."""
    step = line.x - before.x
    if abs(step) <= _INDENT * line.size:
        return False
    if step < 0:
        return not is_second
    return may_end and abs(line.x - habits.left(line)) > _INDENT * line.size


def _would_have_fitted(line: Line, before: Line, habits: Habits) -> bool:
    """Whether the line before ended although the next word had room: it was ended on purpose."""
    if line.text[0].islower():
        return False
    word = line.text[0] if is_wide(line.text[0]) else line.text.split()[0]
    margin = habits.right(before)
    room = margin - before.right - _UNSURE * (margin - before.x)
    return room > (width(word) + 1) * before.size
