"""Costs and thinking in `report.md`: the same figures as on the page, as tables."""

from collections.abc import Iterator, Sequence

from harness.report.cost_wording import (
    dollars,
    not_played,
    point_dollars,
    price_list,
    remarks,
    spent_line,
    untold,
)
from harness.report.figures import ModelFigures, Report
from harness.report.markdown_table import escaped, table
from harness.report.suite_figures import SuiteFigures
from harness.report.wording import UNKNOWN, interval, label, milliseconds, percent, usd, whole


def costs(report: Report) -> Iterator[str]:
    """The parts of the section; no table where only reference models were asked."""
    models = [model for model in report.models if not model.simulated]
    said = [line for model in report.models for line in remarks(model)]
    if not models and not said:
        return
    yield "## Cost"
    if models:
        yield (
            "Dollars of the requests whose cost is known, with their number: as the provider reports it, or "
            "else by usage at the prices of the run. ≥: a lower bound: some requests have no known cost."
        )
        yield _amounts(report, models)
        yield _facts(models)
        if spent := spent_line(report.spent):
            yield f"{spent}."
    if said:
        yield "\n".join(f"- {escaped(line)}" for line in said)


def unplayed(models: Sequence[ModelFigures]) -> Iterator[str]:
    """What the cost cap left out."""
    lines = [f"- {escaped(line)}" for model in models for line in not_played(model)]
    if lines:
        yield "## Not played"
        yield "\n".join(lines)


def thinking(report: Report) -> Iterator[str]:
    """A table for each model that was asked at several settings."""
    if not report.thinking:
        return
    yield "## Thinking"
    yield "The same scenarios at each setting. Latency is of single requests, cost and tokens are of trials."
    heads = ["Setting", "Graded / trials", "Success", "95 % interval", "Cost of a trial", "Latency ms p50"]
    heads += ["Reasoning tokens of a trial", "Not engaged"]
    for series in report.thinking:
        yield f"**{escaped(series.name)}**"
        yield table(
            heads,
            [
                [
                    *(escaped(point.setting), f"{whole(point.graded)} / {whole(point.trials)}"),
                    *(percent(point.success.mean), interval(point.success), point_dollars(point)),
                    milliseconds(point.latency_ms.p50),
                    whole(None if point.reasoning_per_trial is None else round(point.reasoning_per_trial)),
                    UNKNOWN if point.judged is None else f"{point.not_engaged} / {point.judged}",
                ]
                for point in series.points
            ],
        )


def _amounts(report: Report, models: Sequence[ModelFigures]) -> str:
    """A row a model, its suites above it where there are several, and the whole run."""
    heads = ["Suite", "Model", "Cost", "Reported", "Computed", "Requests not counted", "Per success"]
    rows = [
        [escaped(suite), escaped(label(model)), *_amount(part), dollars(part.cost_per_success_usd, part.cost)]
        for model in models
        for suite, part in (
            *([(part.suite, part) for part in model.suites] if len(model.suites) > 1 else ()),
            ("all", model),
        )
    ]
    if len(report.models) > 1:
        rows.append(["all", "the run", *_amount(report), UNKNOWN])
    return table(heads, rows)


def _amount(part: Report | ModelFigures | SuiteFigures) -> list[str]:
    cost = part.cost
    known = (
        f"{usd(one.usd)} ({whole(one.requests)})" if one.requests else UNKNOWN
        for one in (cost.reported, cost.computed)
    )
    return [dollars(part.cost_usd, cost), *known, untold(cost)]


def _facts(models: Sequence[ModelFigures]) -> str:
    heads = ["Model", "Cost per trial", "Tokens written to the cache", "Attempts", "Prices of"]
    return table(
        heads,
        [
            [
                *(escaped(label(model)), dollars(model.cost_per_trial_usd, model.cost)),
                *(whole(model.usage.written), whole(model.attempts), escaped(price_list(model.prices))),
            ]
            for model in models
        ],
    )
