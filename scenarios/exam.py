"""A scenario made ready for grading: together with what the gold behaviour does in a fresh world.

The answer key is derived once, by running the gold calls, and kept in the run folder. From then on grading
needs no server: it is a pure function of (exam, transcript).
"""

from pydantic import JsonValue

from scenarios.record import Record
from scenarios.scenario import Scenario
from scenarios.transcript import Change


class ToolSpec(Record):
    """A tool as the model is offered it."""

    name: str
    """`server__tool`."""
    description: str = ""
    input_schema: dict[str, JsonValue] = {}
    writes: bool = True
    """Whether a call may change something: the server's `readOnlyHint`, taken as a hint."""
    distractor: bool = False


class GoldCall(Record):
    """A gold call as it was made, with its matchers turned into values."""

    id: str
    segment: str
    tool: str
    arguments: dict[str, JsonValue]
    result: JsonValue
    """The structured result, or the text where there is none."""
    failed: bool = False
    """The tool said no; a gold call may be meant to."""


class AnswerKey(Record):
    tools: tuple[ToolSpec, ...] = ()
    user_tools: tuple[ToolSpec, ...] = ()
    """What a simulated user is offered; the model under test knows nothing of them."""
    calls: tuple[GoldCall, ...] = ()
    """Of the model and of the simulated user, in the order in which they were made."""
    initial: dict[str, JsonValue] = {}
    """By server: the state that every trial starts from; null where a server's state is not watched."""
    changes: dict[str, tuple[Change, ...]] = {}
    """By server: what the gold calls change."""
    reference: dict[str, tuple[Change, ...]] = {}
    """By server whose world belongs to another benchmark: what that benchmark's own reference run changes."""

    @property
    def results(self) -> dict[str, JsonValue]:
        """The gold results by call id."""
        return {call.id: call.result for call in self.calls}


class Exam(Record):
    scenario: Scenario
    key: AnswerKey
    digest: str
    """SHA-256 of the scenario as loaded (world, policy and files included); part of a run's identity."""
