"""The user that a model plays: it has a prompt, tools, requests and a bill of its own.

To this model the agent is the user, and its own words are the assistant's. It reads what the agent said and
what its own tools brought, and nothing of what goes on between the agent and the agent's tools.
"""

import re
from dataclasses import dataclass, field

from harness.clients.client import Ask, Conversation, Model
from harness.trial.mangled import mangled_call, unbalanced_think
from harness.users.prompt import heard_words, user_prompt
from harness.users.scripted import STOPPED
from harness.users.user import Said, Talk, UserBroke, UserDesk
from scenarios.exam import Exam
from scenarios.transcript import AssistantMessage, Message, Stopped, UserMessage
from scenarios.user import SIGNALS, SimulatedUser


@dataclass(frozen=True, kw_only=True)
class ModelUser:
    model: Model

    @property
    def label(self) -> str:
        return self.model.variant.label

    def meet(self, exam: Exam, repeat: int) -> Talk:
        user = exam.scenario.user
        if user is None:
            raise AssertionError(exam.scenario.name)
        talk = self.model.converse(users_exam(exam, user), repeat)
        return ModelTalk(exam=exam, user=user, talk=talk)


@dataclass(kw_only=True)
class ModelTalk:
    exam: Exam
    user: SimulatedUser
    talk: Conversation
    messages: list[Message] = field(default_factory=list)

    async def turn(self, heard: str, desk: UserDesk) -> Said:
        first = not self.messages
        words = heard_words(heard, self.exam.scenario, self.user, first=first)
        self.messages.append(UserMessage(text=words))
        while True:
            message = await self._ask(desk)
            stop = self._stop(message.text)
            if not message.tool_calls:
                if not message.text.strip():
                    raise UserBroke("empty", "the user's model wrote nothing")
                return Said(text=message.text, stop=stop)
            self.messages += await desk.act(message.text, message.tool_calls)
            if stop is not None:
                return Said(text=message.text, stop=stop)

    async def _ask(self, desk: UserDesk) -> AssistantMessage:
        limits = self.exam.scenario.limits
        ask = Ask(output_tokens=limits.output_tokens, seconds=desk.seconds())
        reply = await self.talk.reply(self.messages, ask)
        desk.asked(reply.exchange)
        if reply.cut_short:
            raise UserBroke("truncated", "the user's model ran into its output limit")
        message = reply.message
        if unbalanced_think(message, reply.exchange.usage):
            said = "thinking in the user's text does not begin, or does not end, with a tag"
            raise UserBroke("unbalanced_think", said)
        if mangled_call(message, self.exam.key.user_tools):
            raise UserBroke(
                "call_as_text", "the parser of the user's server left a whole tool call in its text"
            )
        self.messages.append(message)
        return message

    def _stop(self, text: str) -> Stopped | None:
        """The first mark that it wrote; the longer of two at one place."""
        marks = {name: getattr(self.user.marks, name) for name in SIGNALS}
        found = [
            (place, -len(mark), name)
            for name, mark in marks.items()
            if (place := _place(mark, text)) is not None
        ]
        return STOPPED[min(found)[2]] if found else None


def _place(mark: str, text: str) -> int | None:
    """Where a mark stands; one that begins or ends with a letter is no part of a longer word."""
    letter = "[A-Za-z0-9_]"
    before = f"(?<!{letter})" if re.match(letter, mark[0]) else ""
    after = f"(?!{letter})" if re.match(letter, mark[-1]) else ""
    found = re.search(f"{before}{re.escape(mark)}{after}", text)
    return None if found is None else found.start()


def users_exam(exam: Exam, user: SimulatedUser) -> Exam:
    """The exam as the user's model is shown it: with the user's prompt and the user's tools."""
    system = user_prompt(exam.scenario, user, tools=bool(exam.key.user_tools))
    return exam.model_copy(
        update={
            "scenario": exam.scenario.model_copy(update={"system": system}),
            "key": exam.key.model_copy(update={"tools": exam.key.user_tools}),
            "digest": f"{exam.digest} as the user",
        }
    )
