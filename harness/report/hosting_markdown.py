"""Self-hosted or hosted, in `report.md`."""

from collections.abc import Iterator

from harness.report.figures import Report
from harness.report.hosting_figures import HostingFigures, HostingRow
from harness.report.hosting_wording import (
    ASPECTS,
    MEASURED,
    OWN_PRICES,
    SATURATED,
    assumptions,
    difference,
    money,
    money_interval,
    needed,
    number,
    number_interval,
    verdict,
)
from harness.report.markdown_table import escaped, table
from harness.report.wording import UNKNOWN, interval, percent, usd

_WHERE = {"own": "own machines", "hosted": "hosted"}
_UNITS = {"trial": "trials", "solved": "solved trials"}


def hosting(report: Report) -> Iterator[str]:
    """The parts of the section; none where rows cannot be compared."""
    found = report.hosting
    if found is None or not (found.has_own or found.is_comparison):
        return
    yield "## Self-hosted or hosted" if found.has_own else "## Accuracy, cost and time"
    if found.has_own:
        yield f"{MEASURED} {OWN_PRICES}"
    yield _rows(found)
    if found.has_own:
        yield from _own(found)
    if found.differences:
        yield "### What differs beside the model"
        heads = ["", *(escaped(row.model) for row in found.rows)]
        yield table(
            heads,
            [
                [ASPECTS[one.aspect], *(escaped(difference(one, row.model)) for row in found.rows)]
                for one in found.differences
            ],
        )


def _own(found: HostingFigures) -> Iterator[str]:
    if any(row.saturation for row in found.rows):
        yield SATURATED
        yield _saturation(found)
    if found.break_even:
        yield "### From which volume own machines are cheaper"
        yield _break_even(found)
    yield "### Assumptions"
    yield "\n".join(f"- {escaped(line)}" for line in assumptions(found))


def _rows(found: HostingFigures) -> str:
    heads = [
        "Model",
        "Where",
        "Trials",
        "Success",
        "95 %",
        "Cost of a trial",
        "95 %",
        "Cost of a solved trial",
    ]
    heads += ["95 %", "Seconds of a trial", "95 %", "Trials an hour", "Best in"]
    return table(heads, [_row(row, found) for row in found.rows])


def _row(row: HostingRow, found: HostingFigures) -> list[str]:
    best = [
        name
        for name, models in (("cost", found.cost_frontier), ("time", found.time_frontier))
        if row.model in models
    ]
    return [
        *(escaped(row.model), _WHERE[row.where], f"{row.trials:,}"),
        *(percent(row.success.mean), interval(row.success)),
        *(money(row.cost_per_trial, row), money_interval(row.cost_per_trial)),
        *(money(row.cost_per_solved, row), money_interval(row.cost_per_solved)),
        *(number(row.seconds_per_trial.mean), number_interval(row.seconds_per_trial)),
        *(number(row.trials_per_hour), ", ".join(best) or UNKNOWN),
    ]


def _saturation(found: HostingFigures) -> str:
    heads = [
        "Model",
        "Hour of its machines",
        "Tokens a second (in + out)",
        "Trials an hour",
        "Cost of a trial",
    ]
    heads += ["95 %", "Cost of a solved trial", "95 %"]
    return table(
        heads,
        [
            [
                *(escaped(row.model), usd(row.hour_usd)),
                f"{number(one.input_per_second)} + {number(one.output_per_second)}",
                *(number(one.trials_per_hour), money(one.cost_per_trial, row)),
                *(money_interval(one.cost_per_trial), money(one.cost_per_solved, row)),
                money_interval(one.cost_per_solved),
            ]
            for row in found.rows
            if (one := row.saturation)
        ],
    )


def _break_even(found: HostingFigures) -> str:
    heads = [
        "Own",
        "Against",
        "Unit",
        "Needed an hour",
        "95 %",
        "Measured load reaches it",
        "Saturation reaches it",
    ]
    return table(
        heads,
        [
            [
                *(escaped(one.own), escaped(one.hosted), _UNITS[one.unit], needed(one)),
                *(number_interval(one.per_hour), verdict(one.measured_per_hour, one.measured)),
                verdict(one.saturated_per_hour, one.saturated),
            ]
            for one in found.break_even
        ],
    )
