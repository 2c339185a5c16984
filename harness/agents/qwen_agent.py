"""Qwen-Agent as an agent under test; the one file that imports it.

Its `Assistant` runs the turn in a thread of its own. Where it would open a connection it asks over the desk,
and where it would run a tool it calls over the desk, so everything that it says or does is measured and
recorded as for our own loop. Two templates: `native` sends tools and calls as the wire format has them;
`nous` writes the tools into the system prompt, reads calls out of `<tool_call>` in the text, and shows
results in user messages. The transcript holds the same conversation either way.
"""

import json
import logging
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any, Literal

from qwen_agent.agents import Assistant
from qwen_agent.llm.function_calling import BaseFnCallModel
from qwen_agent.llm.schema import ASSISTANT, FUNCTION, SYSTEM, USER, ContentItem, FunctionCall
from qwen_agent.llm.schema import Message as Said
from qwen_agent.tools.base import BaseTool

from harness.agents.agent import AgentFailed, Desk, Prompt
from harness.agents.aside import Errands, Stuck, aside
from scenarios.exam import ToolSpec
from scenarios.transcript import (
    AssistantMessage,
    BadArguments,
    Message,
    ToolCall,
    ToolMessage,
    UserMessage,
    parse_arguments,
)

Template = Literal["native", "nous"]
_BEGIN, _END = "<tool_call>", "</tool_call>"
_MOST_READ = 2**18
"""Characters; its parser of calls takes a second for as many."""
_NO_SEED, _NO_LIMIT, _NO_RETRIES = 0, -1, 0
_OURS = frozenset({"harness", "tools", "scoring", "scenarios"})
_LIFTED = (
    "qwen-agent: lifted are its cut of the history at 58,000 tokens, its random seed, its 20 requests a "
    "turn, its asking again after an empty reply; sampling, time-outs and retries are the harness's"
)
_NOUS = (
    "qwen-agent: tools stand in the system prompt, results in user messages, and calls are read out of the "
    "text by a lenient parser (json5)"
)
_REPAIRED = "qwen-agent: repaired arguments (a call that the model wrote is no JSON; see `written`)"
_DROPPED = "qwen-agent: words after a call were dropped (see `written`)"
_CONTINUED = "qwen-agent: its 20 requests a turn were used up, and it was told to go on"


@dataclass(frozen=True, kw_only=True)
class QwenAgent:
    """Qwen-Agent's Assistant with one of its two templates."""

    template: Template

    def __post_init__(self) -> None:
        # Its handler would write to the terminal what models and tools said.
        logging.getLogger("qwen_agent_logger").setLevel(logging.CRITICAL)

    @property
    def notes(self) -> tuple[str, ...]:
        named = f"agent: qwen-agent {version('qwen-agent')}, {self.template} template"
        return (named, _LIFTED, *((_NOUS,) if self.template == "nous" else ()))

    async def turn(self, desk: Desk) -> None:
        seconds = desk.exam.scenario.limits.seconds
        try:
            await aside(partial(_turn, desk, self.template), seconds)
        except Stuck as error:
            message = f"qwen-agent worked for {seconds:g} s without asking the model or calling a tool"
            raise AgentFailed(message) from error
        except Exception as error:
            if not _is_theirs(error):
                raise
            raise AgentFailed(f"qwen-agent broke: {type(error).__name__}: {error}") from error


def _turn(desk: Desk, template: Template, errands: Errands) -> None:
    """One turn of the user's, in the thread."""
    llm = _Asking(desk, template, errands)
    scenario = desk.exam.scenario
    tools = [_Offered(spec) for spec in desk.exam.key.tools]
    bot = _Assistant(llm=llm, function_list=tools, system_message=scenario.system)
    messages = llm.told(desk.messages)
    while True:
        last = deque(bot.run(messages, lang=scenario.language), maxlen=1)
        response = last[0] if last else []
        if not response or response[-1].role != FUNCTION:
            return
        desk.note(_CONTINUED)
        messages = [*messages, *response]


class _Asking(BaseFnCallModel):
    """Where qwen-agent expects a client of some API: the next message comes from the desk."""

    def __init__(self, desk: Desk, template: Template, errands: Errands) -> None:
        said = {"seed": _NO_SEED, "max_input_tokens": _NO_LIMIT, "max_retries": _NO_RETRIES}
        native = template == "native"
        super().__init__({"generate_cfg": {**said, "use_raw_api": native, "fncall_prompt_type": "nous"}})
        self.desk = desk
        self.template: Template = template
        self.errands = errands
        self.pending = deque[ToolCall]()
        """Calls of the last message that were not made yet."""

    def chat(self, *args: Any, **kwargs: Any) -> Iterator[list[Any]]:
        """The next message; one without words and calls is a message too, where they would ask again."""
        said: list[Any] = []
        for said in super().chat(*args, **kwargs):
            yield said
        if not said:
            yield [Said(role=ASSISTANT, content="")]

    def call(self, name: str, arguments: str) -> str:
        """What came back from the next of the calls."""
        call = self.pending.popleft()
        if (call.name, call.arguments_json) != (name, arguments):
            raise AgentFailed(f"qwen-agent calls {name} where {call.name} was read out of the reply")
        return self.errands.do(lambda: self.desk.call(call)).text

    def _chat_stream(self, messages: list[Any], delta_stream: bool, generate_cfg: dict[str, Any]) -> Any:  # noqa: ARG002 # theirs
        if self.template == "nous":
            yield [self._spoken(messages)]
            return
        conversation = [_same(one) for one in messages if one.role != SYSTEM]
        if conversation != [_same(one) for one in self.told(self.desk.messages)]:
            raise RuntimeError("qwen-agent would send another conversation than the one that is recorded")
        message = self.errands.do(self.desk.ask)
        self.pending.extend(message.tool_calls)
        yield self.told([message])

    def _chat_no_stream(self, messages: list[Any], generate_cfg: dict[str, Any]) -> list[Any]:
        raise NotImplementedError

    def _spoken(self, messages: list[Any]) -> Any:
        """The reply to a prompt of qwen-agent's, which reads the calls out of it by itself."""
        replies: list[str] = []

        def read(reply: AssistantMessage) -> AssistantMessage:
            replies.append(reply.text)
            return self._read(reply)

        system, rest = ("", messages) if messages[0].role != SYSTEM else (messages[0].content, messages[1:])
        prompt = Prompt(system=system, messages=tuple(map(_shown, rest)), read=read)
        message = self.errands.do(lambda: self.desk.ask(prompt))
        self.pending.extend(message.tool_calls)
        return Said(role=ASSISTANT, content=replies[0])

    def _read(self, reply: AssistantMessage) -> AssistantMessage:
        """The reply with the calls that qwen-agent will make of it."""
        if _BEGIN in reply.text and len(reply.text) > _MOST_READ:
            raise AgentFailed(f"qwen-agent's parser is too slow for a reply of {len(reply.text)} characters")
        found = self._parsed(reply.text) if self.desk.exam.key.tools else _Parsed(words=reply.text)
        pieces = _pieces(reply.text)
        whole = len(pieces) != len(found.calls)
        calls = tuple(
            ToolCall(
                id=f"call_{len(self.desk.messages)}_{n}",
                name=call.name,
                arguments_json=call.arguments,
                written=reply.text if whole else self._written(pieces[n], call),
            )
            for n, call in enumerate(found.calls)
        )
        text = found.words if calls else reply.text
        return reply.model_copy(update={"text": text, "tool_calls": calls})

    def _written(self, piece: str, call: Any) -> str | None:
        """The model's words for a call, where they are not just the call."""
        inner, end, tail = piece.partition(_END)
        if _strictly(inner) != (call.name, call.arguments):
            if _is_object(call.arguments):
                self.desk.note(_REPAIRED)
            return piece
        if end and not tail.strip():
            return None
        self.desk.note(_DROPPED if tail.strip() else _REPAIRED)
        return piece

    def told(self, messages: Sequence[Message]) -> list[Any]:
        """The conversation as qwen-agent remembers it."""
        names: dict[str, str] = {}
        said: list[Any] = []
        for message in messages:
            match message:
                case UserMessage(text=text):
                    said.append(Said(role=USER, content=text))
                case ToolMessage(call_id=call_id, text=text):
                    extra = {"function_id": call_id}
                    said.append(Said(role=FUNCTION, name=names.get(call_id), content=text, extra=extra))
                case AssistantMessage(text=text, tool_calls=calls):
                    names = {call.id: call.name for call in calls}
                    said += self._told(text, calls)
        return said

    def _told(self, text: str, calls: Sequence[ToolCall]) -> Iterator[Any]:
        if self.template == "nous" and not calls and _BEGIN in text:
            text = self._parsed(text).words
        if text or not calls:
            yield Said(role=ASSISTANT, content=text)
        for call in calls:
            function = FunctionCall(name=call.name, arguments=call.arguments_json)
            yield Said(role=ASSISTANT, content="", function_call=function, extra={"function_id": call.id})

    def _parsed(self, text: str) -> "_Parsed":
        """What qwen-agent's own parser makes of a reply."""
        reply = Said(role=ASSISTANT, content=[ContentItem(text=text)])
        found = self.fncall_prompt.postprocess_fncall_messages([reply])
        words = "".join(item.text for one in found if not one.function_call for item in one.content)
        return _Parsed(words=words, calls=[one.function_call for one in found if one.function_call])


class _Offered(BaseTool):
    """A tool as it is described to the model, with its whole schema; it is called over the desk."""

    def __init__(self, spec: ToolSpec) -> None:
        self.name, self.description = spec.name, spec.description
        super().__init__()
        # Set afterwards, since theirs takes no schema with more in it than properties and what is required.
        self.parameters = spec.input_schema

    def call(self, params: Any, **kwargs: Any) -> str:
        raise NotImplementedError


class _NoFiles:
    """In the place of its memory of uploaded files, which makes a folder where the run was started."""

    def run(self, **_: Any) -> Iterator[list[Any]]:
        yield [Said(role=ASSISTANT, content="")]


class _Assistant(Assistant):
    """Qwen-Agent's, which calls tools over the desk: also those that do not exist."""

    mem = _NoFiles()

    def _call_tool(self, tool_name: str, tool_args: str = "{}", **_: Any) -> str:
        return str(self.llm.call(tool_name, tool_args))


@dataclass(frozen=True, kw_only=True)
class _Parsed:
    words: str
    calls: Sequence[Any] = ()


def _pieces(text: str) -> list[str]:
    """What stands behind each mark of a call, where qwen-agent looks for calls: after the last thought."""
    if "<think>" in text:
        text = text.rpartition("</think>")[2] if "</think>" in text else ""
    return [piece for piece in text.split(_BEGIN)[1:] if piece.strip()]


def _strictly(text: str) -> tuple[object, str] | None:
    """Name and arguments of a call that is written in JSON; None for any other."""
    try:
        call = parse_arguments(text.strip())
    except BadArguments:
        return None
    return call.get("name"), json.dumps(call.get("arguments"), ensure_ascii=False)


def _is_object(arguments: str) -> bool:
    try:
        parse_arguments(arguments)
    except BadArguments:
        return False
    return True


def _shown(said: Any) -> Message:
    """A message of a prompt that qwen-agent wrote."""
    return UserMessage(text=said.content) if said.role == USER else AssistantMessage(text=said.content)


def _same(one: Any) -> tuple[object, ...]:
    """What two messages have in common that say the same."""
    call = one.function_call
    return one.role, one.content, call and (call.name, call.arguments), (one.extra or {}).get("function_id")


def _is_theirs(error: BaseException) -> bool:
    """Whether an error arose in qwen-agent, or in what it called, and not in our own code."""
    place, theirs = error.__traceback__, False
    while place is not None:
        package = str(place.tb_frame.f_globals.get("__name__")).partition(".")[0]
        theirs = package == "qwen_agent" or (theirs and package not in _OURS)
        place = place.tb_next
    return theirs
