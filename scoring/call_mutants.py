"""Mutants of single calls: dropped, swapped, made twice, made too early, written wrongly."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from scenarios.exam import ToolSpec
from scenarios.scenario import ExpectedCall, Segment
from scoring.behaviour import Behaviour, PlannedCall, Turn
from scoring.mutant import Mutant, Operator
from scoring.original import Original
from scoring.preparation import parallel_steps, prepare

_EXTRA = ("redundant_repeat", "extra_call", "retry_storm", "policy_violation")


def call_mutants(source: Original) -> Iterator[Mutant]:
    for segment in source.exam.scenario.segments:
        for call in segment.expect.calls:
            one = _One(
                source=source,
                segment=segment,
                call=call,
                planned=source.planned(call.id),
                twins=source.twins(segment, call),
            )
            yield one.dropped()
            yield one.swapped()
            yield one.twice()
            yield one.malformed()
            yield one.hallucinated()
    yield from _reordered(source)
    yield from _unheeded(source)


@dataclass(frozen=True, kw_only=True)
class _One:
    """The mutants of one gold call."""

    source: Original
    segment: Segment
    call: ExpectedCall
    planned: PlannedCall
    twins: tuple[ExpectedCall, ...]
    """Gold calls of the segment that the same call would meet."""

    def mutant(self, operator: Operator, behaviour: Behaviour, *predicted: str) -> Mutant:
        """A mutant whose code the call, its gold call, or a gold call that wants the same has to bear."""
        return Mutant(
            operator=operator,
            target=self.call.id,
            behaviour=behaviour,
            predicted=predicted,
            blamed=(self.call.id, *(twin.id for twin in self.twins)),
            tool=self.call.tool,
        )

    def dropped(self) -> Mutant:
        behaviour = self.source.with_call(self.call.id)
        spare = self.call.optional or any(twin.optional for twin in self.twins)
        if spare and self._moves_nothing():
            why = "the call is optional, and nothing it does is needed"
            return Mutant(operator="drop_call", target=self.call.id, equivalent=why)
        codes = ("state_wrong",) if spare else ("missing_call",)
        mutant = self.mutant("drop_call", behaviour, *codes)
        return mutant.model_copy(update={"blamed": ()}) if spare else mutant

    def swapped(self) -> Mutant:
        other = self._other_tool()
        if other is None:
            why = "every other tool is allowed here, or is a gold call itself"
            return Mutant(operator="swap_tool", target=self.call.id, equivalent=why)
        arguments = self.source.schemas[other].filled(self.source.sent(self.call))
        wrong = PlannedCall(tool=other, arguments={n: {"equal": v} for n, v in arguments.items()})
        mutant = self.mutant(
            "swap_tool",
            self.source.with_call(self.call.id, wrong),
            *("wrong_tool", "missing_call", "policy_violation"),
            *(("extra_call", "redundant_repeat", "schema_violation") if self.call.optional else ()),
        )
        return mutant.model_copy(update={"tool": other})

    def twice(self) -> Mutant:
        if self.call.tool in self.segment.expect.allow:
            why = f"extra calls of {self.call.tool} are allowed here"
            return Mutant(operator="duplicate_call", target=self.call.id, equivalent=why)
        again = self.planned.model_copy(update={"gold": None})
        if self.source.exam.scenario.tools.answered:
            behaviour = self.source.with_step_after(self.call.id, again)
        else:  # nothing is called after the first message
            behaviour = self.source.with_call(self.call.id, self.planned, again)
        return self.mutant("duplicate_call", behaviour, *_EXTRA)

    def malformed(self) -> Mutant:
        text = json.dumps(self.source.sent(self.call), ensure_ascii=False)[:-1]
        broken = self.planned.model_copy(update={"raw_json": text})
        return self.mutant("malform_json", self.source.with_call(self.call.id, broken), "malformed_call")

    def hallucinated(self) -> Mutant:
        name = self.call.tool + "_now"
        while name in self.source.tools:
            name += "_now"
        invented = self.planned.model_copy(update={"tool": name, "gold": None})
        mutant = self.mutant(
            "hallucinate_tool", self.source.with_call(self.call.id, invented), "hallucinated_tool"
        )
        return mutant.model_copy(update={"tool": name})

    def _moves_nothing(self) -> bool:
        server = self.call.tool.partition("__")[0]
        return not self.source.writes(self.call.tool) or not self.source.exam.key.changes.get(server)

    def _other_tool(self) -> str | None:
        """Another offered tool that is not allowed here, if possible of the same server and kind."""
        right = {call.tool for call in self.segment.expect.calls} | {*self.segment.expect.allow}
        others = [tool for tool in self.source.exam.key.tools if tool.name not in right]
        nearest = min(map(self._distance, others), default=None)
        equals = [tool.name for tool in others if self._distance(tool) == nearest]
        return next(filter(self._fillable, equals), equals[0] if equals else None)

    def _distance(self, tool: ToolSpec) -> tuple[bool, bool, bool]:
        """How unlike the call's own tool another is."""
        kind = tool.writes != self.source.writes(self.call.tool)
        server = tool.name.partition("__")[0] != self.call.tool.partition("__")[0]
        return kind, server, tool.distractor

    def _fillable(self, tool: str) -> bool:
        schema = self.source.schemas[tool]
        return schema.accepts(schema.filled(self.source.sent(self.call)))


def _reordered(source: Original) -> Iterator[Mutant]:
    """Each call made before the one it needs; calls that do not need each other may come as they like."""
    prepared = prepare(source.exam)
    for before, after in prepared.edges:
        first, second = prepared.gold[before], prepared.gold[after]
        if first.segment == second.segment:
            rest = replace(source, behaviour=source.with_call(after))
            yield Mutant(
                operator="reorder",
                target=f"{after} before {before}",
                behaviour=rest.with_step_before(before, source.planned(after)),
                predicted=("wrong_order", "dependency_fabricated"),
            )
    for segment in source.exam.scenario.segments:
        for step in parallel_steps(segment.expect.calls):
            for one, other in pairwise(step):
                yield Mutant(
                    operator="reorder",
                    target=f"{other.id} before {one.id}",
                    equivalent="the two calls do not need each other",
                )


def _unheeded(source: Original) -> Iterator[Mutant]:
    """Each injected fault taken for an answer."""
    gold = list(source.exam.scenario.calls)
    for fault in source.exam.scenario.tools.faults:
        if fault.error == "slow":
            continue
        of_tool = [call for _, call in gold if call.tool == fault.tool]
        needed = tuple(call.id for call in of_tool if not call.optional)
        target = f"{fault.tool} {fault.nth}"
        if len(of_tool) < fault.nth or not needed:
            why = "no call that is needed is hit by the fault"
            yield Mutant(operator="ignore_error", target=target, equivalent=why)
            continue
        yield Mutant(
            operator="ignore_error",
            target=target,
            behaviour=tuple(_stubborn(turn, fault.tool) for turn in source.behaviour),
            predicted=("ignored_tool_error", "missing_call"),
            blamed=needed,
            tool=fault.tool,
        )


def _stubborn(turn: Turn, tool: str) -> Turn:
    """The turn with every call of a tool made once only."""
    once = (tuple(c.model_copy(update={"retry": c.tool != tool}) for c in step) for step in turn.steps)
    return turn.model_copy(update={"steps": tuple(once)})
