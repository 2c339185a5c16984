"""Reliability on a terminal: all of k tries, and where the scatter comes from."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.report.figures import Report
from harness.report.reliability_wording import (
    chance,
    fewer,
    has_reliability,
    lost,
    most_tries,
    of_k,
    rows,
    scatter,
    some_ks,
)

_LEGEND = "pass^k: all of k tries succeed, in % [95 % interval]; ±: half that of success, in points"


def print_reliability(report: Report, console: Console) -> None:
    if not has_reliability(report.models):
        return
    console.print()
    if (most := most_tries(report.models)) > 1:
        ks = some_ks(most)
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim underline")
        table.add_column("model", overflow="fold", min_width=12)
        for k in ks:
            table.add_column(f"pass^{k}", justify="right", overflow="fold")
        for model in report.models:
            for name, tries in rows(model):
                table.add_row(Text(name), *(chance(of_k(tries.pass_hat, k)) for k in ks))
        console.print(table)
    for said in (*filter(None, map(lost, report.models)), *fewer(report.models), *scatter(report.models)):
        console.print(Text(said))
    console.print(Text(_LEGEND, "dim"))
