"""What a run would send and what that would cost, as it is printed and kept.

A figure that nobody knows is None; the whole has it only where every model has it.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from harness.money import dollars_text
from harness.plan.cost import Dollars
from harness.runs.store import RunFolder
from scenarios.record import Record

_NAMED = 8
"""Documents that a refusal names."""


class PlanTokens(Record):
    input: int = 0
    cached: int = 0
    """As the cache rule has it, no hit being missed."""
    uncached: int = 0
    output: int = 0


class Skipped(Record):
    """Questions that are not asked of a model, since they do not fit its window."""

    document: str
    layout: str
    scenarios: tuple[str, ...]
    why: str
    """With the numbers; of the last of them."""


class ModelPlan(Record):
    model: str
    """The label."""
    entry: str | None = None
    """Its name in the registry; None when it has none."""
    trials: int = 0
    requests: int = 0
    tokens: PlanTokens = PlanTokens()
    written: int = 0
    """Of the uncached tokens: those that are charged for being written into the cache."""
    cost_usd: Dollars = Dollars()
    seconds: float | None = None
    """Likely, of this model alone: models are played one after another."""
    seconds_low: float | None = None
    largest: int = 0
    """Tokens of the largest request, with its output limit."""
    counted_by: str = ""
    """The tokenizer, and by what its counts are multiplied."""
    margin: float = 0.0
    """How far off the counts may be; low and high estimates differ by it too."""
    prices_as_of: str | None = None
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def left_out(self) -> dict[str, str]:
        """Why, by scenario, of those that are not asked."""
        return {name: one.why for one in self.skipped for name in one.scenarios}


class Plan(Record):
    """`plan.json` of a run folder, and what `longspan plan --json` answers."""

    schema_version: Literal[1] = 1
    trials: int
    requests: int
    tokens: PlanTokens
    cost_usd: Dollars = Dollars()
    seconds: float | None = None
    models: tuple[ModelPlan, ...] = ()

    def as_json(self) -> dict[str, object]:
        fields = self.model_dump(mode="json")
        return {"schema": fields.pop("schema_version"), **fields}


def summed(models: Sequence[ModelPlan]) -> Plan:
    """The plans of several models as one."""
    return Plan(
        trials=sum(one.trials for one in models),
        requests=sum(one.requests for one in models),
        tokens=PlanTokens(
            input=sum(one.tokens.input for one in models),
            cached=sum(one.tokens.cached for one in models),
            uncached=sum(one.tokens.uncached for one in models),
            output=sum(one.tokens.output for one in models),
        ),
        cost_usd=Dollars(
            low=_sum(one.cost_usd.low for one in models),
            likely=_sum(one.cost_usd.likely for one in models),
            high=_sum(one.cost_usd.high for one in models),
        ),
        seconds=_sum(one.seconds for one in models),
        models=tuple(models),
    )


def nothing_fits(models: Sequence[ModelPlan]) -> str | None:
    """Why there is nothing to ask any of the models, with the numbers; None when there is something."""
    if any(one.trials for one in models):
        return None
    told = [f"{one.model}: {few.document} ({few.layout}) {few.why}" for one in models for few in one.skipped]
    more = [f"and {len(told) - _NAMED} more documents"] if len(told) > _NAMED else []
    return "\n  ".join(["no question fits any of the models:", *told[:_NAMED], *more])


def over_the_cap(plan: Plan, max_cost: float) -> str | None:
    """Why a run with such a cap may not begin, with the numbers; None when its likely cost is below.

    A model of ours costs nothing here, whatever the hour of its machine costs.
    """
    cap = f"--max-cost {dollars_text(max_cost)}"
    charged = [one for one in plan.models if not one.model.startswith("local/")]
    if unpriced := [one.model for one in charged if one.cost_usd.likely is None]:
        named = ", ".join(unpriced)
        return f"{cap}: nobody knows what {named} costs; give prices with --registry FILE, or no cap"
    low, likely, high = (
        sum(getattr(one.cost_usd, bound) or 0.0 for one in charged) for bound in ("low", "likely", "high")
    )
    if likely <= max_cost:
        return None
    tokens = plan.tokens
    return (
        f"{cap}: the plan comes to {dollars_text(likely)} ({dollars_text(low)} to {dollars_text(high)}) "
        f"for {plan.trials:,} trials with {tokens.uncached:,} uncached, {tokens.cached:,} cached and "
        f"{tokens.output:,} output tokens; ask less (--limit, --tokens, --repeats) or raise the cap"
    )


def over_the_tokens(plan: Plan, max_tokens: int) -> str | None:
    """Why a run with such a cap of tokens may not begin; None when what it likely needs is below."""
    tokens = plan.tokens
    if tokens.input + tokens.output <= max_tokens:
        return None
    return (
        f"--max-tokens {max_tokens}: the plan comes to {tokens.input:,} prompt and {tokens.output:,} output "
        f"tokens for {plan.trials:,} trials; ask less (--limit, --tokens, --repeats) or raise the cap"
    )


def write_plan(folder: RunFolder, plan: Plan) -> None:
    folder.files.write("plan.json", plan.model_dump_json(indent=1).encode())


def read_plan(folder: RunFolder) -> Plan | None:
    """The plan that a run was begun with; None where none was made."""
    try:
        return Plan.model_validate_json(folder.files.read("plan.json"))
    except FileNotFoundError:
        return None


def _sum(values: Iterable[float | None]) -> float | None:
    known = list(values)
    return None if None in known else sum(value for value in known if value is not None)
