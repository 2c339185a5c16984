"""Exams and transcripts in a few words: a small shop, and what a model said and called in it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scenarios.exam import AnswerKey, Exam, GoldCall, ToolSpec
from scenarios.scenario import Expectation, ExpectedCall, Fault, Final, Scenario, Segment, Tools
from scenarios.transcript import (
    AssistantMessage,
    CallProblem,
    Change,
    Message,
    SegmentRecord,
    ToolCall,
    ToolMessage,
    Transcript,
    TrialClass,
    UserMessage,
)


def schema(required: Sequence[str] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


TEXT, NUMBER, WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer"}

TOOLS = (
    ToolSpec(name="shop__list_orders", writes=False, input_schema=schema(["customer"], customer=TEXT)),
    ToolSpec(
        name="shop__get_order",
        writes=False,
        input_schema=schema(["order"], order=TEXT, verbose={"type": "boolean", "default": False}),
    ),
    ToolSpec(
        name="shop__refund",
        input_schema=schema(
            ["order", "amount"],
            order=TEXT,
            amount=NUMBER,
            way={"type": "string", "enum": ["card", "voucher"], "default": "card"},
        ),
    ),
    ToolSpec(name="shop__cancel_order", input_schema=schema(["order"], order=TEXT)),
    ToolSpec(name="desk__open_ticket", input_schema=schema(["title"], title=TEXT, priority=WHOLE)),
)


@dataclass
class Called:
    """A call with what comes back."""

    tool: str
    args: dict[str, Any] | str
    result: Any = "ok"
    problem: CallProblem | None = None
    detail: str | None = None
    executed: bool = True


def call(tool: str, result: Any = "ok", **args: Any) -> Called:
    return Called(tool=tool, args=args, result=result)


def broken(tool: str, problem: CallProblem, detail: str | None = None, **args: Any) -> Called:
    return Called(tool=tool, args=args, result="no", problem=problem, detail=detail)


def messages(steps: Sequence[Called | list[Called] | str], user: str = "Please.") -> tuple[Message, ...]:
    """A text is the user's next reply from the model; a call or a list of calls is one assistant message."""
    found: list[Message] = [UserMessage(text=user)]
    for step in steps:
        if isinstance(step, str):
            found.append(AssistantMessage(text=step))
            continue
        calls = step if isinstance(step, list) else [step]
        first = len(found)
        ids = [f"c{first + n}" for n in range(len(calls))]
        found.append(
            AssistantMessage(
                tool_calls=tuple(
                    ToolCall(
                        id=name,
                        name=one.tool,
                        arguments_json=one.args if isinstance(one.args, str) else json.dumps(one.args),
                    )
                    for name, one in zip(ids, calls, strict=True)
                )
            )
        )
        found += [
            ToolMessage(
                call_id=name,
                text=one.result if isinstance(one.result, str) else json.dumps(one.result),
                structured=None if isinstance(one.result, str) else one.result,
                problem=one.problem,
                detail=one.detail,
            )
            for name, one in zip(ids, calls, strict=True)
            if one.executed
        ]
    return tuple(found)


def said(segment: str, *steps: Called | list[Called] | str, user: str = "Please.") -> SegmentRecord:
    return SegmentRecord(segment=segment, messages=messages(steps, user))


def changed(path: str, after: Any, before: Any = None) -> Change:
    return Change(path=path, before=before, after=after, kind="changed" if before is not None else "added")


def trial(
    *segments: SegmentRecord,
    ended: TrialClass = "done",
    changes: Mapping[str, Sequence[Change]] | None = None,
) -> Transcript:
    return Transcript(
        scenario="suite/case",
        model="m",
        repeat=0,
        ended=ended,
        segments=segments,
        changes={server: tuple(found) for server, found in (changes or {}).items()},
    )


@dataclass
class Key:
    """What the gold calls gave, by id, and what they changed."""

    results: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, tuple[Change, ...]] = field(default_factory=dict)
    initial: dict[str, Any] = field(default_factory=dict)
    arguments: dict[str, dict[str, Any]] = field(default_factory=dict)


def exam(
    *segments: Segment, key: Key | None = None, final: Final | None = None, faults: Sequence[Fault] = ()
) -> Exam:
    known = key or Key()
    scenario = Scenario(
        suite="suite",
        id="case",
        title="t",
        segments=segments,
        final=final or Final(),
        tools=Tools(faults=tuple(faults)),
    )
    calls = tuple(
        GoldCall(
            id=gold.id,
            segment=segment.id,
            tool=gold.tool,
            arguments=known.arguments.get(gold.id, {}),
            result=known.results.get(gold.id, "ok"),
        )
        for segment, gold in scenario.calls
    )
    answer_key = AnswerKey(tools=TOOLS, calls=calls, initial=known.initial, changes=known.changes)
    return Exam(scenario=scenario, key=answer_key, digest="0")


def gold(name: str, tool: str, *after: str, optional: bool = False, **args: Any) -> ExpectedCall:
    return ExpectedCall(id=name, tool=tool, args=args, after=after, optional=optional)


def expecting(name: str, *calls: ExpectedCall, **rest: Any) -> Segment:
    return Segment(id=name, user=("Please.",), expect=Expectation(calls=calls, **rest))


ORDERS = [{"id": "O-17", "total": 42.5}]
REFUNDED = (changed("/orders/O-17/status", "refunded", "shipped"),)


def refund_exam(**rest: Any) -> Exam:
    """List the orders, refund the one found, say how much."""
    return exam(
        expecting(
            "refund",
            gold("list", "shop__list_orders", customer="u1"),
            gold(
                "pay",
                "shop__refund",
                order={"ref": "list.result.0.id"},
                amount={"number": 42.5, "within": 0.01},
            ),
            say=[{"number": 42.5}],
            allow=["shop__get_order"],
        ),
        key=Key(results={"list": ORDERS}, changes={"shop": REFUNDED}, initial={"shop": {}}),
        **rest,
    )


LIST = call("shop__list_orders", ORDERS, customer="u1")
PAY = call("shop__refund", order="O-17", amount=42.5)
REPLY = "I refunded 42.5."


def refund_trial(*steps: Called | list[Called] | str, refunded: bool = True, **rest: Any) -> Transcript:
    return trial(said("refund", *steps), changes={"shop": REFUNDED if refunded else ()}, **rest)
