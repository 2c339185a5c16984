"""Costs and thinking on a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.report.cost_wording import dollars, not_played, point_dollars, remarks, spent_line
from harness.report.figures import ModelFigures, Report
from harness.report.plain_text import visible
from harness.report.thought import ThinkingSeries
from harness.report.wording import UNKNOWN, interval, label, milliseconds, percent, whole

_LEGEND = "cached, written: parts of the tokens in; thought: part of out; ≥: some requests have no known cost"
_THOUGHT = "by setting: success in %, dollars a trial, median ms of a request, thought tokens a trial"


def print_costs(report: Report, console: Console) -> None:
    """What the requests of real models cost; of reference models there is nothing to say."""
    models = [model for model in report.models if not model.simulated and model.requests]
    if models:
        console.print()
        console.print(_money(models))
        console.print(Text(_LEGEND, "dim"))
        if len(models) > 1 and report.cost_usd is not None:
            console.print(Text(f"the run cost {dollars(report.cost_usd, report.cost)}"))
    if said := spent_line(report.spent):
        console.print(Text(said))
    for series in report.thinking:
        console.print()
        console.print(_thinking(series))
    if report.thinking:
        console.print(Text(_THOUGHT, "dim"))
    for line in _lines(report.models):
        console.print(Text(line, "yellow"))


def _lines(models: Sequence[ModelFigures]) -> Iterator[str]:
    for model in models:
        yield from remarks(model)
        yield from not_played(model)


def _money(models: Sequence[ModelFigures]) -> Table:
    written = any(model.usage.written for model in models)
    heads = ("cached", *(("written",) if written else ()), "thought", "cost", "a trial", "a success")
    table = _table("model", *heads)
    for model in models:
        usage = model.usage
        tokens = (usage.cached, *((usage.written,) if written else ()), usage.reasoning)
        table.add_row(
            Text(label(model)),
            *map(whole, tokens),
            *(
                dollars(amount, model.cost)
                for amount in (model.cost_usd, model.cost_per_trial_usd, model.cost_per_success_usd)
            ),
        )
    return table


def _thinking(series: ThinkingSeries) -> Table:
    table = _table(visible(series.name), "success", "95 %", "$ a trial", "ms", "thought", "not engaged")
    for point in series.points:
        engaged = UNKNOWN if point.not_engaged is None else f"{point.not_engaged}/{point.judged}"
        table.add_row(
            Text(point.setting),
            percent(point.success.mean).removesuffix(" %"),
            interval(point.success).replace(" ", ""),
            point_dollars(point).replace("$", ""),
            milliseconds(point.latency_ms.p50),
            whole(None if point.reasoning_per_trial is None else round(point.reasoning_per_trial)),
            engaged,
        )
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim underline")
    table.add_column(Text(first), overflow="fold", min_width=12)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table
