"""What the model that plays the users would be sent: the same conversations, from the other side.

It is a row of its own in a plan, beside the models that it talks with.
"""

from collections.abc import Mapping
from dataclasses import replace

from harness.plan.plan import ModelPlan, Plan, summed
from harness.plan.planner import Planner
from harness.plan.talks import Oracle
from harness.runs.record import ModelVariant
from harness.users.by_model import users_exam
from scenarios.exam import Exam


async def with_users(plan: Plan, planner: Planner, exams: Mapping[str, Exam], user: ModelVariant) -> Plan:
    """The plan with what playing the users of all its models takes."""
    talks = {name: exam for name, exam in exams.items() if exam.scenario.user is not None}
    if not talks:
        return plan
    shown = {
        name: users_exam(exam, exam.scenario.user)
        for name, exam in talks.items()
        if exam.scenario.user is not None
    }
    repeats = planner.asked.repeats * len(plan.models)
    beside = replace(
        planner,
        oracle=Oracle(planner.oracle.stage, users=talks),
        asked=replace(planner.asked, repeats=repeats),
    )
    found = await beside.model_plan(shown, user)
    return summed([*plan.models, _as_users(found)])


def _as_users(found: ModelPlan) -> ModelPlan:
    """Its trials are those of the models, and are counted there."""
    short = (
        "the conversations are gold's, which are as short as they can be: a user played by a model says more"
    )
    changes = {"model": f"{found.model} (plays the users)", "trials": 0, "notes": (*found.notes, short)}
    return found.model_copy(update=changes)
