"""CPU of a tau2 trial that replays the reference actions: through our loop, and through tau2's own runner.

    python scripts/bench/tau2.py [airline] [--tasks 10] [--rounds 3] [--save THEIRS.json]

Ours plays the trial over in-memory MCP, grades it by tau2's rules and by ours, and writes the transcript;
tau2's runs `run_tasks` with an agent and a user that answer at once, one trial at a time, and saves as it
does. Both play the same tasks in every round, and the least of the rounds counts. The databases are loaded
before the first round of ours; tau2 loads its own for every trial. `--save` keeps tau2's own results file,
which `longspan grade` reads. Needs `pip install 'longspan[tau2]'`.
"""

import argparse
import asyncio
import os
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from harness.clock import utc_now
from harness.exams.answer_key import prepare_exam
from harness.exams.grading import Grader
from harness.exams.reference import ReferenceModel
from harness.runs.record import ModelVariant
from harness.trial.play import Stage, play
from scenarios.exam import Exam
from scenarios.foreign_suites import named_suite
from tools.open_world import WorldHome

_ORACLE = ModelVariant(label="reference/oracle", wire="reference", model="oracle", simulated=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("domain", nargs="?", default="airline")
    parser.add_argument("--tasks", type=int, default=10, help="the first so many tasks")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--save", type=Path, help="where to keep tau2's own results file")
    asked = parser.parse_args()
    here = Path(__file__).resolve().parent
    sys.path[:] = [
        place for place in sys.path if Path(place).resolve() != here
    ]  # this file is called tau2 too
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # or importing tau2 asks the network
    warnings.filterwarnings("ignore")
    began = time.process_time()
    theirs = Tau2(asked.domain, asked.tasks)
    print(f"importing tau2's runner: {time.process_time() - began:.1f} s of CPU")
    with TemporaryDirectory() as work:
        ours = Ours(asked.domain, asked.tasks, Path(work))
        mine, tau2s = [], []
        for number in range(asked.rounds):
            mine.append(ours.round())
            kept = asked.save if number == 0 else None
            tau2s.append(theirs.round(kept or Path(work) / f"{number}.json"))
    best, other = min(mine), min(tau2s)
    print(f"{asked.domain}, {asked.tasks} tasks, CPU a trial, least of {asked.rounds} rounds:")
    print(f"  longspan {1e3 * best:8.1f} ms   (rounds: {', '.join(f'{1e3 * one:.1f}' for one in mine)})")
    print(f"  tau2     {1e3 * other:8.1f} ms   (rounds: {', '.join(f'{1e3 * one:.1f}' for one in tau2s)})")
    print(f"  ratio    {other / best:8.1f}")
    print(f"succeeded: longspan {ours.right} of {asked.tasks}, tau2 {theirs.right} of {asked.tasks}")


class Ours:
    """Our loop."""

    def __init__(self, domain: str, tasks: int, work: Path) -> None:
        self.work, self.right = work, 0
        self.stage = Stage(home=WorldHome(work=work, logs=work), now=utc_now, clock=time.perf_counter)
        scenarios = named_suite(f"tau2/{domain}").scenarios[:tasks]
        self.exams = asyncio.run(self._prepared(scenarios))
        self.grader = Grader()

    async def _prepared(self, scenarios: Sequence[Any]) -> list[Exam]:
        return [await prepare_exam(scenario, self.stage.home) for scenario in scenarios]

    def round(self) -> float:
        """CPU seconds a trial."""
        began = time.process_time()
        self.right = asyncio.run(self._played())
        return (time.process_time() - began) / len(self.exams)

    async def _played(self) -> int:
        model, right = ReferenceModel(variant=_ORACLE), 0
        for exam in self.exams:
            transcript = await play(exam, model, 0, self.stage)
            right += self.grader.grade(exam, transcript).success is True
            (self.work / f"{exam.scenario.id}.json").write_text(transcript.model_dump_json(), "utf-8")
        return right


class Tau2:
    """tau2's own runner, with an agent that replays the reference actions and a user that says goodbye."""

    def __init__(self, domain: str, tasks: int) -> None:
        from loguru import logger  # noqa: PLC0415 # tau2 is imported where it is asked for

        logger.remove()
        from tau2.agent import llm_agent  # noqa: PLC0415
        from tau2.data_model import message  # noqa: PLC0415
        from tau2.run import load_tasks, run_tasks  # noqa: PLC0415
        from tau2.user import user_simulator  # noqa: PLC0415

        self.domain, self.message, self.run_tasks, self.right = domain, message, run_tasks, 0
        self.tasks = load_tasks(domain, "base")[:tasks]
        self.by_scenario = {str(task.user_scenario): task for task in self.tasks}
        self.by_id = {f"This is {task.id}.": task for task in self.tasks}
        llm_agent.generate = self._agent
        user_simulator.generate = self._user

    def round(self, file: Path) -> float:
        """CPU seconds a trial."""
        file.unlink(missing_ok=True)
        began = time.process_time()
        results = self.run_tasks(
            self.domain,
            self.tasks,
            agent="llm_agent",
            user="user_simulator",
            llm_agent="none",
            llm_user="none",
            llm_args_agent={},
            llm_args_user={},
            save_to=file,
            console_display=False,
            max_concurrency=1,
            log_level="ERROR",
        )
        spent = time.process_time() - began
        self.right = sum(one.reward_info.reward == 1.0 for one in results.simulations)
        return spent / len(self.tasks)

    def _agent(self, *, messages: Sequence[Any], **_: Any) -> Any:
        """The next reference action, or all that is to be told."""
        task = next(self.by_id[one.content] for one in messages if one.content in self.by_id)
        made = sum(one.role == "assistant" and bool(one.tool_calls) for one in messages)
        actions = [a for a in task.evaluation_criteria.actions or [] if a.requestor == "assistant"]
        if made < len(actions):
            call = self._call(made, actions[made])
            return self.message.AssistantMessage(role="assistant", tool_calls=[call], cost=0.0)
        told = " ; ".join(task.evaluation_criteria.communicate_info or [])
        return self.message.AssistantMessage(role="assistant", content=f"Done. {told}", cost=0.0)

    def _user(self, *, messages: Sequence[Any], **_: Any) -> Any:
        """Who it is, and then goodbye. A user simulator sees its own words as an assistant's."""
        task = next(task for text, task in self.by_scenario.items() if text in messages[0].content)
        spoken = any(one.content == f"This is {task.id}." for one in messages[1:])
        text = "###STOP###" if spoken else f"This is {task.id}."
        return self.message.AssistantMessage(role="assistant", content=text, cost=0.0)

    def _call(self, place: int, action: Any) -> Any:
        arguments: Mapping[str, Any] = action.arguments
        return self.message.ToolCall(id=f"c{place}", name=action.name, arguments=dict(arguments))


if __name__ == "__main__":
    main()
