"""What a transcript says in one line: why it did not end by itself, and what answer it gives."""

from scenarios.scenario import Scenario
from scenarios.transcript import Transcript
from scoring.lines.judge import Short
from scoring.lines.reply import read_reply


def failure_line(transcript: Transcript) -> str:
    """Why a trial did not end by itself, in one piece; empty when it did."""
    failure = transcript.failure
    if failure is None:
        return ""
    return f"{failure.kind}: {failure.message}" + (f" ({failure.where})" if failure.where else "")


def answer_line(scenario: Scenario, transcript: Transcript) -> str | None:
    """What stands behind the last `ANSWER:`, as the model wrote it; None where no such line is asked for."""
    wanted = scenario.segments[0].expect.line
    if not isinstance(wanted, Short) or not transcript.segments:
        return None
    return read_reply(transcript.segments[0].reply).strict
