"""Tables of plain text, for a printer that knows nothing else."""

from collections.abc import Iterable, Sequence

WIDEST = 38
"""A cell longer than this is cut, so that five columns fit on the roll."""

GAP = "  "
CURRENCY = "EUR"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns side by side, as wide as they need to be; a column of nothing but numbers stands to the right."""
    cells = [[cut(cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(columns, *cells, strict=True)]
    right = [all(is_number(cell) for cell in column) for column in zip(*cells, strict=True)] or [False] * len(columns)
    lines = [_line(columns, widths, right), GAP.join("-" * width for width in widths)]
    lines += [_line(row, widths, right) for row in cells]
    return "\n".join(lines)


def cut(cell: str) -> str:
    """A cell that fits, with dots where something is missing."""
    return cell if len(cell) <= WIDEST else cell[: WIDEST - 3].rstrip() + "..."


def is_number(cell: str) -> bool:
    """Whether a cell holds an amount or a count, or nothing."""
    bare = cell.removeprefix("-").removeprefix(f"{CURRENCY} ").replace(",", "").replace(".", "", 1)
    return bare == "" or bare.isdecimal()


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = (
        cell.rjust(width) if to_right else cell.ljust(width)
        for cell, width, to_right in zip(cells, widths, right, strict=True)
    )
    return GAP.join(padded).rstrip()
