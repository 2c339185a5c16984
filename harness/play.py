"""One trial: a scenario's turns against a model in a fresh world, written down as a transcript.

The loop is the whole of it: the user speaks, the model answers or calls tools, results go back, until the
model has said its piece. Whatever ends a trial early is an exception, and `play` is the one boundary that
gives it its class. What happened until then is always kept.
"""

import traceback
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pydantic import JsonValue

from harness.clients.client import Ask, ClientError, ContextTooLong, Conversation, Model
from harness.mangled import mangled_call
from harness.opening import Openings
from scenarios.documents.expand import READER
from scenarios.exam import Exam
from scenarios.foreign import whole_text
from scenarios.scenario import Scenario
from scenarios.transcript import (
    AssistantMessage,
    Change,
    Exchange,
    Failure,
    Message,
    SegmentRecord,
    ToolMessage,
    Transcript,
    TrialClass,
    UserMessage,
)
from tools.failure import WorldFailed
from tools.open_world import OpenWorld, WorldHome, open_world
from tools.state import changes

_LOOP = 5
"""So many steps with the same calls and the same results in a row are a loop."""


class Ended(Exception):
    """The trial is over before the conversation is."""

    def __init__(self, ended: TrialClass, kind: str, message: str) -> None:
        super().__init__(message)
        self.ended = ended
        self.kind = kind


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What every trial of a run is played with."""

    home: WorldHome
    now: Callable[[], str]
    """UTC, ISO 8601."""
    clock: Callable[[], float]
    openings: Openings | None = None
    """Brings documents before models; None where no scenario has one."""


async def play(exam: Exam, model: Model, repeat: int, stage: Stage) -> Transcript:
    """Play one trial to its end, whatever that is. Raises nothing but cancellation."""
    script = _Script(exam=exam, model=model, repeat=repeat)
    started, start = stage.now(), stage.clock()
    ended, failure = await _play(script, stage)
    return Transcript(
        scenario=exam.scenario.name,
        model=model.variant.label,
        repeat=repeat,
        ended=ended,
        failure=failure,
        segments=tuple(SegmentRecord(segment=name, messages=tuple(said)) for name, said in script.segments),
        exchanges=tuple(script.exchanges),
        changes=script.changes,
        started=started,
        seconds=round(stage.clock() - start, 6),
        notes=("first_call: required",) if model.variant.first_call == "required" else (),
    )


async def _play(script: "_Script", stage: Stage) -> tuple[TrialClass, Failure | None]:
    """The boundary: every way to end becomes a class here and nowhere else."""
    try:
        async with (
            _opened(script, stage) as (scenario, shown),
            open_world(scenario, home=stage.home) as world,
        ):
            script.messages += shown
            _check_tools(script.exam, world)
            before = await script.starting_state(world)
            try:
                await script.play(world)
            finally:
                after = await world.snapshot() if script.calls else before  # without a call nothing changed
                script.changes = {
                    name: changed for name in after if (changed := changes(before[name], after[name]))
                }
    except Ended as end:
        return end.ended, Failure(kind=end.kind, message=str(end))
    except WorldFailed as broken:
        return "server", Failure(kind=broken.kind, message=str(broken), where=broken.server)
    except ContextTooLong as error:
        return "overflow", Failure(kind=error.kind, message=str(error))
    except ClientError as error:
        return "provider", Failure(kind=error.kind, message=str(error), where=f"attempt {error.attempts}")
    except Exception as error:  # the boundary: a bug of ours is a class too, and fails the run
        where = "".join(traceback.format_exception(error)[-3:])
        said = whole_text(str(error))
        return "harness", Failure(kind=type(error).__name__, message=said, where=whole_text(where))
    return "done", None


@asynccontextmanager
async def _opened(script: "_Script", stage: Stage) -> AsyncIterator[tuple[Scenario, tuple[Message, ...]]]:
    """The scenario with its document where it belongs: before the question, or behind an MCP server."""
    scenario = script.exam.scenario
    if scenario.reading is None or stage.openings is None:
        yield scenario, ()
        return
    if scenario.reading.layout == "tools":
        parts: JsonValue = list(stage.openings.parts(scenario.reading))
        reader = scenario.servers[READER].model_copy(update={"state": {"parts": parts}})
        scenario = scenario.model_copy(update={"servers": {READER: reader}})
    async with stage.openings.opened(script.model, script.exam, script.repeat) as shown:
        yield scenario, shown


def _check_tools(exam: Exam, world: OpenWorld) -> None:
    """A model is told of the answer key's tools; when a server has others now, that is not its mistake."""
    told, there = ({tool.name for tool in tools} for tools in (exam.key.tools, world.tools))
    if changed := sorted(told ^ there):
        message = f"its tools are not those that the suite was prepared with: {', '.join(changed[:5])}"
        raise WorldFailed("protocol", changed[0].partition("__")[0], message)


@dataclass(kw_only=True)
class _Script:
    """The conversation as it unfolds."""

    exam: Exam
    model: Model
    repeat: int
    messages: list[Message] = field(default_factory=list)
    segments: list[tuple[str, list[Message]]] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    changes: dict[str, tuple[Change, ...]] = field(default_factory=dict)
    calls: int = 0
    worked: float = 0.0
    """Seconds that the model and the tools took."""

    async def starting_state(self, world: OpenWorld) -> dict[str, JsonValue]:
        """The state that trials start from: known beforehand, except at a server that lives on."""
        servers = self.exam.scenario.servers
        if self.exam.scenario.reading is not None or any(server.url for server in servers.values()):
            return await world.snapshot()
        # The scenario's own objects, in which a world in memory leaves what nobody touched.
        given = {name: server.state for name, server in servers.items() if server.state is not None}
        return {**self.exam.key.initial, **given}

    async def play(self, world: OpenWorld) -> None:
        talk = self.model.converse(self.exam, self.repeat)
        for segment in self.exam.scenario.segments:
            self.segments.append((segment.id, []))
            force = self.model.variant.first_call == "required" and bool(segment.expect.calls)
            for text in segment.user:
                await self._turn(world, talk, text, force=force)

    async def _turn(self, world: OpenWorld, talk: Conversation, text: str, *, force: bool) -> None:
        self._say(UserMessage(text=text))
        steps: list[tuple[object, ...]] = []
        while True:
            message = await self._ask(talk, force=force and not steps)
            if not message.tool_calls:
                return
            results = await self._call(world, message)
            steps.append(_signature(message, results))
            if len(steps) >= _LOOP and len(set(steps[-_LOOP:])) == 1:
                raise Ended("limit", "loop", f"the same calls with the same results {_LOOP} times in a row")

    async def _ask(self, talk: Conversation, *, force: bool) -> AssistantMessage:
        limits = self.exam.scenario.limits
        if len(self.exchanges) >= limits.steps:
            raise Ended("limit", "steps", f"{limits.steps} requests were not enough")
        if self.worked >= limits.seconds:
            raise Ended(
                "provider", "seconds", f"the {limits.seconds:g} s of the scenario were used up waiting"
            )
        ask = Ask(
            tool_choice="required" if force and self.exam.key.tools else "auto",
            output_tokens=limits.output_tokens,
            seconds=limits.seconds - self.worked,
        )
        reply = await talk.reply(self.messages, ask)
        self.exchanges.append(reply.exchange)
        self.worked += reply.exchange.ms / 1e3
        self._say(reply.message)
        if reply.cut_short:
            self._cut_short(reply.exchange, ask.output_tokens)
        if mangled_call(reply.message, self.exam.key.tools):
            raise Ended("parser", "call_as_text", "the server's parser left a whole tool call in the text")
        return reply.message

    def _cut_short(self, exchange: Exchange, asked: int) -> None:
        """A cut reply ends the trial; its calls are never executed."""
        if exchange.usage.output is not None and exchange.usage.output >= asked:
            raise Ended("limit", "output_tokens", f"the scenario's {asked} output tokens were used up")
        raise Ended("truncated", "length", "the model's own output limit cut the reply")

    async def _call(self, world: OpenWorld, message: AssistantMessage) -> list[ToolMessage]:
        """Run the calls in the order in which the model wrote them."""
        results = []
        for call in message.tool_calls:
            if self.calls >= self.exam.scenario.limits.calls:
                raise Ended("limit", "calls", f"{self.calls} calls were not enough")
            self.calls += 1
            result = await world.call(call)
            self.worked += result.ms / 1e3
            self._say(result)
            results.append(result)
        return results

    def _say(self, message: Message) -> None:
        self.messages.append(message)
        self.segments[-1][1].append(message)


def _signature(message: AssistantMessage, results: Sequence[ToolMessage]) -> tuple[object, ...]:
    calls = tuple((call.name, call.arguments_json) for call in message.tool_calls)
    return calls, tuple(result.text for result in results)
