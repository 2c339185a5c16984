"""Suites of other benchmarks on a terminal: their verdict, the corrected one and ours, and BFCL's number."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.report.figures import Report
from harness.report.plain_text import visible
from harness.report.reliability_wording import chance, most_tries, of_k, some_ks
from harness.report.their_wording import boards_said, data_said, defects, differs, of_others
from harness.report.wording import UNKNOWN, label, percent

_LEGEND = (
    "in %: theirs: success by the benchmark's own rules; corrected: by those without their known defects; "
    "ours: by Longspan's; differs: trials decided otherwise (of them right by theirs alone)"
)


def print_theirs(report: Report, console: Console) -> None:
    found = list(of_others(report.models))
    if not found:
        return
    console.print()
    table = _table("whose rules", "theirs", "corrected", "differs", "ours", "differs", "floor")
    for suite in dict.fromkeys(name for name, _, _, _ in found):
        table.add_row(Text(visible(suite), "bold"))
        for name, model, part, theirs in found:
            if name == suite:
                fixed = theirs.corrected
                cells = (
                    *(part.success.mean, fixed.success.mean if fixed else None, differs(fixed)),
                    *(theirs.ours.success.mean, differs(theirs.ours), part.floor),
                )
                table.add_row(Text(" " + label(model)), *map(_cell, cells))
    console.print(table)
    for suite, model, _, theirs in found:
        if theirs.defects:
            said = f"{visible(suite)}, {label(model)}: corrected differs by {visible(defects(theirs))}"
            console.print(Text(said))
    console.print(Text(_LEGEND, "dim"))
    console.print(Text(f"data: {visible(data_said(report)) or 'not known'}", "dim"))
    _print_tries(report, console)
    for said in boards_said(report.models):
        console.print(Text(said))


def _print_tries(report: Report, console: Console) -> None:
    """By suite, where there are several; of one suite, its reliability has been shown."""
    most = most_tries(report.models)
    if most == 1 or all(len(model.suites) == 1 for model in report.models):
        return
    ks = some_ks(most)
    console.print()
    table = _table("pass^k", *(f"k = {k}" for k in ks))
    found = list(of_others(report.models))
    for suite in dict.fromkeys(name for name, _, _, _ in found):
        table.add_row(Text(visible(suite), "bold"))
        for name, model, part, _ in found:
            if name == suite:
                hat = part.reliability.graded.pass_hat
                table.add_row(Text(" " + label(model)), *(chance(of_k(hat, k)) for k in ks))
    console.print(table)


def _cell(value: float | str | None) -> str:
    if isinstance(value, str):
        return value.replace(" only theirs)", ")")
    return UNKNOWN if value is None else percent(value).removesuffix(" %")


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim underline")
    table.add_column(first, overflow="fold", min_width=12)
    for name in others:
        table.add_column(name, justify="right")
    return table
