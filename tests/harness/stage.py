"""A tiny world, a scripted model and a stage to play on: what the loop's tests share."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from harness.clients.client import Ask, ClientError, Conversation, Reply
from harness.runs.record import NATIVE, FirstCall, ModelVariant
from harness.trial.play import Stage
from scenarios.exam import Exam
from scenarios.scenario import Scenario
from scenarios.transcript import AssistantMessage, Exchange, Message, ToolCall, Usage
from tools.open_world import WorldHome
from tools.world import Refused, State, World, reads, writes


def peek(state: State, box: str) -> JsonValue:
    """Look into a box."""
    if box not in state["boxes"]:
        raise Refused(f"no box {box}")
    return {"box": box, "holds": state["boxes"][box]}


def fill(state: State, box: str, count: int) -> JsonValue:
    """Put things into a box."""
    state["boxes"][box] = count
    return {"box": box, "holds": count}


def burst(state: State) -> JsonValue:
    """Break by a bug."""
    raise ZeroDivisionError("the world has a bug")


BOXES = World(name="boxes", title="Boxes", tools=(reads(peek), writes(fill), reads(burst)))


def stage(tmp_path: Path, *worlds: World) -> Stage:
    """A stage with these worlds on it, or the boxes when none is named."""
    home = WorldHome(
        work=tmp_path / "work",
        logs=tmp_path / "logs",
        worlds={world.name: world for world in worlds or (BOXES,)},
        call_timeout=5.0,
        open_timeout=5.0,
    )
    return Stage(home=home, now=lambda: "2026-03-14T10:00:00+00:00", clock=time.perf_counter)


def scenario(**changes: Any) -> Scenario:
    """Look into box a, then put as many into box b."""
    calls = [
        {"id": "look", "tool": "boxes__peek", "args": {"box": "a"}},
        {"id": "put", "tool": "boxes__fill", "args": {"box": "b", "count": {"ref": "look.result.holds"}}},
    ]
    base: dict[str, Any] = {
        "suite": "tests",
        "id": "boxes",
        "title": "Copy a count",
        "servers": {"boxes": {"builtin": "boxes", "state": {"boxes": {"a": 3, "b": 0}}}},
        "segments": [{"id": "copy", "user": "Copy a to b.", "expect": {"calls": calls, "say": [3]}}],
    }
    return Scenario.model_validate({**base, **changes})


Turn = str | list[tuple[str, str]] | ClientError | AssistantMessage
"""A reply in words, calls as (name, arguments), an error, or a whole message."""


@dataclass
class Scripted:
    """A model that says what it is told to, and remembers what it was asked."""

    turns: Sequence[Turn]
    finish: str = "stop"
    output_tokens: int = 5
    first_call: FirstCall = "auto"
    agent: str = NATIVE
    label: str = "scripted"
    ms: float = 1.0
    asks: list[Ask] = field(default_factory=list)
    seen: list[tuple[Message, ...]] = field(default_factory=list)
    place: int = 0
    on_ask: Callable[[], None] = lambda: None

    @property
    def variant(self) -> ModelVariant:
        settings = {"first_call": self.first_call, "agent": self.agent}
        return ModelVariant(label=self.label, wire="chat", model="scripted").model_copy(update=settings)

    def converse(self, exam: Exam, repeat: int) -> Conversation:
        self.place = 0
        return self

    async def reply(self, messages: Sequence[Message], ask: Ask) -> Reply:
        self.asks.append(ask)
        self.seen.append(tuple(messages))
        self.on_ask()
        turn = self.turns[min(self.place, len(self.turns) - 1)]
        self.place += 1
        if isinstance(turn, ClientError):
            raise turn
        exchange = Exchange(usage=Usage(output=self.output_tokens), ms=self.ms, finish=self.finish)
        return Reply(message=_message(turn), exchange=exchange, cut_short=self.finish == "length")


def _message(turn: str | list[tuple[str, str]] | AssistantMessage) -> AssistantMessage:
    if isinstance(turn, AssistantMessage):
        return turn
    if isinstance(turn, str):
        return AssistantMessage(text=turn)
    calls = (ToolCall(id=f"c{n}", name=name, arguments_json=text) for n, (name, text) in enumerate(turn))
    return AssistantMessage(tool_calls=tuple(calls))
