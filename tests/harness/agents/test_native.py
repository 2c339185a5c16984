"""Our own loop, and what every agent finds at its desk."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from harness.agents.agent import Agent, AgentFailed, Desk, Prompt
from harness.clients.client import Conversation
from harness.exams.answer_key import prepare_exam
from harness.runs.record import NATIVE
from harness.trial.play import play
from scenarios.exam import Exam
from scenarios.transcript import AssistantMessage, Message, ToolCall, Transcript, UserMessage
from scoring.grade import grade
from tests.harness.stage import Scripted, scenario, stage

pytestmark = pytest.mark.anyio

LOOK = ToolCall(id="1", name="boxes__peek", arguments_json='{"box": "a"}')


async def played_by(agent: Agent, tmp_path: Path, model: Scripted) -> Transcript:
    at = replace(stage(tmp_path), agents={NATIVE: agent})
    return await play(await prepare_exam(scenario(), at.home), model, 0, at)


@dataclass(frozen=True, kw_only=True)
class Rewriting:
    """Shows the model prompts of its own, and reads a call out of the word `look`."""

    notes: tuple[str, ...] = ("agent: rewriting",)

    async def turn(self, desk: Desk) -> None:
        shown: list[Message] = [UserMessage(text="Write look, or answer.")]
        while calls := (await desk.ask(self.prompt(shown))).tool_calls:
            desk.note("it looked")
            results = [await desk.call(call) for call in calls]
            shown += [AssistantMessage(text="look"), UserMessage(text=results[0].text)]

    def prompt(self, shown: Sequence[Message]) -> Prompt:
        return Prompt(system="Obey.", messages=tuple(shown), read=self.read)

    def read(self, reply: AssistantMessage) -> AssistantMessage:
        if reply.text == "nonsense":
            raise AgentFailed("it cannot read")
        return AssistantMessage(tool_calls=(LOOK,)) if reply.text == "look" else reply


async def test_an_agent_may_show_the_model_something_else_than_what_is_recorded(tmp_path: Path) -> None:
    model = Scripted(["look", "look", "3"])

    transcript = await played_by(Rewriting(), tmp_path, model)

    assert [call.name for _, call, _ in transcript.calls] == [LOOK.name, LOOK.name]
    assert transcript.segments[0].messages[0] == UserMessage(text="Copy a to b.")
    assert transcript.segments[0].reply == "3"
    assert [message.text for message in model.seen[1]] == [
        "Write look, or answer.",
        "look",
        '{"box":"a","holds":3}',
    ]
    assert transcript.notes == ("agent: rewriting", "it looked")


async def test_a_prompt_offers_no_tools_and_goes_on_as_one_conversation(tmp_path: Path) -> None:
    opened = list[tuple[str, int]]()

    class Remembering(Scripted):
        def converse(self, exam: Exam, repeat: int) -> Conversation:
            opened.append((exam.scenario.system, len(exam.key.tools)))
            return super().converse(exam, repeat)

    await played_by(Rewriting(), tmp_path, Remembering(["look", "look", "3"]))

    assert opened == [("Obey.", 0)]


async def test_limits_hold_for_every_agent(tmp_path: Path) -> None:
    transcript = await played_by(Rewriting(), tmp_path, Scripted(["look"]))

    assert transcript.failure is not None
    assert (transcript.ended, transcript.failure.kind) == ("limit", "loop")


async def test_an_agent_that_breaks_on_a_reply_is_wrong_and_the_reply_is_kept(tmp_path: Path) -> None:
    transcript = await played_by(Rewriting(), tmp_path, Scripted(["nonsense"]))

    exam = await prepare_exam(scenario(), stage(tmp_path).home)
    assert transcript.failure is not None
    assert (transcript.ended, transcript.failure.kind) == ("limit", "agent")
    assert transcript.segments[0].reply == "nonsense"
    assert grade(exam, transcript).graded


async def test_calls_of_a_cut_reply_are_not_made_by_any_agent(tmp_path: Path) -> None:
    transcript = await played_by(Rewriting(), tmp_path, Scripted(["look"], finish="length"))

    assert transcript.ended == "truncated"
    assert not list(transcript.calls)
