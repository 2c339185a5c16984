"""Self-hosted or hosted, on a terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.report.figures import Report
from harness.report.hosting_figures import HostingFigures, Verdict
from harness.report.hosting_wording import (
    ASPECTS,
    MEASURED,
    OWN_PRICES,
    SATURATED,
    VERDICTS,
    assumptions,
    money,
    money_interval,
    needed,
    number,
    number_interval,
    verdict,
)
from harness.report.plain_text import visible
from harness.report.wording import UNKNOWN, percent

_FRONTIER = (
    "best: no other row is as good and as cheap ($), or as fast (s); by means: where intervals overlap "
    "widely, do not rank"
)
_PAYS = "own machines cost less for each from so many an hour; measured, saturated: do they reach it?"
_SHORT: dict[Verdict, str] = {**VERDICTS, "unsure": "unsure"}
_UNITS = {"trial": "trials", "solved": "solved"}


def print_hosting(report: Report, console: Console) -> None:
    """Nothing where no row has the price of an hour, and no two rows have a cost."""
    found = report.hosting
    if found is None or not (found.has_own or found.is_comparison):
        return
    console.print()
    console.print(_rows(found))
    console.print(Text(_FRONTIER, "dim"))
    if not found.has_own:
        return
    console.print(Text(MEASURED, "dim"))
    if any(row.saturation for row in found.rows):
        console.print()
        console.print(_saturation(found))
        console.print(Text(SATURATED, "dim"))
    if found.break_even:
        console.print()
        console.print(_break_even(found))
        console.print(Text(_PAYS, "dim"))
    for line in assumptions(found):
        console.print(Text(line))
    console.print(Text(OWN_PRICES, "dim"))
    if found.differences:
        named = ", ".join(ASPECTS[one.aspect] for one in found.differences)
        console.print(Text(f"These rows differ, beside the model, in: {named} (report.md says how)"))


def _rows(found: HostingFigures) -> Table:
    table = _table("compared", "success", "$ a trial", "95 %", "$ solved", "s a trial", "best")
    for row in found.rows:
        best = [
            sign
            for sign, names in (("$", found.cost_frontier), ("s", found.time_frontier))
            if row.model in names
        ]
        table.add_row(
            Text(visible(row.model)),
            percent(row.success.mean).removesuffix(" %"),
            *(_bare(money(row.cost_per_trial, row)), _bare(money_interval(row.cost_per_trial))),
            *(_bare(money(row.cost_per_solved, row)), number(row.seconds_per_trial.mean)),
            " ".join(best) or UNKNOWN,
        )
    return table


def _saturation(found: HostingFigures) -> Table:
    table = _table("at saturation", "trials/h", "$ a trial", "95 %", "$ solved", "95 %")
    for row in found.rows:
        if one := row.saturation:
            table.add_row(
                Text(visible(row.model)),
                *(number(one.trials_per_hour), _bare(money(one.cost_per_trial, row))),
                *(_bare(money_interval(one.cost_per_trial)), _bare(money(one.cost_per_solved, row))),
                _bare(money_interval(one.cost_per_solved)),
            )
    return table


def _break_even(found: HostingFigures) -> Table:
    table = _table("own against hosted", "needed/h", "95 %", "measured", "saturated")
    for one in found.break_even:
        table.add_row(
            Text(f"{visible(one.own)} against {visible(one.hosted)}, {_UNITS[one.unit]}"),
            *(needed(one), number_interval(one.per_hour)),
            verdict(one.measured_per_hour, one.measured, _SHORT),
            verdict(one.saturated_per_hour, one.saturated, _SHORT),
        )
    return table


def _bare(text: str) -> str:
    return text.replace("$", "").replace(" ", "")


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim underline")
    table.add_column(Text(first), overflow="fold", min_width=12)
    for name in others:
        table.add_column(name, justify="right", no_wrap=name not in {"measured", "saturated"})
    return table
