"""Before a run: what it would send, what fits no window, and whether a cap allows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.budget import Caps
from harness.models.pricing import prices_of
from harness.plan.judges import with_judge
from harness.plan.plan import ModelPlan, Plan, nothing_fits, over_the_cap, over_the_tokens
from harness.plan.planner import Planner
from harness.plan.users import with_users
from harness.registry.entry import Limits
from harness.registry.knowledge import Knowledge
from harness.registry.rates import Prices, Rates
from harness.runs.record import ModelVariant
from harness.runs.store import RunError
from scenarios.currency import Currency, ExchangeRate
from scenarios.exam import Exam

_PRICES = frozenset(Rates.model_fields)
"""Fields that are amounts of money, wherever they stand in prices."""


@dataclass(frozen=True, kw_only=True)
class Outlook:
    plan: Plan | None
    """None where it would say nothing that anybody knows, or was made before."""
    skipped: Mapping[str, Mapping[str, str]]
    """By model label and scenario: why the question is not asked."""


async def look_ahead(
    planner: Planner,
    exams: Mapping[str, Exam],
    variants: Sequence[ModelVariant],
    *,
    caps: Caps,
    limits: Mapping[str, Limits],
    is_planned: bool,
    user: ModelVariant | None = None,
    judge: ModelVariant | None = None,
) -> Outlook:
    """Look at the whole run before anything is sent. Raises `RunError` when it may not begin."""
    fitting = [ModelPlan(model=one.label, skipped=planner.skipped(exams, one)) for one in variants]
    left_out = {one.model: one.left_out for one in fitting if one.skipped}
    if exams and all(len(left_out.get(one.label, ())) == len(exams) for one in variants):
        raise RunError(nothing_fits(fitting) or "")
    plan = None
    needed = caps.are_set or any(one.tokens_a_minute for one in limits.values())
    if needed or (not is_planned and _says_something(planner, exams, variants)):
        plan = await planner.plan_for(exams, variants)
    if plan is not None and user is not None:
        plan = await with_users(plan, planner, exams, user)
    if plan is not None and judge is not None:
        plan = await with_judge(plan, planner, exams, judge, models=len(variants))
    if plan is not None and (why := forbidden(plan, caps, limits)):
        raise RunError(why)
    return Outlook(plan=plan, skipped=left_out)


def forbidden(plan: Plan, caps: Caps, limits: Mapping[str, Limits]) -> str | None:
    """Why a run that is planned so may not begin, with the numbers; None when it may."""
    if caps.max_cost is not None and (why := over_the_cap(plan, caps.max_cost)):
        return why
    if caps.max_tokens is not None and (why := over_the_tokens(plan, caps.max_tokens)):
        return why
    for one in plan.models:
        most = limits[one.model].tokens_a_minute if one.model in limits else None
        if most is not None and one.largest > most:
            return (
                f"{one.model}: its limit of {most:,.0f} tokens a minute is below one request, of up to "
                f"{one.largest:,} with its answer; ask shorter documents (--tokens) or correct the limit"
            )
    return None


def dollar_prices(
    variants: Sequence[ModelVariant], known: Knowledge, exchange: Mapping[Currency, ExchangeRate]
) -> dict[str, Prices]:
    """What the models' tokens cost where they are asked, by label, in dollars; without those whose prices
    nobody knows, or are in a currency that nobody gives the worth of.
    """
    found: dict[str, Prices] = {}
    for label, prices in prices_of(variants, known.registry, known.providers).items():
        if prices.currency == "USD":
            found[label] = prices
        elif prices.currency in exchange:
            found[label] = in_dollars(prices, exchange[prices.currency].usd)
    return found


def in_dollars(prices: Prices, usd: float) -> Prices:
    """The prices when a unit of their currency is worth so much."""

    def converted(value: object, name: str = "") -> object:
        if isinstance(value, dict):
            return {key: converted(inner, key) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [converted(inner) for inner in value]
        return value * usd if name in _PRICES and isinstance(value, int | float) else value

    return Prices.model_validate({**_object(converted(prices.model_dump())), "currency": "USD"})


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _says_something(planner: Planner, exams: Mapping[str, Exam], variants: Sequence[ModelVariant]) -> bool:
    """Whether a plan is worth its time: prices or long documents are known, and a real model is asked."""
    real = [variant for variant in variants if not variant.simulated]
    documents = any(exam.scenario.reading is not None for exam in exams.values())
    return bool(real) and (documents or all(map(planner.knows, real)))
