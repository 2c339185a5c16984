"""A results file that tau2's own runner wrote, graded anew by tau2's rules and by the corrected ones.

The calls of each recorded conversation are made again, in their order, in a fresh world; what the tools say
then has to be what was recorded, and where it is not, the trial says so. Nobody else is asked: a judge's
verdicts on assertions in natural language are those that stand in the file.
"""

import json
import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from harness.exams.answer_key import prepare_exam
from scenarios.exam import Exam
from scenarios.problem import Problem, ScenarioError
from scenarios.scenario import Scenario
from scenarios.tau2.source import DOMAINS, find_source
from scenarios.tau2.suites import USER_SERVER, TaskMaker
from scenarios.transcript import (
    AssistantMessage,
    Event,
    Failure,
    SegmentRecord,
    ToolCall,
    ToolMessage,
    Transcript,
    TrialClass,
    UserAction,
    UserMessage,
)
from scoring.tau2.verdict import judge
from scoring.their_verdict import TheirVerdict
from tools.open_world import OpenWorld, WorldHome, open_world

_SOLO = "llm_agent_solo"
_ENDED: Mapping[str, TrialClass] = {
    "agent_stop": "done",
    "user_stop": "done",
    "max_steps": "limit",
    "too_many_errors": "limit",
    "judge_stop": "limit",
    "agent_error": "limit",
    "user_error": "user",
    "context_window_exceeded": "overflow",
}
"""What tau2 calls the end of a trial, in our classes; anything else is its infrastructure's."""


@dataclass(frozen=True, kw_only=True)
class Regraded:
    """One trial of the file."""

    task: str
    trial: int
    ended: TrialClass
    recorded: float | None
    """The reward that stands in the file; None where tau2 gave none."""
    verdict: TheirVerdict
    notes: tuple[str, ...] = ()
    """Calls that were answered otherwise than recorded."""

    @property
    def differs(self) -> bool:
        """Whether tau2's own verdict in the file is another; none is where one of them is not known."""
        here = self.verdict.success
        return self.recorded is not None and here is not None and (self.recorded == 1.0) is not here


@dataclass(frozen=True, kw_only=True)
class Results:
    """What such a file holds."""

    domain: str
    solo: bool
    agent: str
    user: str
    tasks: Mapping[str, Mapping[str, JsonValue]]
    simulations: tuple[Mapping[str, JsonValue], ...]


def read_results(file: Path) -> Results:
    """Raises `ScenarioError` for what is no results file of tau2's."""
    try:
        whole = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _problem(file, f"cannot be read as JSON: {error}") from error
    if not isinstance(whole, dict) or not {"info", "tasks", "simulations"} <= whole.keys():
        raise _problem(file, "is no results file of tau2's: it has no `info`, `tasks` and `simulations`")
    info = _dict(whole["info"])
    domain = str(_dict(info.get("environment_info")).get("domain_name"))
    if domain not in DOMAINS:
        raise _problem(file, f"is of the domain {domain!r}; there are {', '.join(DOMAINS)}")
    agent = _dict(info.get("agent_info"))
    tasks = [task for task in _list(whole["tasks"]) if isinstance(task, dict)]
    return Results(
        domain=domain,
        solo=agent.get("implementation") == _SOLO,
        agent=str(agent.get("llm")),
        user=str(_dict(info.get("user_info")).get("llm")),
        tasks={str(task.get("id")): task for task in tasks},
        simulations=tuple(one for one in _list(whole["simulations"]) if isinstance(one, dict)),
    )


async def regrade(results: Results, home: WorldHome, data: Path | None = None) -> list[Regraded]:
    """Every trial of the file, in its order. Raises `ScenarioError` and `WorldFailed`."""
    source = find_source(data)
    maker = TaskMaker(source=source, domain=results.domain, solo=results.solo, elsewhere=data is not None)
    exams: dict[str, Exam] = {}
    found = []
    for one in results.simulations:
        name = str(one.get("task_id"))
        if name not in results.tasks:
            raise _problem(Path(name), "is played in the file, and is not among its tasks")
        if name not in exams:
            exams[name] = await prepare_exam(maker.scenario(results.tasks[name]), home)
        found.append(await _regraded(one, exams[name], home))
    return found


async def _regraded(one: Mapping[str, JsonValue], exam: Exam, home: WorldHome) -> Regraded:
    reason = str(one.get("termination_reason"))
    ended = _ENDED.get(reason, "provider")
    reward = _dict(one.get("reward_info"))
    theirs = exam.scenario.theirs
    before = _list(theirs.criteria.get("history")) if theirs is not None else []
    messages = [message for message in _list(one.get("messages")) if isinstance(message, dict)]
    replay = _Replay(scenario=exam.scenario)
    async with open_world(exam.scenario, home=home) as world:
        await replay.play(messages[len(before) :], world)
        changes = await world.changes({})
    transcript = Transcript(
        scenario=exam.scenario.name,
        model="recorded",
        repeat=_number(one.get("trial")),
        ended=ended,
        failure=None if ended == "done" else Failure(kind=reason, message=""),
        segments=(SegmentRecord(segment="talk", messages=tuple(replay.events)),),
        changes=changes,
    )
    return Regraded(
        task=str(one.get("task_id")),
        trial=transcript.repeat,
        ended=ended,
        recorded=_reward(reward.get("reward")),
        verdict=judge(exam, transcript, _judged(reward)),
        notes=tuple(replay.notes),
    )


@dataclass(kw_only=True)
class _Replay:
    """A recorded conversation as it is played again."""

    scenario: Scenario
    events: list[Event] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    async def play(self, messages: Sequence[Mapping[str, JsonValue]], world: OpenWorld) -> None:
        recorded: dict[str, deque[str]] = {}  # some endpoints give an id to more than one call
        for one in messages:
            if one.get("role") == "tool":
                recorded.setdefault(str(one.get("id")), deque()).append(str(one.get("content") or ""))
        for message in messages:
            text = str(message.get("content") or "")
            calls = [call for call in _list(message.get("tool_calls")) if isinstance(call, dict)]
            match message.get("role"):
                case "assistant":
                    made = [self._call(call, "assistant") for call in calls]
                    self.events.append(AssistantMessage(text=text, tool_calls=tuple(made)))
                    self.events += [await self._answer(call, world, recorded) for call in made]
                case "user" if calls:
                    made = [self._call(call, "user") for call in calls]
                    results = [await self._answer(call, world, recorded) for call in made]
                    self.events.append(UserAction(text=text, tool_calls=tuple(made), results=tuple(results)))
                case "user":
                    self.events.append(UserMessage(text=text))

    def _call(self, call: Mapping[str, JsonValue], side: str) -> ToolCall:
        shared = USER_SERVER in self.scenario.servers
        mine = next(name for name, server in self.scenario.servers.items() if server.builtin is not None)
        server = USER_SERVER if side == "user" and shared else mine
        return ToolCall(
            id=str(call.get("id")),
            name=f"{server}__{call.get('name')}",
            arguments_json=json.dumps(call.get("arguments") or {}, ensure_ascii=False),
        )

    async def _answer(
        self, call: ToolCall, world: OpenWorld, recorded: Mapping[str, deque[str]]
    ) -> ToolMessage:
        said = await world.call(call, self.scenario.side_of(call.name))
        was = recorded[call.id].popleft() if recorded.get(call.id) else None
        if was is not None and said.problem != "unknown_tool" and _parsed(was) != _parsed(said.text):
            self.notes.append(f"{call.name} ({call.id}) answers otherwise than recorded")
        return said


def _judged(reward: Mapping[str, JsonValue]) -> list[bool] | None:
    """A judge's verdicts as they stand in the file."""
    found = reward.get("nl_assertions")
    if not isinstance(found, list):
        return None
    return [one.get("met") is True for one in found if isinstance(one, dict)]


def summary(found: Sequence[Regraded]) -> dict[str, JsonValue]:
    """What a table's last line says: how many trials, how many right by whom, and how many differ."""
    known = [one for one in found if one.verdict.success is not None]
    return {
        "trials": len(found),
        "recorded": sum(one.recorded == 1.0 for one in found),
        "success": sum(one.verdict.success is True for one in known),
        "corrected": sum(one.verdict.corrected is True for one in known),
        "unknown": len(found) - len(known),
        "differ": sum(one.differs for one in found),
    }


def rows(found: Sequence[Regraded]) -> Iterator[dict[str, JsonValue]]:
    for one in found:
        yield {
            "task": one.task,
            "trial": one.trial,
            "ended": one.ended,
            "recorded": one.recorded,
            "reward": one.verdict.reward,
            "corrected": one.verdict.corrected,
            "defects": dict(one.verdict.defects),
            "scores": {name: score.value for name, score in one.verdict.scores.items()},
            "reason": one.verdict.reason,
            "notes": list(one.notes),
        }


def _problem(file: Path, message: str) -> ScenarioError:
    return ScenarioError([Problem(file=file, message=message)])


def _parsed(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return text
    return value


def _reward(value: JsonValue) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _number(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0


def _dict(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
