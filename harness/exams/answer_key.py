"""Run the gold calls of a scenario in a fresh world, and keep what they do as its answer key.

Gold that fails its own server is the scenario's mistake and is reported as such, all of it at once.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as with_changes
from pathlib import Path

from pydantic import JsonValue

from scenarios.exam import AnswerKey, Exam, GoldCall, ToolSpec
from scenarios.load import digest
from scenarios.matching import Lookup, compare, resolve, sample_arguments, wording
from scenarios.pointer import value_at
from scenarios.problem import Problem, ScenarioError, choices
from scenarios.scenario import ExpectedCall, Scenario, Segment, Tools
from scenarios.script import NoGold, gold_talk
from scenarios.transcript import ToolCall, ToolMessage
from scenarios.user import UserCall
from tools.open_world import OpenWorld, WorldHome, open_world

_SPOILS = frozenset({"garbled", "truncated"})


async def prepare_exam(scenario: Scenario, home: WorldHome) -> Exam:
    """The scenario with its answer key.

    Raises `ScenarioError` when its gold does not work, and `WorldFailed` when a server does not.
    """
    calm = scenario.model_copy(update={"tools": Tools(distractors=scenario.tools.distractors)})
    work = _Derivation(scenario)
    async with open_world(calm, home=with_changes(home, transport="memory")) as world:
        work.problems += _names(scenario, (*world.tools, *world.user_tools))
        initial = await world.snapshot()
        for segment, call in scenario.calls:
            if not work.problems:  # what follows a mistake fails for its sake
                await work.run(world, segment, call)
        final = await world.snapshot()
        key = AnswerKey(
            tools=world.tools,
            user_tools=world.user_tools,
            calls=tuple(work.calls),
            initial=initial,
            changes=await world.changes(initial),
            reference=world.references(),
        )
    if not work.problems:
        work.problems += [*_facts(scenario, work.lookup), *_final(scenario, final, work.lookup)]
        work.problems += _talk(scenario, key)
    if work.problems:
        file = Path(scenario.suite) / scenario.id / "scenario.yaml"
        raise ScenarioError([Problem(file=file, field=where, message=said) for where, said in work.problems])
    return Exam(scenario=scenario, key=key, digest=digest(scenario))


@dataclass
class _Derivation:
    scenario: Scenario
    calls: list[GoldCall] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def lookup(self) -> Lookup:
        return resolve({call.id: call.result for call in self.calls})

    async def run(self, world: OpenWorld, segment: Segment, call: ExpectedCall) -> None:
        place = f"segments.{segment.id}.calls.{call.id}"
        try:
            arguments = sample_arguments(call.args, self.lookup)
        except LookupError as error:
            self.problems.append((place, f"{error.args[0]}; an earlier gold call's result does not hold it"))
            return
        text = json.dumps(arguments, ensure_ascii=False)
        made = ToolCall(id=call.id, name=call.tool, arguments_json=text)
        result = await world.call(made, self.scenario.side_of(call.tool))
        failed = result.problem is not None
        if failed and self.scenario.theirs is None:  # what other benchmarks call gold may well fail
            said = " ".join(result.text.split())
            self.problems.append((place, f"the gold call {call.tool} {text} fails: {said}"))
        self.calls.append(
            GoldCall(
                id=call.id,
                segment=segment.id,
                tool=call.tool,
                arguments=arguments,
                result=_result(result),
                failed=failed,
            )
        )


def _result(message: ToolMessage) -> JsonValue:
    return message.structured if message.structured is not None else message.text


def _talk(scenario: Scenario, key: AnswerKey) -> Iterator[tuple[str, str]]:
    """Whether the conversation with a scripted user can go as gold does."""
    try:
        gold_talk(scenario, key) if scenario.user is not None else ()
    except NoGold as error:
        yield "user.script", str(error)


def _facts(scenario: Scenario, lookup: Lookup) -> Iterator[tuple[str, str]]:
    for segment in scenario.segments:
        for fact in segment.expect.facts + segment.expect.not_say:
            try:
                wording(fact, lookup)
            except LookupError as error:
                yield (
                    f"segments.{segment.id}",
                    f"{error.args[0]}; an earlier gold call's result does not hold it",
                )


def _names(scenario: Scenario, offered: Sequence[ToolSpec]) -> Iterator[tuple[str, str]]:
    """Every tool that the scenario names and no server has; the only place where that is checked."""
    tools = {tool.name: tool for tool in offered}
    named = [(f"segments.{s.id}.calls.{call.id}", call.tool) for s, call in scenario.calls]
    named += [(f"segments.{s.id}.allow", name) for s in scenario.segments for name in s.expect.allow]
    named += [("final.never", pattern.tool) for pattern in scenario.final.never]
    named += [("tools.faults", fault.tool) for fault in scenario.tools.faults]
    named += [("user.script", call.tool) for call in _scripted(scenario)]
    for place, name in named:
        if name not in tools:
            yield place, f"no tool is called {name!r}; {choices(name, tools)}"
    for fault in scenario.tools.faults:
        if fault.error in _SPOILS and fault.tool in tools and tools[fault.tool].writes:
            yield "tools.faults", f"{fault.error!r} is only for tools that read; {fault.tool} writes"


def _scripted(scenario: Scenario) -> Iterator[UserCall]:
    """The calls in the script of a user."""
    script = scenario.user.script if scenario.user is not None else None
    return (call for move in (script.moves if script is not None else ()) for call in move.do)


def _final(scenario: Scenario, final: Mapping[str, JsonValue], lookup: Lookup) -> Iterator[tuple[str, str]]:
    for server, state in scenario.final.state.items():
        for pointer, matcher in state.changed.items():
            try:
                value = value_at(final[server], pointer)
            except LookupError:
                yield f"final.state.{server}", f"the gold calls leave nothing at {pointer}"
                continue
            for miss in compare(matcher, value, lookup):
                yield (
                    f"final.state.{server}",
                    f"the gold calls leave {miss.given!r} at {pointer}, not {miss.wanted}",
                )
