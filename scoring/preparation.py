"""What grading needs to know of an exam, worked out once: the gold calls, their order, the expected worlds.

`prepare` costs more than grading does, so a caller that grades many transcripts of an exam prepares it once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from scenarios import matchers
from scenarios.exam import Exam, ToolSpec
from scenarios.matching import leaves
from scenarios.scenario import Expectation, ExpectedCall, Scenario
from scenarios.script import models_part
from scoring.expected_state import ExpectedState, expected_states

Edge = tuple[str, str]
"""(the call that must come first, the call that needs it)"""


@dataclass(frozen=True, kw_only=True)
class Gold:
    """A gold call, with what is asked of it again and again."""

    call: ExpectedCall
    segment: str
    place: int
    """Counted from 0 within its segment."""
    leaves: int
    """Of its arguments; a matcher is one leaf."""
    writes: bool
    fails: bool
    """The tool said no to the gold behaviour too."""
    refs: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.call.id


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One segment as the grader sees it."""

    index: int
    expect: Expectation
    gold: tuple[Gold, ...]
    allowed: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    exam: Exam
    tools: Mapping[str, ToolSpec]
    stages: Mapping[str, Stage]
    gold: Mapping[str, Gold]
    """By id, in the order of the scenario."""
    required: int
    ancestors: Mapping[str, frozenset[str]]
    """Every call that must come before, directly or not."""
    edges: tuple[Edge, ...]
    """The transitive reduction of the dependency graph over all gold calls."""
    together: tuple[frozenset[str], ...]
    """Groups of two or more gold calls that follow each other and do not need each other."""
    states: Mapping[str, ExpectedState]
    results: Mapping[str, JsonValue]
    referred: tuple[str, ...]
    """The gold calls whose results are referred to."""

    def edges_among(self, ids: frozenset[str]) -> tuple[Edge, ...]:
        """The transitive reduction over some of the gold calls, where optional ones were left out."""
        return self.edges if len(ids) == len(self.gold) else reduced(ids, self.ancestors)


def prepare(exam: Exam) -> Prepared:
    """With a simulated user the gold calls of the user's own are left out: nobody scores these."""
    exam = models_exam(exam)
    tools = {tool.name: tool for tool in exam.key.tools}
    failing = {call.id for call in exam.key.calls if call.failed}
    stages = {
        segment.id: Stage(
            index=index,
            expect=segment.expect,
            gold=tuple(
                _gold(call, segment.id, place, tools, failing)
                for place, call in enumerate(segment.expect.calls)
            ),
            allowed=frozenset(segment.expect.allow),
        )
        for index, segment in enumerate(exam.scenario.segments)
    }
    gold = {call.id: call for stage in stages.values() for call in stage.gold}
    ancestors = _ancestors(gold)
    return Prepared(
        exam=exam,
        tools=tools,
        stages=stages,
        gold=gold,
        required=sum(not call.call.optional for call in gold.values()),
        ancestors=ancestors,
        edges=reduced(gold, ancestors),
        together=tuple(
            frozenset(call.id for call in step)
            for stage in stages.values()
            for step in parallel_steps(gold.call for gold in stage.gold)
            if len(step) > 1
        ),
        states=expected_states(exam),
        results=exam.key.results,
        referred=tuple(dict.fromkeys(ref.partition(".")[0] for ref in _refs(exam.scenario))),
    )


def models_exam(exam: Exam) -> Exam:
    """The exam with the gold calls that the model makes; the answer key stays whole."""
    scenario = exam.scenario
    if scenario.user is None:
        return exam
    segments = tuple(models_part(segment, scenario) for segment in scenario.segments)
    return exam.model_copy(update={"scenario": scenario.model_copy(update={"segments": segments})})


def parallel_steps(calls: Iterable[ExpectedCall]) -> list[list[ExpectedCall]]:
    """One segment's calls in as few steps as their dependencies allow, without changing their order."""
    steps: list[list[ExpectedCall]] = []
    for call in calls:
        now = {other.id for other in steps[-1]} if steps else set()
        if not steps or now & set(call.needs):
            steps.append([])
        steps[-1].append(call)
    return steps


def reduced(ids: Iterable[str], ancestors: Mapping[str, frozenset[str]]) -> tuple[Edge, ...]:
    """Every pair in which one must precede the other and no third call must come between them."""
    chosen = list(ids)
    return tuple(
        (before, after)
        for after in chosen
        for before in chosen
        if before in ancestors[after]
        and not any(before in ancestors[mid] for mid in chosen if mid in ancestors[after])
    )


def _gold(
    call: ExpectedCall, segment: str, place: int, tools: Mapping[str, ToolSpec], failing: set[str]
) -> Gold:
    tool = tools.get(call.tool)
    return Gold(
        call=call,
        segment=segment,
        place=place,
        leaves=sum(map(leaves, call.args.values())),
        writes=tool is None or tool.writes,
        fails=call.id in failing,
        refs=tuple(matchers.refs(dict(call.args))),
    )


def _refs(scenario: Scenario) -> Iterator[str]:
    for segment in scenario.segments:
        expect = segment.expect
        yield from matchers.refs([dict(call.args) for call in expect.calls])
        yield from matchers.refs([*expect.facts, *expect.not_say])
    for state in scenario.final.state.values():
        yield from matchers.refs(list(state.changed.values()))
    for pattern in scenario.final.never:
        yield from matchers.refs(list(pattern.args.values()))


def _ancestors(gold: Mapping[str, Gold]) -> dict[str, frozenset[str]]:
    """By call; what a call needs is written before it, so one pass is enough."""
    found: dict[str, frozenset[str]] = {}
    for name, call in gold.items():
        needs = [need for need in call.call.needs if need in found]
        found[name] = frozenset(needs).union(*(found[need] for need in needs))
    return found
