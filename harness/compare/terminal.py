"""A comparison on a terminal: what has to be known first, the figures, and what follows from them."""

from collections.abc import Callable, Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.compare.figures import Compared, Comparison, Flip, Measure
from harness.compare.wording import (
    excluded,
    gate,
    left_out,
    names,
    notes,
    planned,
    signed,
    trials,
    verdict,
)
from harness.money import dollars_text
from harness.report.plain_text import visible
from harness.report.wording import UNKNOWN, p_value, percent

_FLIPS = 12
"""Scenarios that are named; `--json` has all of them."""
_LEGEND = (
    "gap: the second minus the first, points, seconds or dollars of a trial · 95 %: what the data fit · p: "
    "how likely so large a gap is by chance alone · p Holm: for all of {n} comparisons here together"
)
Shown = Callable[[float], str]


def print_comparison(found: Comparison, out: Console, err: Console) -> None:
    if found.simulated:
        out.print(
            Text("SIMULATED: reference programs stand in for a model; they are no models.", "bold yellow")
        )
    for place, compared in enumerate(found.compared):
        if place:
            out.print()
        _print(compared, out)
    out.print(Text(_LEGEND.format(n=found.comparisons), "dim"))
    for compared in found.compared:
        if compared.gate is not None:
            err.print(Text(gate(compared), "green" if compared.gate.met else "bold red"))


def _print(compared: Compared, out: Console) -> None:
    first, second = names(compared)
    success = compared.success
    out.print(Text(f"{first} → {second}", "bold"))
    out.print(Text(f"{success.scenarios:,} scenarios, {success.trials:,} pairs of trials", "dim"))
    for words in compared.left_out:
        out.print(Text(left_out(words), "yellow"))
    if compared.differences:
        out.print(Text(f"Also different: {visible('; '.join(compared.differences))}", "yellow"))
    if success.gap is not None:
        out.print(_table(compared))
        for said in notes(compared):
            out.print(Text(said, "dim"))
    out.print(Text(verdict(compared), "bold"))
    if success.gap is None:
        return
    for said in (*_planned(compared), trials(compared), *excluded(compared)):
        out.print(Text(said))
    if compared.flips:
        out.print(_flips(compared, first, second))


def _planned(compared: Compared) -> Iterator[str]:
    if compared.planning is not None:
        yield from planned(compared.planning)


def _table(compared: Compared) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim underline")
    for head in ("", "n", "first", "second", "gap", "95 %", "p", "p Holm"):
        table.add_column(head, justify="right" if head else "left", overflow="fold")
    rows: list[tuple[str, Measure, Shown, Shown]] = [
        ("success", compared.success, percent, signed),
        *((f" {visible(suite)}", one, percent, signed) for suite, one in compared.suites.items()),
        ("score", compared.score, percent, signed),
        ("model time", compared.seconds, _seconds, _signed_by(_seconds)),
        ("cost", compared.cost_usd, dollars_text, _signed_by(dollars_text)),
    ]
    for name, measure, shown, gap in rows:
        if measure.gap is not None:
            table.add_row(name, f"{measure.scenarios:,}", *_cells(measure, shown, gap))
    return table


def _cells(measure: Measure, shown: Shown, gap: Shown) -> Iterator[str]:
    for mean in (measure.first, measure.second):
        yield UNKNOWN if mean is None else shown(mean)
    yield UNKNOWN if measure.gap is None else gap(measure.gap)
    known = measure.low is not None and measure.high is not None
    yield f"{gap(measure.low or 0.0)} … {gap(measure.high or 0.0)}" if known else UNKNOWN
    yield from (p_value(measure.p), p_value(measure.p_holm))


def _flips(compared: Compared, first: str, second: str) -> Table:
    more = len(compared.flips) - _FLIPS
    title = f"Not equally often solved: {len(compared.flips)} of {compared.success.scenarios} scenarios"
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim underline", title=title)
    table.title_justify = "left"
    table.add_column("scenario", overflow="fold")
    for name in (first, second):
        table.add_column(name, justify="right", overflow="fold")
    for flip in compared.flips[:_FLIPS]:
        table.add_row(visible(flip.scenario), *_solved(flip))
    if more > 0:
        table.add_row(f"and {more} more (--json names them)")
    return table


def _solved(flip: Flip) -> Iterator[str]:
    for count in (flip.first, flip.second):
        yield f"{count}/{flip.repeats}"


def _seconds(value: float) -> str:
    return f"{value:.2f} s"


def _signed_by(shown: Shown) -> Shown:
    return lambda value: ("−" if value < 0 else "+") + shown(abs(value))
