"""Costs and thinking in words, the same in every report that is text."""

from collections.abc import Iterator, Mapping

from harness.report.figures import ModelFigures
from harness.report.plain_text import visible
from harness.report.request_figures import CostFigures, PriceSource
from harness.report.spent import Spent
from harness.report.thought import ThinkingPoint
from harness.report.wording import UNKNOWN, label, usd, whole

_UNTOLD = {
    "no_price": "no price is known",
    "no_usage": "their tokens were not reported",
    "no_time": "their price depends on the moment, which is not known",
    "no_exchange_rate": "the study gives no exchange rate",
}
_DOUBTFUL = "doubtful"


def dollars(amount: float | None, cost: CostFigures) -> str:
    """Dollars, marked as a lower bound where some requests have no known cost."""
    return usd(amount) if amount is None or not cost.is_partial else f"≥{usd(amount)}"


def point_dollars(point: ThinkingPoint) -> str:
    """What a trial cost at one setting."""
    amount = point.cost_per_trial_usd
    return usd(amount) if amount is None or not point.unpriced else f"≥{usd(amount)}"


def untold(cost: CostFigures) -> str:
    """How many requests are in no cost, and why."""
    words = {**_UNTOLD, _DOUBTFUL: "their counts do not fit together"}
    return ", ".join(f"{whole(n)}: {words.get(why, why)}" for why, n in cost.unknown.items()) or "0"


def price_list(found: PriceSource | None) -> str:
    """Which prices a cost was computed by."""
    if found is None:
        return UNKNOWN
    rate = ""
    if found.currency != "USD":
        worth = "no rate" if found.usd is None else f"{found.usd:g} USD on {found.rate_as_of}"
        rate = f"; 1 {found.currency}: {worth}"
    disputed = f"; disputed: {visible('; '.join(found.disputed))}" if found.disputed else ""
    return f"{found.as_of} ({found.known}: {visible(found.source)}){rate}{disputed}"


def remarks(model: ModelFigures) -> Iterator[str]:
    """What has to be known of a model's requests beside its figures, each said once."""
    for said in (_not_counted(model), _doubtful(model), _failed(model), _resent(model), _not_engaged(model)):
        if said:
            yield f"{label(model)}: {said}"
    for why, n in model.conceded.items():
        yield f"{label(model)}: {visible(why)} ({whole(n)} of {whole(model.requests)} requests)"


def spent_line(found: Spent | None) -> str:
    """What was spent in all; empty where that is not known."""
    if found is None or found.usd is None:
        return ""
    bound = f"; {whole(found.bound)} of them at the most that they could cost" if found.bound else ""
    unknown = f"; without {whole(found.unknown)} that nobody can price" if found.unknown else ""
    return (
        f"Spent in all, earlier playings and failed attempts included: {usd(found.usd)} for "
        f"{whole(found.requests)} requests{bound}{unknown}"
    )


def not_played(model: ModelFigures) -> Iterator[str]:
    """What the cost cap left out."""
    for why, n in model.not_played.items():
        yield f"{label(model)}: {whole(n)} trials were not played: {visible(why)}"


def _not_counted(model: ModelFigures) -> str:
    """Nothing where no price is known at all: the dash in the table says it."""
    missing = {why: n for why, n in model.cost.unknown.items() if why != _DOUBTFUL}
    if not missing or (model.cost_usd is None and set(missing) == {"no_price"}):
        return ""
    why = ", ".join(f"{_UNTOLD.get(name, name)} ({whole(n)})" for name, n in missing.items())
    return f"{whole(sum(missing.values()))} of {whole(model.requests)} requests are not in the cost: {why}"


def _doubtful(model: ModelFigures) -> str:
    if not model.doubtful:
        return ""
    plural = "" if model.doubtful == 1 else "s"
    said = f"{whole(model.doubtful)} request{plural} with counts that do not fit together"
    left_out = model.cost.unknown.get(_DOUBTFUL, 0)
    if left_out == model.doubtful:
        return f"{said}: {'their' if plural else 'its'} cost is not counted"
    return f"{said}: the cost of {whole(left_out)} of them is not counted" if left_out else said


def _failed(model: ModelFigures) -> str:
    failed = model.failed_attempts
    if not failed:
        return ""
    of = f"{whole(sum(failed.values()))} of {whole(model.attempts)} attempts"
    return f"{of} brought no reply: {counts(failed)}"


def _resent(model: ModelFigures) -> str:
    if not model.resent:
        return ""
    plural = "" if model.resent == 1 else "s"
    return (
        f"{whole(model.resent)} trial{plural} begun again, since a machine was lost in the middle of them; "
        "what was asked before is in what was spent and in no other figure"
    )


def _not_engaged(model: ModelFigures) -> str:
    if not model.thinking_not_engaged:
        return ""
    return (
        f"thinking_not_engaged: thinking was asked for ({model.thinking}), and "
        f"{whole(model.thinking_not_engaged)} of {whole(model.thinking_judged)} graded trials have neither a "
        "text nor a token of it"
    )


def counts(found: Mapping[str, int]) -> str:
    return ", ".join(f"{visible(name)} {whole(n)}" for name, n in found.items())
