"""The user that a model plays: it has a prompt, tools, requests and a bill of its own.

To this model the agent is the user, and its own words are the assistant's. It reads what the agent said and
what its own tools brought, and nothing of what goes on between the agent and the agent's tools.
"""

from dataclasses import dataclass, field

from harness.clients.client import Ask, Conversation, Model
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
        self.messages.append(reply.message)
        return reply.message

    def _stop(self, text: str) -> Stopped | None:
        """The first mark that it wrote."""
        places = [(text.find(getattr(self.user.marks, name)), name) for name in SIGNALS]
        found = [(place, name) for place, name in places if place >= 0]
        return STOPPED[min(found)[1]] if found else None


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
