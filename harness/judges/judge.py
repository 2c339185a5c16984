"""A judge: one question about one conversation, and one more chance to answer it so that it can be read."""

from dataclasses import dataclass, replace

from harness.clients.client import Ask, ClientError, Model, OverBudget
from harness.judges.prompt import SYSTEM, again, question
from harness.judges.reply import Unreadable, read_verdicts
from scenarios.exam import Exam
from scenarios.judgement import AssertionVerdict
from scenarios.transcript import AssistantMessage, Exchange, Failure, Message, Transcript, UserMessage

_TRIES = 2
"""The question, and at most one request to repair the answer."""
OUTPUT_TOKENS = 4096
_SECONDS = 600.0
_SILENCE = "(no words)"
"""An empty message is refused by some endpoints."""


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What came of asking: verdicts, or why there are none."""

    verdicts: tuple[AssertionVerdict, ...] = ()
    failure: Failure | None = None
    exchanges: tuple[Exchange, ...] = ()
    over_cap: str = ""
    """Why the repair could not be asked for, where the cap was reached behind the first answer."""


async def rule(model: Model, exam: Exam, transcript: Transcript, assertions: tuple[str, ...]) -> Ruling:
    """Ask the judge about every assertion at once. Raises `OverBudget` where nothing could be asked at all;
    every other failure is in the ruling, with what was paid for.
    """
    talk = model.converse(judges_exam(exam), transcript.repeat)
    messages: list[Message] = [UserMessage(text=question(exam, transcript, assertions))]
    exchanges: list[Exchange] = []
    problem = ""
    for _ in range(_TRIES):
        try:
            reply = await talk.reply(messages, Ask(output_tokens=OUTPUT_TOKENS, seconds=_SECONDS))
        except OverBudget as error:
            if not exchanges:
                raise
            found = _failed(error.kind, str(error), exchanges)
            return replace(found, over_cap=str(error))
        except ClientError as error:
            return _failed(error.kind, str(error), exchanges)
        exchanges.append(reply.exchange)
        if reply.cut_short:
            return _failed("truncated", "the judge ran into its output limit", exchanges)
        try:
            verdicts = read_verdicts(reply.message.text, assertions)
        except Unreadable as error:
            problem = str(error)
            # Its words alone: calls of tools that it was not offered would wait for results.
            said = AssistantMessage(text=reply.message.text or _SILENCE)
            messages += [said, UserMessage(text=again(problem, len(assertions)))]
        else:
            return Ruling(verdicts=verdicts, exchanges=tuple(exchanges))
    return _failed("unreadable", f"no usable verdicts, asked twice: {problem}", exchanges)


def judges_exam(exam: Exam) -> Exam:
    """The exam as a judge is shown it: with its own prompt, and no tools."""
    return exam.model_copy(
        update={
            "scenario": exam.scenario.model_copy(update={"system": SYSTEM}),
            "key": exam.key.model_copy(update={"tools": ()}),
            "digest": f"{exam.digest} as judged",
        }
    )


def _failed(kind: str, message: str, exchanges: list[Exchange]) -> Ruling:
    failure = Failure(kind=kind, message=message, where="of the judge")
    return Ruling(failure=failure, exchanges=tuple(exchanges))
