"""Agreement with tau2's own evaluator: the same trajectories, judged by tau2's code and by our rules.

Every trajectory is played once, in our world; tau2's evaluator then plays it again from the messages, as it
always does, and its reward and its components are compared with ours. A difference is explained when a
documented defect of tau2 names it; any other makes the exit status 1.

    python scripts/tau2_agreement.py airline retail telecom mock --mutants 700

needs `pip install 'longspan[tau2]'`. tau2 loads a database anew three times for each verdict; here it gets a
copy of one that is loaded already, unless `--as-is` is given.
"""

import argparse
import gc
import json
import os
import pickle
import re
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from scenarios.exam import AnswerKey, Exam, GoldCall, ToolSpec
from scenarios.foreign_suites import named_suite
from scenarios.load import digest
from scenarios.scenario import Scenario
from scenarios.tau2.source import find_source, read_tasks
from scenarios.transcript import (
    AssistantMessage,
    Event,
    Failure,
    SegmentRecord,
    ToolCall,
    ToolMessage,
    Transcript,
    UserAction,
    UserMessage,
)
from scoring.tau2.verdict import judge
from scoring.their_verdict import TheirVerdict
from scripts.tau2_mutants import Call, Trajectory, gold, mutant, nothing, pool_of
from tools.tau2.worlds import tau2_world
from tools.world import Refused

GREETING = "Hi! How can I help you today?"
_RANDOM_ID = re.compile(r"B[0-9a-f]{8}")
_COMPONENTS = ("db", "env_assertions", "actions", "communicate")


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A call with what came back."""

    call: Call
    text: str
    failed: bool


@dataclass(frozen=True, kw_only=True)
class Theirs:
    """What tau2 says."""

    reward: float | None
    """None: its evaluator raised."""
    components: Mapping[str, bool] = field(default_factory=dict)
    raised: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    domain: str
    task: str
    kind: str
    """`gold`, `nothing` or `mutant`."""
    label: str
    ours: TheirVerdict
    theirs: Theirs
    differs: tuple[str, ...]
    """The reward and the components that are not the same."""
    explained: str
    """By which documented defect; empty where nothing explains it or nothing differs."""


@dataclass(kw_only=True)
class Clock:
    """CPU seconds of both."""

    ours: float = 0.0
    theirs: float = 0.0


def main() -> int:
    asked = _arguments()
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # or importing tau2 asks the network
    warnings.filterwarnings("ignore")
    gc.disable()  # a database is a million objects without cycles; looking for some takes most of the time
    tau2, clock = Tau2(as_is=asked.as_is), Clock()
    rows = [row for domain in asked.domains for row in _domain(domain, asked, tau2, clock)]
    _print(rows, clock)
    return int(any(row.differs and not row.explained for row in rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("domains", nargs="*", default=["airline", "retail", "telecom", "mock"])
    parser.add_argument("--tasks", type=int, help="the first so many tasks of each domain; all if not said")
    parser.add_argument(
        "--mutants", type=int, default=100, help="mutants of each domain, spread over its tasks"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--as-is", action="store_true", help="tau2 loads its databases itself, each time")
    parser.add_argument("--show", action="store_true", help="name every difference")
    return parser.parse_args()


def _domain(domain: str, asked: argparse.Namespace, tau2: "Tau2", clock: Clock) -> Iterator[Row]:
    every = read_tasks(find_source(None), domain, "base")
    scenarios = {s.theirs.criteria["task"]: s for s in named_suite(f"tau2/{domain}").scenarios if s.theirs}
    tasks: Sequence[Any] = every[: asked.tasks]
    pool = pool_of(every)
    for place, task in enumerate(tasks):
        began = time.process_time()
        exam = derived(scenarios[task["id"]])
        clock.ours += time.process_time() - began
        share = asked.mutants // len(tasks) + (place < asked.mutants % len(tasks))
        todo = [gold(task), nothing(), *(mutant(task, pool, asked.seed, n) for n in range(share))]
        for trajectory in todo:
            began = time.process_time()
            transcript, answered = played(exam, trajectory)
            ours = judge(exam, transcript)
            clock.ours += time.process_time() - began
            began = time.process_time()
            theirs = tau2.verdict(domain, task, trajectory, answered)
            clock.theirs += time.process_time() - began
            row = compared(domain, str(task["id"]), trajectory, ours, theirs, answered)
            if row.differs and (asked.show or not row.explained):
                _show(row)
            yield row
        gc.collect(0)


def derived(scenario: Scenario) -> Exam:
    """The scenario with its answer key: what the reference actions change, by tau2's run and by ours."""
    name, server = next((name, one) for name, one in scenario.servers.items() if one.builtin is not None)
    world = tau2_world(server.builtin or "")
    if world.begin is None:
        raise AssertionError(world.name)
    state = world.begin(server.state or {})
    tools = {(tool.name, tool.side): tool for tool in world.tools}
    calls = []
    for segment, call in scenario.calls:
        tool = tools.get((call.tool.partition("__")[2], scenario.side_of(call.tool)))
        if tool is not None:
            arguments = {key: cast("Any", value)["equal"] for key, value in call.args.items()}
            refused = _refuses(partial(tool.run, state, **arguments))
            gold_call = GoldCall(
                id=call.id,
                segment=segment.id,
                tool=call.tool,
                arguments=arguments,
                result=None,
                failed=refused,
            )
            calls.append(gold_call)
    specs = tuple(
        ToolSpec(name=f"{name}__{tool.name}", input_schema=tool.input_schema) for tool in world.tools
    )
    key = AnswerKey(
        tools=specs,
        calls=tuple(calls),
        changes={name: state.changes()},
        reference={name: state.reference()},
    )
    return Exam(scenario=scenario, key=key, digest=digest(scenario))


def played(exam: Exam, trajectory: Trajectory) -> tuple[Transcript, list[Answered]]:
    """Play a trajectory in a fresh world."""
    name, server = next((n, one) for n, one in exam.scenario.servers.items() if one.builtin is not None)
    world = tau2_world(server.builtin or "")
    if world.begin is None:
        raise AssertionError(world.name)
    state: Any = world.begin(server.state or {})
    answered: list[Answered] = []
    messages: list[Event] = [AssistantMessage(text=GREETING, given=True), UserMessage(text="Hello.")]
    for place, call in enumerate(trajectory.calls):
        failed, text = False, ""
        try:
            text = state.call(call.requestor, call.name, call.arguments).text
        except Refused as refusal:
            failed, text = True, str(refusal)
        answered.append(Answered(call=call, text=text, failed=failed))
        made = ToolCall(
            id=f"c{place}", name=f"{name}__{call.name}", arguments_json=json.dumps(call.arguments)
        )
        result = ToolMessage(call_id=made.id, text=text, problem="tool_error" if failed else None)
        if call.requestor == "user":
            messages.append(UserAction(text=call.beside, tool_calls=(made,), results=(result,)))
        else:
            messages += [AssistantMessage(text=call.beside, tool_calls=(made,)), result]
    messages += [AssistantMessage(text=text) for text in trajectory.said]
    is_whole = trajectory.ended == "user_stop"
    transcript = Transcript(
        scenario=exam.scenario.name,
        model="mutant",
        repeat=0,
        ended="done" if is_whole else "limit",
        failure=None if is_whole else Failure(kind=trajectory.ended, message=""),
        segments=(SegmentRecord(segment="talk", messages=tuple(messages)),),
        changes={name: state.changes()},
    )
    return transcript, answered


def compared(
    domain: str,
    task: str,
    trajectory: Trajectory,
    ours: TheirVerdict,
    theirs: Theirs,
    answered: Sequence[Answered],
) -> Row:
    differs = []
    if theirs.reward is None or (theirs.reward == 1.0) != ours.success:
        differs.append("reward")
    for name, met in theirs.components.items():
        if name in ours.scores and ours.scores[name].value != float(met):
            differs.append(name)
    return Row(
        domain=domain,
        task=task,
        kind=trajectory.label if trajectory.label in {"gold", "nothing"} else "mutant",
        label=trajectory.label,
        ours=ours,
        theirs=theirs,
        differs=tuple(differs),
        explained=_explained(ours, theirs, answered) if differs else "",
    )


def _explained(ours: TheirVerdict, theirs: Theirs, answered: Sequence[Answered]) -> str:
    """The documented defect for which tau2's evaluator raised instead of judging."""
    if theirs.reward is not None:
        return ""
    if "assertion_raises" in ours.defects and ours.defects["assertion_raises"].endswith(theirs.raised):
        return "assertion_raises"
    if "Expected" in theirs.raised and any(_RANDOM_ID.search(one.text) for one in answered):
        return "random_id"
    return ""


class Tau2:
    """tau2's own evaluator."""

    def __init__(self, *, as_is: bool) -> None:
        from loguru import logger  # noqa: PLC0415 # tau2 is imported where it is asked for

        logger.remove()
        from tau2.data_model import message, simulation, tasks  # noqa: PLC0415
        from tau2.evaluator import evaluator  # noqa: PLC0415
        from tau2.registry import registry  # noqa: PLC0415

        self.message, self.simulation, self.tasks, self.evaluator = message, simulation, tasks, evaluator
        if not as_is:
            original, loaded = registry.get_env_constructor, {}

            def copied(domain: str) -> Callable[..., Any]:
                build = cast("Callable[..., Any]", original(domain))
                if domain not in {"airline", "retail"}:
                    return build
                if domain not in loaded:
                    loaded[domain] = pickle.dumps(build().tools.db)
                return lambda **options: build(db=pickle.loads(loaded[domain]), **options)  # noqa: S301 # ours

            registry.get_env_constructor = copied

    def verdict(
        self, domain: str, task: Mapping[str, Any], trajectory: Trajectory, answered: Sequence[Answered]
    ) -> Theirs:
        record = self.tasks.Task.model_validate(task)
        run = self.simulation.SimulationRun(
            id="x",
            task_id=record.id,
            start_time="",
            end_time="",
            duration=0.0,
            termination_reason=self.simulation.TerminationReason(trajectory.ended),
            messages=self._messages(record, trajectory, answered),
        )
        try:
            info = self.evaluator.evaluate_simulation(
                simulation=run,
                task=record,
                evaluation_type=self.evaluator.EvaluationType.ALL,
                solo_mode=False,
                domain=domain,
            )
        except Exception as error:  # the boundary to the evaluator: that it raises is a finding
            return Theirs(reward=None, raised=str(error))
        found = {}
        if info.db_check is not None:
            found["db"] = info.db_check.db_match
        for name, checks, met in (
            ("env_assertions", info.env_assertions, "met"),
            ("actions", info.action_checks, "action_match"),
            ("communicate", info.communicate_checks, "met"),
        ):
            if checks is not None:
                found[name] = all(getattr(check, met) for check in checks)
        return Theirs(reward=info.reward, components=found)

    def _messages(self, task: Any, trajectory: Trajectory, answered: Sequence[Answered]) -> list[Any]:
        message = self.message
        before = list(task.initial_state.message_history or []) if task.initial_state is not None else []
        said = before or [message.AssistantMessage(role="assistant", content=GREETING)]
        said.append(message.UserMessage(role="user", content="Hello."))
        for place, one in enumerate(answered):
            mine = one.call.requestor == "assistant"
            kind = message.AssistantMessage if mine else message.UserMessage
            call = message.ToolCall(
                id=f"c{place}",
                name=one.call.name,
                arguments=one.call.arguments,
                requestor=one.call.requestor,
            )
            role = "assistant" if mine else "user"
            said.append(kind(role=role, content=one.call.beside or None, tool_calls=[call]))
            said.append(
                message.ToolMessage(
                    id=call.id,
                    role="tool",
                    content=one.text,
                    requestor=one.call.requestor,
                    error=one.failed,
                )
            )
        said += [message.AssistantMessage(role="assistant", content=text) for text in trajectory.said]
        return [*said, message.UserMessage(role="user", content="###STOP###")]


def _print(rows: Sequence[Row], clock: Clock) -> None:
    header = ("domain", "kind", "n", "tau2 = 1", "agree", "explained", "NOT", "corrected differs")
    table: list[tuple[str, ...]] = [header]
    for domain in dict.fromkeys(row.domain for row in rows):
        for kind in ("gold", "nothing", "mutant"):
            some = [row for row in rows if (row.domain, row.kind) == (domain, kind)]
            if some:
                table.append((domain, kind, *_counts(some)))
    table.append(("all", "", *_counts(rows)))
    widths = [max(len(row[column]) for row in table) for column in range(len(header))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    print("\nexplained by:", dict(Counter(row.explained for row in rows if row.explained)) or "nothing")
    defects = Counter(code for row in rows for code in row.ours.defects)
    print("defects of tau2 that touch a verdict:", dict(defects.most_common()))
    print(f"CPU a trajectory: ours {_each(clock.ours, rows)}, tau2's {_each(clock.theirs, rows)}")


def _counts(rows: Sequence[Row]) -> tuple[str, ...]:
    differ = [row for row in rows if row.differs]
    explained = [row for row in differ if row.explained]
    return (
        str(len(rows)),
        str(sum(row.theirs.reward == 1.0 for row in rows)),
        str(len(rows) - len(differ)),
        str(len(explained)),
        str(len(differ) - len(explained)),
        str(sum(row.ours.corrected != row.ours.success for row in rows)),
    )


def _each(seconds: float, rows: Sequence[Row]) -> str:
    return f"{1e3 * seconds / max(1, len(rows)):.1f} ms"


def _show(row: Row) -> None:
    said = row.theirs.raised[:200] or f"reward {row.theirs.reward}, {dict(row.theirs.components)}"
    print(f"{row.domain} {row.task} [{row.label}] differs in {', '.join(row.differs)}: tau2: {said!r}")
    parts = {name: row.ours.scores[name].value for name in _COMPONENTS if name in row.ours.scores}
    print(f"    ours: {row.ours.success} {parts} {row.ours.reason[:300]} ({row.explained or 'UNEXPLAINED'})")


def _refuses(call: Callable[[], Any]) -> bool:
    try:
        call()
    except Refused:
        return True
    return False


if __name__ == "__main__":
    sys.exit(main())
