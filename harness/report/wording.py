"""Figures as people read them, the same in every report that is text."""

from harness.money import dollars_text
from harness.report.figures import ModelFigures, Report
from harness.report.interval import Interval
from harness.report.judge_figures import JudgeFigures
from harness.report.plain_text import visible
from harness.report.user_figures import UserFigures

UNKNOWN = "–"
_FORCED = "†"


def label(model: ModelFigures) -> str:
    """The model's name with what has to be known of it beside every figure."""
    name = visible(model.model)
    return f"{name} {_FORCED}" if model.first_call == "required" else name


def footnotes(report: Report) -> list[str]:
    """What the signs beside the models mean."""
    said = []
    if any(model.first_call == "required" for model in report.models):
        said.append(
            f"{_FORCED} The first request of every turn with expected calls had to call a tool; where "
            "Longspan served the model itself, all its calls were held to the tools' schemas too."
        )
    suites = [part for model in report.models for part in model.suites if part.documents]
    if suites:
        said.append("Questions on documents: intervals are clustered by document.")
    alone = dict.fromkeys(visible(part.suite) for part in suites if part.documents == 1)
    if alone:
        named = ", ".join(alone)
        said.append(
            f"One document ({named}): the interval is over its questions, and says nothing of others."
        )
    return said


def percent(share: float | None) -> str:
    return UNKNOWN if share is None else f"{100 * share:.1f} %"


def interval(figure: Interval) -> str:
    """The 95 % interval, in per cent."""
    if figure.low is None or figure.high is None:
        return UNKNOWN
    return f"{100 * figure.low:.1f} – {100 * figure.high:.1f}".replace("-", "−")


def points(share: float | None) -> str:
    """A difference of shares, in per cent."""
    return UNKNOWN if share is None else f"{100 * share:+.1f}".replace("-", "−").replace("+0.0", "0.0")


def p_value(p: float | None) -> str:
    least = 0.0001
    return UNKNOWN if p is None else "< 0.0001" if p < least else f"{p:.4f}"


def whole(count: int | None) -> str:
    return UNKNOWN if count is None else f"{count:,}"


def usd(dollars: float | None) -> str:
    return UNKNOWN if dollars is None else dollars_text(dollars)


def at_least(dollars: float | None, unpriced: int) -> str:
    """Dollars, marked as a lower bound where some requests have no known cost."""
    return usd(dollars) if dollars is None or not unpriced else f"≥{usd(dollars)}"


def took(bill: UserFigures | JudgeFigures) -> str:
    """What asking somebody beside the models under test took."""
    if not bill.requests:
        return "no requests"
    known = bill.cost_usd is not None
    cost = at_least(bill.cost_usd, bill.unpriced) if known else "at a cost that nobody knows"
    tokens = f"{whole(bill.usage.input)} input and {whole(bill.usage.output)} output tokens"
    return f"{whole(bill.requests)} requests, {tokens}, {cost}; in no other figure here"


def milliseconds(value: float | None) -> str:
    small = 10
    return UNKNOWN if value is None else f"{value:.2f}" if value < small else f"{value:,.0f}"


def warnings(report: Report) -> list[str]:
    """What has to be read before any figure."""
    said = []
    if not report.valid:
        share = percent(report.excluded_trials / report.trials)
        said.append(
            f"NOT VALID: {report.excluded_trials} of {report.trials} trials are excluded ({share}), more "
            "than 2 %: the figures may describe only the trials that were easy to run. Resume the run to "
            "play them again."
        )
    if report.simulated:
        named = ", ".join(model.model for model in report.models if model.simulated)
        said.append(f"SIMULATED: reference programs stand in for a model ({named}); they are no models.")
    if report.planned > report.trials:
        said.append(
            f"UNFINISHED: {report.trials} of {report.planned} trials have been played so far. "
            "Resume the run to play the rest."
        )
    return said
