"""The gold behaviour of an exam, and the single edits that mutants are made by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from scenarios.exam import Exam, ToolSpec
from scenarios.matching import Lookup, compare_arguments, resolve, sample_arguments
from scenarios.scenario import ExpectedCall, Segment
from scoring.behaviour import Behaviour, PlannedCall, Turn, gold_behaviour
from scoring.preparation import models_exam
from scoring.tool_schema import ToolSchema, shown_values

_POOL = 400
"""So many values of a scenario are tried; the likely ones come first."""


@dataclass(frozen=True, kw_only=True)
class Original:
    exam: Exam
    behaviour: Behaviour
    lookup: Lookup
    """The gold value of a `ref`."""
    tools: Mapping[str, ToolSpec]
    schemas: Mapping[str, ToolSchema]

    def sent(self, call: PlannedCall | ExpectedCall) -> dict[str, JsonValue]:
        """The arguments that a call has in the gold world."""
        args = call.arguments if isinstance(call, PlannedCall) else call.args
        return sample_arguments(args, self.lookup)

    def fits(self, wanted: ExpectedCall, arguments: Mapping[str, JsonValue]) -> bool:
        schema = self.schemas[wanted.tool].root if wanted.tool in self.schemas else {}
        return not compare_arguments(wanted.args, arguments, self.lookup, schema)

    def accepts(self, tool: str, arguments: Mapping[str, JsonValue]) -> bool:
        return tool in self.schemas and self.schemas[tool].accepts(arguments)

    def writes(self, tool: str) -> bool:
        return tool not in self.tools or self.tools[tool].writes

    def twins(self, segment: Segment, call: ExpectedCall) -> tuple[ExpectedCall, ...]:
        """The other gold calls of the segment that the same call would meet."""
        others = (c for c in segment.expect.calls if c.id != call.id and c.tool == call.tool)
        return tuple(other for other in others if self.fits(other, self.sent(call)))

    def last_turn(self, segment: str) -> int:
        return max(place for place, turn in enumerate(self.behaviour) if turn.segment == segment)

    def with_turn(self, place: int, change: Callable[[Turn], Turn]) -> Behaviour:
        turn = change(self.behaviour[place])
        return (*self.behaviour[:place], turn, *self.behaviour[place + 1 :])

    def with_call(self, gold: str, *instead: PlannedCall) -> Behaviour:
        """Other calls, or none, in the place of one."""

        def change(turn: Turn) -> Turn:
            steps = (
                tuple(new for call in step for new in (instead if call.gold == gold else (call,)))
                for step in turn.steps
            )
            return turn.model_copy(update={"steps": tuple(step for step in steps if step)})

        return tuple(change(turn) for turn in self.behaviour)

    def with_step_after(self, gold: str, call: PlannedCall) -> Behaviour:
        return self._with_step(gold, call, after=True)

    def with_step_before(self, gold: str, call: PlannedCall) -> Behaviour:
        return self._with_step(gold, call, after=False)

    def with_last_step(self, segment: str, call: PlannedCall) -> Behaviour:
        """One more call before the reply of a segment."""
        return self.with_turn(
            self.last_turn(segment), lambda turn: turn.model_copy(update={"steps": (*turn.steps, (call,))})
        )

    def planned(self, gold: str) -> PlannedCall:
        return next(call for t in self.behaviour for step in t.steps for call in step if call.gold == gold)

    def _with_step(self, gold: str, call: PlannedCall, *, after: bool) -> Behaviour:
        def change(turn: Turn) -> Turn:
            steps: list[tuple[PlannedCall, ...]] = []
            for step in turn.steps:
                here = any(one.gold == gold for one in step)
                steps += [(call,)] * (here and not after) + [step] + [(call,)] * (here and after)
            return turn.model_copy(update={"steps": tuple(steps)})

        return tuple(change(turn) for turn in self.behaviour)


def original(exam: Exam) -> Original:
    pool = shown_values(
        *(dict(call.arguments) for call in exam.key.calls),
        *(call.result for call in exam.key.calls),
        *exam.key.initial.values(),
    )[:_POOL]
    return Original(
        exam=models_exam(exam),
        behaviour=gold_behaviour(exam),
        lookup=resolve(exam.key.results),
        tools={tool.name: tool for tool in exam.key.tools},
        schemas={tool.name: ToolSchema(root=tool.input_schema, pool=pool) for tool in exam.key.tools},
    )
