"""What the judge would be sent: one question a trial, made of the oracle's conversation and the assertions.

It is a row of its own in a plan. Requests to repair an answer are not planned.
"""

from collections.abc import Mapping
from dataclasses import replace

from harness.judges.judge import OUTPUT_TOKENS, judges_exam
from harness.judges.prompt import question
from harness.plan.plan import ModelPlan, Plan, summed
from harness.plan.planner import Planner
from harness.plan.talks import Oracle
from harness.runs.record import ModelVariant
from scenarios.exam import Exam
from scenarios.transcript import AssistantMessage, Message, SegmentRecord, Transcript, UserMessage
from scoring.theirs import assertions_of

_REASON = "The agent said so in its second message, before it made any call."
_VERDICT = f'{{"statement": 1, "reason": "{_REASON}", "met": true}},'
"""As long as a verdict usually is."""


async def with_judge(
    plan: Plan, planner: Planner, exams: Mapping[str, Exam], judge: ModelVariant, *, models: int
) -> Plan:
    """The plan with what judging the trials of so many models takes."""
    told: dict[str, tuple[Message, ...]] = {}
    for name, exam in exams.items():
        if texts := assertions_of(exam).texts:
            said = await planner.oracle.said(exam)
            asked = question(exam, _as_played(exam, said), texts)
            told[name] = UserMessage(text=asked), AssistantMessage(text=_VERDICT * len(texts))
    if not told:
        return plan
    beside = replace(
        planner,
        oracle=Oracle(planner.oracle.stage, told=told),
        asked=replace(planner.asked, repeats=planner.asked.repeats * models),
    )
    found = await beside.model_plan({name: _shown(exams[name]) for name in told}, judge)
    return summed([*plan.models, _as_judge(found)])


def _as_played(exam: Exam, said: tuple[Message, ...]) -> Transcript:
    spoken = SegmentRecord(segment="talk", messages=said)
    return Transcript(scenario=exam.scenario.name, model="", repeat=0, ended="done", segments=(spoken,))


def _shown(exam: Exam) -> Exam:
    shown = judges_exam(exam)
    limits = shown.scenario.limits.model_copy(update={"output_tokens": OUTPUT_TOKENS})
    return shown.model_copy(update={"scenario": shown.scenario.model_copy(update={"limits": limits})})


def _as_judge(found: ModelPlan) -> ModelPlan:
    """Its trials are those of the models, and are counted there."""
    return found.model_copy(update={"model": f"{found.model} (judges)", "trials": 0})
