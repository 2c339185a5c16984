"""The report on a terminal: what has to be known first, how good each model is, and what it took."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.report.figures import ModelFigures, Report, SuiteFigures
from harness.report.plain_text import visible
from harness.report.wording import UNKNOWN, footnotes, interval, label, milliseconds, percent, warnings, whole

_CODES = 5
"""Root causes that are named; the other reports have all of them."""


def print_report(report: Report, console: Console) -> None:
    for warning in warnings(report):
        console.print(Text(warning, style="bold yellow"))
    console.print(_results(report.models))
    for line in (
        "success in %, with its 95 % interval; floor: a silent or refusing model",
        *footnotes(report),
    ):
        console.print(Text(line, "dim"))
    console.print()
    console.print(_costs(report.models))
    for model in report.models:
        causes = list(model.root_causes.items())
        if causes:
            named = ", ".join(f"{code} {count}" for code, count in causes[:_CODES])
            more = f", and {len(causes) - _CODES} more kinds" if len(causes) > _CODES else ""
            console.print(Text(f"{label(model)} failed by: {named}{more}"))


def _results(models: Sequence[ModelFigures]) -> Table:
    table = _table("model", "graded", "success", "95 %", "floor", "score", "call F1", "recov.")
    suites = list(dict.fromkeys(part.suite for model in models for part in model.suites))
    if len(suites) > 1:
        table.add_row(Text("all suites", "bold"))
        for model in models:
            table.add_row(*_result(label(model), model, model.graded))
    for suite in suites:
        table.add_row(Text(visible(suite), "bold"))
        for model in models:
            for part in model.suites:
                if part.suite == suite:
                    table.add_row(*_result(label(model), part, part.n))
    return table


def _result(name: str, part: ModelFigures | SuiteFigures, graded: int) -> list[Text]:
    def mean(name: str) -> str:
        return percent(part.metrics[name].mean) if name in part.metrics else UNKNOWN

    figures = [
        *(
            f"{graded}/{part.trials}",
            percent(part.success.mean),
            interval(part.success).replace(" ", ""),
            percent(part.floor),
        ),
        *(mean("score"), mean("calls"), mean("recovery")),
    ]
    return [Text(" " + name), *(Text(figure.removesuffix(" %")) for figure in figures)]


def _costs(models: Sequence[ModelFigures]) -> Table:
    table = _table("model", "ms p50", "p95", "TTFT", "p95", "TPOT", "tokens in", "out", "excl.")
    for model in models:
        table.add_row(
            Text(label(model)),
            *map(milliseconds, (model.latency_ms.p50, model.latency_ms.p95)),
            *map(milliseconds, (model.ttft_ms.p50, model.ttft_ms.p95, model.tpot_ms.p50)),
            *map(whole, (model.usage.input, model.usage.output)),
            ", ".join(f"{count} {name}" for name, count in model.excluded.items()) or "0",
        )
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim underline")
    table.add_column(first, overflow="fold", min_width=12)
    for name in others:
        table.add_column(name, justify="right", no_wrap=name != "excl.")
    return table
