"""The desk that an agent sits at for one trial: what is asked and called over it is limited and written down.

The model is asked here and nowhere else, and so are the tools called. Whatever goes over the desk has its
place in the transcript before the agent knows of it; whatever ends the trial is raised through the agent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.agents.agent import Prompt
from harness.clients.client import Ask, Conversation, Model, Shared
from harness.trial.mangled import breaks_off, mangled_call, unbalanced_think
from scenarios.exam import Exam
from scenarios.transcript import (
    AssistantMessage,
    Event,
    Exchange,
    Message,
    ToolCall,
    ToolMessage,
    TrialClass,
    UserMessage,
)
from tools.open_world import OpenWorld

_ERRORS = frozenset({"malformed", "unknown_tool", "schema", "tool_error"})
"""What is wrong with a call by the caller's doing."""
_LOOP = 5
"""So many steps with the same calls and the same results in a row are a loop."""


class Ended(Exception):
    """The trial is over before the conversation is."""

    def __init__(self, ended: TrialClass, kind: str, message: str) -> None:
        super().__init__(message)
        self.ended = ended
        self.kind = kind


class TurnOver(Exception):
    """The model called where calls are its answer: it is asked no more, and the turn is over."""


@dataclass(frozen=True, kw_only=True)
class _Step:
    """A reply with calls, and what came back."""

    calls: tuple[ToolCall, ...]
    results: list[str] = field(default_factory=list)

    def is_like(self, other: "_Step") -> bool:
        mine, theirs = ([(call.name, call.arguments_json) for call in step.calls] for step in (self, other))
        return mine == theirs and self.results == other.results


@dataclass(kw_only=True)
class TrialDesk:
    """The conversation of one trial as it unfolds."""

    exam: Exam
    model: Model
    repeat: int
    world: OpenWorld = field(init=False)
    """From the moment on when its servers are open."""
    messages: list[Message] = field(default_factory=list)
    segments: list[tuple[str, list[Event]]] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    noted: dict[str, None] = field(default_factory=dict)
    """In the order in which it was first noted."""
    shared: Shared | None = None
    calls: int = 0
    worked: float = 0.0
    """Seconds that the model and the tools took."""
    force: bool = False
    """Whether the next request has to bring a call."""
    steps: list[_Step] = field(default_factory=list)
    """Of this turn."""
    talk: Conversation | None = None
    shown: Exam | None = None
    """With the tools that are offered now; None: with all of them."""
    hops: int = 0
    """Messages of the user and of the model, and one for the results of each that calls tools."""
    errors: int = 0
    """Calls of both that brought an error."""
    prompt: Prompt | None = None
    """What `talk` was last shown, by an agent that writes prompts of its own."""

    def open_turn(self, text: str, *, force: bool) -> None:
        """The user speaks, and an agent is to carry on."""
        self.steps.clear()
        self.force = force and bool(self.exam.key.tools)
        self._say(UserMessage(text=text))
        self.hops += 1

    def greet(self, text: str) -> None:
        """The scenario's own words for the model, before the user speaks."""
        self._say(AssistantMessage(text=text, given=True))
        self.hops += 1

    async def ask(self, prompt: Prompt | None = None) -> AssistantMessage:
        self._check_limits()
        limits = self.exam.scenario.limits
        ask = Ask(
            tool_choice="required" if self.force else "auto",
            output_tokens=limits.output_tokens,
            seconds=limits.seconds - self.worked,
            shared=self.shared,
        )
        talk = self._conversation(prompt)
        reply = await talk.reply(self.messages if prompt is None else prompt.messages, ask)
        self.force = False
        self.exchanges.append(reply.exchange)
        self.worked += reply.exchange.ms / 1e3
        message = reply.message
        self._say(message)
        if reply.cut_short:
            self._cut_short(reply.exchange, ask.output_tokens)
        if unbalanced_think(message, reply.exchange.usage):
            said = "thinking in the text does not begin, or does not end, with a tag"
            raise Ended("parser", "unbalanced_think", said)
        if prompt is not None:
            message = self.messages[-1] = self.segments[-1][1][-1] = prompt.read(message)
        elif mangled_call(message, self.exam.key.tools):
            raise Ended("parser", "call_as_text", "the server's parser left a whole tool call in the text")
        for call in message.tool_calls:
            if breaks_off(call.arguments_json):
                self.note(f"the arguments of {call.name} break off in a reply that the server calls whole")
        self.hops += 2 if message.tool_calls else 1
        self._check_protocol(message)
        if message.tool_calls:
            self.steps.append(_Step(calls=message.tool_calls))
            await self._close_unanswered(message)
        return message

    async def call(self, call: ToolCall) -> ToolMessage:
        if self.calls >= self.exam.scenario.limits.calls:
            raise Ended("limit", "calls", f"{self.calls} calls were not enough")
        self.calls += 1
        result = await self.world.call(call)
        self.worked += result.ms / 1e3
        self._say(result)
        self.steps[-1].results.append(result.text)
        self.count_errors([result])
        return result

    async def _close_unanswered(self, message: AssistantMessage) -> None:
        """Make the calls for the record, where they are the answer, and show the model nothing of it."""
        if self.exam.scenario.tools.answered:
            return
        for call in message.tool_calls:
            await self.call(call)
        raise TurnOver

    def offer(self, segment: str) -> None:
        """Offer what a segment has: the model is told anew where there is more than before."""
        later = self.exam.scenario.tools.later
        if not later:
            return
        places = {one.id: place for place, one in enumerate(self.exam.scenario.segments)}
        now = places[segment]
        tools = tuple(
            tool for tool in self.exam.key.tools if places.get(later.get(tool.name, segment), now) <= now
        )
        if self.shown is None or self.shown.key.tools != tools:
            key = self.exam.key.model_copy(update={"tools": tools})
            self.shown, self.talk = self.exam.model_copy(update={"key": key}), None

    def count_errors(self, results: Sequence[ToolMessage]) -> None:
        """Where a user is simulated, both of them share how often the tools may say no."""
        user = self.exam.scenario.user
        self.errors += sum(result.problem in _ERRORS for result in results)
        if user is not None and user.limits.errors is not None and self.errors >= user.limits.errors:
            raise Ended("limit", "errors", f"{self.errors} calls of the user and the model brought errors")

    def note(self, text: str) -> None:
        self.noted[text] = None

    def _check_limits(self) -> None:
        """What a trial may use up before the model is asked once more."""
        limits, last = self.exam.scenario.limits, self.steps[-_LOOP:]
        if len(last) == _LOOP and all(step.is_like(last[0]) for step in last):
            raise Ended("limit", "loop", f"the same calls with the same results {_LOOP} times in a row")
        if len(self.exchanges) >= limits.steps:
            raise Ended("limit", "steps", f"{limits.steps} requests were not enough")
        if self.worked >= limits.seconds:
            raise Ended(
                "provider", "seconds", f"the {limits.seconds:g} s of the scenario were used up waiting"
            )

        user = self.exam.scenario.user
        if user is not None and user.limits.hops is not None and self.hops >= user.limits.hops:
            raise Ended("limit", "hops", f"{user.limits.hops} messages of both sides were not enough")

    def _check_protocol(self, message: AssistantMessage) -> None:
        user = self.exam.scenario.user
        both = bool(message.text and message.tool_calls)
        if user is not None and both and not user.text_with_calls:
            raise Ended("limit", "protocol", "the model spoke and called tools in one message")

    def _cut_short(self, exchange: Exchange, asked: int) -> None:
        """A cut reply ends the trial; its calls are never executed."""
        if exchange.usage.output is not None and exchange.usage.output >= asked:
            raise Ended("limit", "output_tokens", f"the scenario's {asked} output tokens were used up")
        raise Ended("truncated", "length", "the model's own output limit cut the reply")

    def _conversation(self, prompt: Prompt | None) -> Conversation:
        """The one that goes on; another begins where a prompt does not go on from the last one."""
        before, self.prompt = self.prompt, prompt
        if self.talk is None or (prompt is not None and not _goes_on(prompt, before)):
            shown = self.shown or self.exam
            exam = shown if prompt is None else _without_tools(shown, prompt.system)
            self.talk = self.model.converse(exam, self.repeat)
        return self.talk

    def _say(self, message: Message) -> None:
        self.messages.append(message)
        self.segments[-1][1].append(message)


def _goes_on(prompt: Prompt, before: Prompt | None) -> bool:
    """Whether a prompt only adds messages to the one before it."""
    return (
        before is not None
        and prompt.system == before.system
        and prompt.messages[: len(before.messages)] == before.messages
    )


def _without_tools(exam: Exam, system: str) -> Exam:
    """The exam as the model is shown it by an agent that tells it of the tools in words."""
    return exam.model_copy(
        update={
            "scenario": exam.scenario.model_copy(update={"system": system}),
            "key": exam.key.model_copy(update={"tools": ()}),
            "digest": f"{exam.digest} without tools",
        }
    )
