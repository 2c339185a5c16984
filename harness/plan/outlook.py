"""Before a run: what it would send, what fits no window, and whether a cap allows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.plan.plan import ModelPlan, Plan, nothing_fits, over_the_cap
from harness.plan.planner import Planner
from harness.run_record import ModelVariant
from harness.store import RunError
from scenarios.exam import Exam


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
    max_cost: float | None,
    is_planned: bool,
) -> Outlook:
    """Look at the whole run before anything is sent. Raises `RunError` when it may not begin."""
    fitting = [ModelPlan(model=one.label, skipped=planner.skipped(exams, one)) for one in variants]
    left_out = {one.model: one.left_out for one in fitting if one.skipped}
    if exams and all(len(left_out.get(one.label, ())) == len(exams) for one in variants):
        raise RunError(nothing_fits(fitting) or "")
    plan = None
    if max_cost is not None or (not is_planned and _says_something(planner, exams, variants)):
        plan = await planner.plan_for(exams, variants)
    if plan is not None and max_cost is not None and (why := over_the_cap(plan, max_cost)):
        raise RunError(why)
    return Outlook(plan=plan, skipped=left_out)


def _says_something(planner: Planner, exams: Mapping[str, Exam], variants: Sequence[ModelVariant]) -> bool:
    """Whether a plan is worth its time: prices or long documents are known, and a real model is asked."""
    real = [variant for variant in variants if not variant.simulated]
    documents = any(exam.scenario.reading is not None for exam in exams.values())
    return bool(real) and (documents or all(map(planner.knows, real)))
