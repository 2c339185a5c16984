"""A judge: one question about one conversation, and one more chance to answer it so that it can be read."""

from dataclasses import dataclass

from harness.clients.client import Ask, ClientError, Model, OverBudget
from harness.judges.prompt import SYSTEM, again, question
from harness.judges.reply import Unreadable, read_verdicts
from scenarios.exam import Exam
from scenarios.judgement import AssertionVerdict
from scenarios.transcript import Exchange, Failure, Message, Transcript, UserMessage

_TRIES = 2
"""The question, and at most one request to repair the answer."""
OUTPUT_TOKENS = 4096
_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What came of asking: verdicts, or why there are none."""

    verdicts: tuple[AssertionVerdict, ...] = ()
    failure: Failure | None = None
    exchanges: tuple[Exchange, ...] = ()


async def rule(model: Model, exam: Exam, transcript: Transcript, assertions: tuple[str, ...]) -> Ruling:
    """Ask the judge about every assertion at once. Raises `OverBudget`; other failures are in the ruling."""
    talk = model.converse(judges_exam(exam), transcript.repeat)
    messages: list[Message] = [UserMessage(text=question(exam, transcript, assertions))]
    exchanges: list[Exchange] = []
    problem = ""
    for _ in range(_TRIES):
        try:
            reply = await talk.reply(messages, Ask(output_tokens=OUTPUT_TOKENS, seconds=_SECONDS))
        except OverBudget:
            raise
        except ClientError as error:
            return _failed(error.kind, str(error), exchanges)
        exchanges.append(reply.exchange)
        if reply.cut_short:
            return _failed("truncated", "the judge ran into its output limit", exchanges)
        try:
            verdicts = read_verdicts(reply.message.text, assertions)
        except Unreadable as error:
            problem = str(error)
            messages += [reply.message, UserMessage(text=again(problem, len(assertions)))]
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
