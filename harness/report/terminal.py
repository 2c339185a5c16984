"""The report on a terminal: what has to be known first, how good each model is, and what it took."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.report.cost_terminal import print_costs
from harness.report.cost_wording import dollars
from harness.report.document_terminal import print_documents
from harness.report.figures import Exclusion, ModelFigures, Report
from harness.report.hosting_terminal import print_hosting
from harness.report.hosting_wording import illustrative
from harness.report.judge_wording import judges_said
from harness.report.plain_text import visible
from harness.report.reliability_terminal import print_reliability
from harness.report.server_terminal import print_servers
from harness.report.suite_figures import SuiteFigures
from harness.report.their_terminal import print_theirs
from harness.report.user_wording import users_said
from harness.report.wording import (
    UNKNOWN,
    footnotes,
    interval,
    label,
    milliseconds,
    percent,
    usd,
    warnings,
    whole,
)

_CODES = 5
"""Root causes that are named; the other reports have all of them."""
_MESSAGES = 2
"""Reasons that are named for excluded trials of one class."""
_LEGEND = "in %: success, its 95 % interval, floor (silence or refusal)"
_CLOCKS = "ms of single requests: median and 95th percentile; TPOT: per output token"


def print_report(report: Report, console: Console) -> None:
    for warning in (*warnings(report), *filter(None, [illustrative(report)])):
        console.print(Text(warning, style="bold yellow"))
    console.print(_results(report.models))
    for line in (_LEGEND + _reliability(report.models), *footnotes(report)):
        console.print(Text(line, "dim"))
    print_reliability(report, console)
    print_theirs(report, console)
    print_documents(report.models, console)
    console.print()
    console.print(_costs(report.models))
    console.print(Text(_CLOCKS, "dim"))
    print_servers(report.models, console)
    print_costs(report, console)
    print_hosting(report, console)
    for said in _planned(report.models):
        console.print(said)
    for line in (*users_said(report.models), *judges_said(report.judges)):
        console.print(Text(line, "dim"))
    for model in report.models:
        for part in model.exclusions:
            console.print(Text(f"{label(model)}: {_excluded(part)}", "yellow"))
        causes = list(model.root_causes.items())
        if causes:
            named = ", ".join(f"{code} {count}" for code, count in causes[:_CODES])
            more = f", and {len(causes) - _CODES} more kinds" if len(causes) > _CODES else ""
            console.print(Text(f"{label(model)} failed by: {named}{more}"))


def _planned(models: Sequence[ModelFigures]) -> Iterator[Text]:
    """What was planned beside what it took, where a plan was made and tokens were reported."""
    for model in models:
        plan, usage = model.plan, model.usage
        if plan is not None and usage.input is not None:
            asked = f"{whole(plan.requests)} requests, {whole(plan.tokens.input)} tokens in"
            asked += f" ({whole(plan.tokens.cached)} cached), {usd(plan.cost_usd.likely)}"
            took = f"{whole(model.requests)}, {whole(usage.input)} ({whole(usage.cached)})"
            took += f", {dollars(model.cost_usd, model.cost)}"
            yield Text(f"{label(model)}: planned {asked}; it took {took}")


def _excluded(part: Exclusion) -> str:
    named = [
        message if times == 1 else f"{message} ({times} times)"
        for message, times in list(part.messages.items())[:_MESSAGES]
    ]
    more = [f"{len(part.messages) - _MESSAGES} more messages"] if len(part.messages) > _MESSAGES else []
    return f"{part.trials} excluded as {part.ended}: {'; '.join([*named, *more])}"


def _most_tries(models: Sequence[ModelFigures]) -> int:
    """The largest k of pass^k that any model has."""
    return max((int(k) for model in models for k in model.pass_hat_k), default=1)


def _reliability(models: Sequence[ModelFigures]) -> str:
    k = _most_tries(models)
    return f"; pass^{k}: {k} of {k}" if k > 1 else ""


def _results(models: Sequence[ModelFigures]) -> Table:
    k = _most_tries(models)
    reliable = (f"pass^{k}",) if k > 1 else ()
    table = _table("model", "graded", "success", "95 %", *reliable, "floor", "score", "call F1", "recov.")
    suites = list(dict.fromkeys(part.suite for model in models for part in model.suites))
    if len(suites) > 1:
        table.add_row(Text("all suites", "bold"))
        for model in models:
            table.add_row(*_result(label(model), model, model.graded, k))
    for suite in suites:
        table.add_row(Text(visible(suite), "bold"))
        for model in models:
            for part in model.suites:
                if part.suite == suite:
                    table.add_row(*_result(label(model), part, part.n, k))
    return table


def _result(name: str, part: ModelFigures | SuiteFigures, graded: int, k: int) -> list[Text]:
    def mean(name: str) -> str:
        return percent(part.metrics[name].mean) if name in part.metrics else UNKNOWN

    figures = [
        *(
            f"{graded}/{part.trials}",
            percent(part.success.mean),
            interval(part.success).replace(" ", ""),
            *([percent(part.pass_hat_k.get(str(k)))] if k > 1 else []),
            percent(part.floor),
        ),
        *(mean("score"), mean("calls"), mean("recovery")),
    ]
    return [Text(" " + name), *(Text(figure.removesuffix(" %")) for figure in figures)]


def _costs(models: Sequence[ModelFigures]) -> Table:
    table = _table("model", "latency", "p95", "TTFT", "p95", "TPOT", "tokens in", "out", "excl.")
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
