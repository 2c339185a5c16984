"""A small run made by hand: a refund to make, in every way that a trial can end."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import JsonValue

from harness.runs.record import ModelVariant, RunRecord
from harness.runs.store import Trial
from scenarios.exam import AnswerKey, Exam, GoldCall, ToolSpec
from scenarios.scenario import Scenario
from scenarios.transcript import (
    AssistantMessage,
    Change,
    Exchange,
    Failure,
    Message,
    SegmentRecord,
    ToolCall,
    ToolMessage,
    Transcript,
    TrialClass,
    Usage,
    UserMessage,
)
from scoring.grade import Grade, grade

ORDERS: dict[str, JsonValue] = {"orders": [{"id": "O-17", "total": 42.5}]}
REFUNDED: dict[str, JsonValue] = {"order": "O-17", "refunded": 42.5}
OWN = Change(path="/orders/O-17/status", before="shipped", after="refunded", kind="changed")
OTHER = Change(path="/orders/O-16/status", before="shipped", after="cancelled", kind="changed")

Graded = tuple[Trial, Exam, Transcript, Grade]


def model(label: str = "chat/alpha", *, simulated: bool = False) -> ModelVariant:
    return ModelVariant(
        label=label,
        wire="reference" if simulated else "chat",
        model=label.rpartition("/")[2],
        sampling={"temperature": 0},
        simulated=simulated,
    )


def exam(suite: str = "shop", name: str = "refund", **changes: Any) -> Exam:
    user: dict[str, JsonValue] = {
        "type": "object",
        "properties": {"customer": {"type": "string"}},
        "required": ["customer"],
    }
    refund: dict[str, JsonValue] = {
        "type": "object",
        "properties": {"order": {"type": "string"}, "amount": {"type": "number"}},
    }
    asked: dict[str, Any] = {
        "suite": suite,
        "id": name,
        "title": "Refund the last order",
        "system": "You work for a shop. Refund only what was asked for.",
        "servers": {"shop": {"builtin": "shop", "state": {}}},
        "segments": [
            {
                "id": "refund",
                "user": "Refund my last order, please. I am u1.",
                "expect": {
                    "calls": [
                        {"id": "list", "tool": "shop__list_orders", "args": {"customer": "u1"}},
                        {
                            "id": "pay",
                            "tool": "shop__refund",
                            "args": {"order": {"ref": "list.result.orders.0.id"}, "amount": 42.5},
                        },
                    ],
                    "say": [{"number": 42.5}],
                },
            }
        ],
    }
    return Exam(
        scenario=Scenario.model_validate(asked | changes),
        key=AnswerKey(
            tools=(
                ToolSpec(name="shop__list_orders", input_schema=user, writes=False),
                ToolSpec(name="shop__refund", input_schema=refund),
                ToolSpec(name="shop__cancel_order", input_schema=refund),
            ),
            calls=(
                _gold("list", "shop__list_orders", {"customer": "u1"}, ORDERS),
                _gold("pay", "shop__refund", {"order": "O-17", "amount": 42.5}, REFUNDED),
            ),
            initial={"shop": {"orders": {"O-17": {"status": "shipped"}, "O-16": {"status": "shipped"}}}},
            changes={"shop": (OWN,)},
        ),
        digest="d" * 64,
    )


def call(tool: str, arguments: str, result: JsonValue, **more: Any) -> tuple[Message, Message]:
    """One call and what came back."""
    text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
    made = AssistantMessage(tool_calls=(ToolCall(id="c", name=tool, arguments_json=arguments),))
    structured = None if isinstance(result, str) else result
    return made, ToolMessage(call_id="c", text=text, structured=structured, ms=3.0, **more)


LIST = call("shop__list_orders", '{"customer": "u1"}', ORDERS)
PAY = call("shop__refund", '{"order": "O-17", "amount": 42.5}', REFUNDED)


def transcript(
    *messages: Message,
    reply: str | None = "Done: 42.50 was refunded.",
    ended: TrialClass = "done",
    changes: Sequence[Change] = (OWN,),
    **more: Any,
) -> Transcript:
    """What happened in the one segment of `exam()`."""
    said = () if reply is None else (AssistantMessage(text=reply),)
    spoken = (UserMessage(text="Refund my last order, please. I am u1."), *messages, *said)
    answers = [message for message in spoken if isinstance(message, AssistantMessage)]
    usage = Usage(input=100, cached=40, output=11)
    return Transcript(
        scenario="shop/refund",
        model="chat/alpha",
        repeat=0,
        ended=ended,
        segments=(SegmentRecord(segment="refund", messages=spoken),),
        exchanges=tuple(Exchange(usage=usage, ms=300.0, ttft_ms=100.0) for _ in answers),
        changes={"shop": tuple(changes)} if changes else {},
        started="2026-11-22T15:00:00Z",
        seconds=1.5,
    ).model_copy(update=more)


def good() -> Transcript:
    return transcript(*LIST, *PAY)


def bad() -> Transcript:
    """The wrong amount, another order cancelled as well, and the fact not stated."""
    pay = call("shop__refund", '{"order": "O-17", "amount": 24.5}', {"order": "O-17", "refunded": 24.5})
    cancel = call("shop__cancel_order", '{"order": "O-16"}', {"order": "O-16"})
    return transcript(*LIST, *pay, *cancel, reply="It is refunded.", changes=(OWN, OTHER))


def broken(message: str = "the endpoint answered 503 five times") -> Transcript:
    failure = Failure(kind="http_503", message=message, where="request 1")
    return transcript(reply=None, ended="provider", changes=(), failure=failure)


def record(*models: ModelVariant, repeats: int = 1, scenarios: Sequence[str] = ("shop/refund",)) -> RunRecord:
    return RunRecord(
        id="0123456789ab",
        created="2026-11-22T14:59:00Z",
        command="longspan run shop --model chat/alpha",
        models=models or (model(),),
        suites=tuple(dict.fromkeys(name.partition("/")[0] for name in scenarios)),
        scenarios=dict.fromkeys(scenarios, "d" * 64),
        repeats=repeats,
        seed=1,
        versions={"longspan": "0.1.0", "python": "3.11.2"},
    )


def graded(
    *played: Transcript, of: ModelVariant | None = None, asked: Exam | None = None
) -> Iterator[Graded]:
    """The transcripts as repeats of one scenario by one model."""
    asked = asked or exam()
    for repeat, one in enumerate(played):
        yield (
            Trial(model=of or model(), scenario=asked.scenario.name, repeat=repeat),
            asked,
            one.model_copy(update={"repeat": repeat, "scenario": asked.scenario.name}),
            grade(asked, one),
        )


def _gold(name: str, tool: str, arguments: dict[str, JsonValue], result: JsonValue) -> GoldCall:
    return GoldCall(id=name, segment="refund", tool=tool, arguments=arguments, result=result)
