"""One trial as a reader sees it: what was said and called, what it should have been, and why it was judged.

The page, the terminal and anything else that shows a conversation read this one view, in which all text is
already safe to show. It is made from the record and the grade; what scoring found in detail (facts, leaves of
the state) is read again for the trials that are shown, and not kept for all the others.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Literal

from pydantic import JsonValue

from harness.models.pricing import UNPRICED, Tariff, summed
from harness.report.document_view import DocumentView, document_view
from harness.report.lines import failure_line
from harness.report.plain_text import clip, visible, visible_json
from harness.report.request_view import RequestView, kinds, request_views
from harness.report.thought import engaged
from harness.runs.store import Trial
from harness.users.user import SCRIPTED
from scenarios.exam import Exam, GoldCall
from scenarios.record import Record
from scenarios.transcript import (
    AssistantMessage,
    SegmentRecord,
    Stopped,
    ToolCall,
    ToolMessage,
    Transcript,
    UserAction,
    UserMessage,
)
from scenarios.user import SIGNALS
from scoring.answer import FactCheck, check_facts
from scoring.evidence import read
from scoring.final_state import LeafCheck, check_leaves
from scoring.grade import Grade
from scoring.preparation import prepare
from scoring.verdict import CallVerdict

WHOLE = 10**9
"""A limit that no text reaches."""


class WordsView(Record):
    """What the user or the model said."""

    kind: Literal["user", "assistant"]
    text: str
    reasoning: str | None = None
    given: bool = False
    """Put into the model's mouth by the scenario, such as a greeting."""
    unheard: bool = False
    """Written by a simulated user beside calls of its own: nobody heard it."""
    marks: tuple[str, ...] = ()
    """Places in the text by which a simulated user ended the conversation, as they are written."""


class DifferenceView(Record):
    argument: str
    expected: str
    given: str | None
    """As JSON; None when the argument is absent."""


class CallView(Record):
    kind: Literal["call"] = "call"
    position: int
    tool: str
    arguments: str
    """As the model wrote them."""
    code: str = "unread"
    why: str = ""
    gold: str | None = None
    mismatches: tuple[DifferenceView, ...] = ()
    result: str | None = None
    """What the model read; None when the call was never executed."""
    problem: str | None = None
    detail: str | None = None
    ms: float = 0.0


class UserCallView(Record):
    """A call that a simulated user made of its own tools; the model never saw it."""

    kind: Literal["user_call"] = "user_call"
    tool: str
    arguments: str
    """As the user's model wrote them."""
    result: str | None = None
    """What the user read; None when the call was never executed."""
    problem: str | None = None
    detail: str | None = None


EntryView = WordsView | CallView | UserCallView


class FactView(Record):
    kind: str
    expected: str
    met: bool


class MissingView(Record):
    """A gold call that no call of the model met."""

    gold: str
    code: str
    """Of the call made in its stead, or `missing_call`."""
    tool: str
    arguments: str


class SegmentView(Record):
    id: str
    entries: tuple[EntryView, ...]
    missing: tuple[MissingView, ...] = ()
    facts: tuple[FactView, ...] = ()


class LeafView(Record):
    """One leaf of the final state that changed or had to."""

    server: str
    path: str
    outcome: str
    expected: str
    found: str | None
    """As JSON; None when nothing changed there."""


class ScoreView(Record):
    name: str
    value: float | None
    reason: str


class TrialView(Record):
    name: str
    """What `longspan show RUN` is given to read this trial again."""
    model: str
    scenario: str
    title: str
    language: str
    repeat: int
    ended: str
    graded: bool
    success: bool | None
    score: float | None
    root_cause: str | None
    reason: str
    failure: str | None
    notes: tuple[str, ...]
    system: str
    document: DocumentView | None
    """None where no document is asked about."""
    history: tuple[EntryView, ...]
    """What had been said before the conversation, as the model was shown it."""
    segments: tuple[SegmentView, ...]
    user: str | None
    """Who played the simulated user; None: its turns were written."""
    stopped: Stopped | None
    """How a conversation with a simulated user ended, where one of the two ended it."""
    requests: tuple[RequestView, ...]
    unanswered: tuple[str, ...]
    """The attempts of the request that ended the trial, each by its kind."""
    cost_usd: float | None
    """Of the requests whose cost is known."""
    thinking_not_engaged: bool
    """Thinking was asked for, and there is no sign of it."""
    state: tuple[LeafView, ...]
    scores: tuple[ScoreView, ...]


def trial_name(trial: Trial) -> str:
    """The trial's place under `transcripts/`, which names it everywhere."""
    return f"{trial.model.slug}/{trial.scenario}/{trial.repeat}"


def trial_view(  # what was asked, what came of it, and what that costs
    trial: Trial,
    exam: Exam,
    transcript: Transcript,
    grade: Grade,
    limit: int = WHOLE,
    tariff: Tariff = UNPRICED,
) -> TrialView:
    """The view; no text in it is much longer than `limit` characters."""
    facts: list[FactCheck] = []
    leaves: list[LeafCheck] = []
    if grade.graded:
        evidence = read(prepare(exam), transcript)
        facts, leaves = check_facts(evidence), check_leaves(evidence)
    failure = transcript.failure
    return TrialView(
        name=trial_name(trial),
        model=visible(trial.model.label),
        scenario=trial.scenario,
        title=visible(exam.scenario.title),
        language=exam.scenario.language,
        repeat=trial.repeat,
        ended=transcript.ended,
        graded=grade.graded,
        success=grade.success,
        score=grade.score,
        root_cause=grade.root_cause,
        reason=visible(grade.reason),
        failure=None if failure is None else clip(failure_line(transcript), limit)[0],
        notes=tuple(map(visible, transcript.notes)),
        system=clip(exam.scenario.system, limit)[0],
        document=document_view(exam.scenario, transcript, grade, limit),
        history=tuple(_entries(_history(exam), 0, {}, limit, ())),
        segments=tuple(_segments(exam, transcript, grade, facts, limit)),
        user=None if transcript.user is None else visible(transcript.user),
        stopped=transcript.stopped,
        requests=tuple(request_views(transcript, tariff)),
        unanswered=kinds(transcript.failed),
        cost_usd=summed(transcript.exchanges, tariff).total,
        thinking_not_engaged=engaged(trial.model, transcript) is False,
        state=tuple(_leaf(check, limit) for check in leaves),
        scores=tuple(
            ScoreView(name=name, value=score.value, reason=visible(score.reason))
            for name, score in grade.scores.items()
        ),
    )


def _segments(
    exam: Exam, transcript: Transcript, grade: Grade, facts: list[FactCheck], limit: int
) -> Iterator[SegmentView]:
    verdicts = {verdict.position: verdict for verdict in grade.calls}
    gold = {call.id: call for call in exam.key.calls}
    played = {record.segment: record for record in transcript.segments}
    marks = _marks(exam, transcript)
    position = 0
    for segment in exam.scenario.segments:
        record = played.get(segment.id)
        missing = [name for name in grade.missing if name in gold and gold[name].segment == segment.id]
        if record is None and not missing:
            continue
        entries = tuple(_entries(record, position, verdicts, limit, marks)) if record is not None else ()
        position += sum(isinstance(entry, CallView) for entry in entries)
        yield SegmentView(
            id=segment.id,
            entries=entries,
            missing=tuple(_missing(gold[name], grade.missing[name], limit) for name in missing),
            facts=tuple(
                FactView(kind=check.kind, expected=clip(check.wanted, limit)[0], met=check.met)
                for check in facts
                if check.segment == segment.id
            ),
        )


def _entries(
    record: SegmentRecord, position: int, verdicts: dict[int, CallVerdict], limit: int, marks: Sequence[str]
) -> Iterator[EntryView]:
    """The messages in order, each call together with what came back; results are paired by position."""
    for place, message in enumerate(record.messages):
        if isinstance(message, UserMessage):
            text = clip(message.text, limit)[0]
            yield WordsView(kind="user", text=text, marks=tuple(mark for mark in marks if mark in text))
        elif isinstance(message, UserAction):
            if message.text:
                yield WordsView(kind="user", text=clip(message.text, limit)[0], unheard=True)
            yield from _user_calls(message, limit)
        elif isinstance(message, AssistantMessage):
            if message.text or message.reasoning or not message.tool_calls:
                reasoning = None if message.reasoning is None else clip(message.reasoning, limit)[0]
                text = clip(message.text, limit)[0]
                yield WordsView(kind="assistant", text=text, reasoning=reasoning, given=message.given)
            results = record.messages[place + 1 : place + 1 + len(message.tool_calls)]
            for call, result in zip_longest(message.tool_calls, results):
                back = result if isinstance(result, ToolMessage) else None
                yield _call(call, back, position, verdicts.get(position), limit)
                position += 1


def _history(exam: Exam) -> SegmentRecord:
    return SegmentRecord(segment="history", messages=exam.scenario.history)


def _marks(exam: Exam, transcript: Transcript) -> tuple[str, ...]:
    """By which a model that plays the user ends the conversation; a script has none."""
    user = exam.scenario.user
    if user is None or transcript.user in {None, SCRIPTED}:
        return ()
    return tuple(visible(getattr(user.marks, name)) for name in SIGNALS)


def _user_calls(action: UserAction, limit: int) -> Iterator[UserCallView]:
    """What a simulated user did with its own tools; results are paired by position."""
    for call, back in zip_longest(action.tool_calls, action.results):
        if call is not None:
            yield UserCallView(
                tool=clip(call.name, limit)[0],
                arguments=clip(call.arguments_json, limit)[0],
                result=None if back is None else clip(back.text, limit)[0],
                problem=None if back is None else back.problem,
                detail=None if back is None or back.detail is None else clip(back.detail, limit)[0],
            )


def _call(
    call: ToolCall, back: ToolMessage | None, position: int, verdict: CallVerdict | None, limit: int
) -> CallView:
    shown = CallView(
        position=position,
        tool=clip(call.name, limit)[0],
        arguments=clip(call.arguments_json, limit)[0],
        result=None if back is None else clip(back.text, limit)[0],
        problem=None if back is None else back.problem,
        detail=None if back is None or back.detail is None else clip(back.detail, limit)[0],
        ms=0.0 if back is None else back.ms,
    )
    if verdict is None:
        return shown
    differences = tuple(
        DifferenceView(
            argument=clip(difference.path, limit)[0],
            expected=clip(difference.wanted, limit)[0],
            given=None if difference.missing else as_json(difference.given, limit),
        )
        for difference in verdict.mismatches
    )
    judged = {
        "code": verdict.code,
        "why": visible(verdict.why),
        "gold": verdict.gold,
        "mismatches": differences,
    }
    return shown.model_copy(update=judged)


def _missing(call: GoldCall, code: str, limit: int) -> MissingView:
    arguments = as_json(dict(call.arguments), limit)
    return MissingView(gold=call.id, code=code, tool=call.tool, arguments=arguments)


def _leaf(check: LeafCheck, limit: int) -> LeafView:
    return LeafView(
        server=check.server,
        path=clip(check.path, limit)[0],
        outcome=check.outcome,
        expected=clip(check.wanted, limit)[0],
        found=None if check.outcome == "missing" else as_json(check.given, limit),
    )


def as_json(value: JsonValue, limit: int) -> str:
    """One line of JSON that is safe to show, in the characters it was written in."""
    return clip(json.dumps(visible_json(value), ensure_ascii=False), limit)[0]
