"""tau2's domains as suites: `tau2/airline`, `tau2/airline:test` for a split, `tau2/mock-solo` for solo mode.

A task becomes a scenario as it stands: tau2's prompts and policy, its greeting, its user in the words of its
own simulator's prompt, its limits. The reference actions are the gold calls, and what tau2's rules need is
given to them as data.
"""

import hashlib
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from scenarios.fields import Side
from scenarios.scenario import Expectation, ExpectedCall, Limits, Scenario, Segment, Server
from scenarios.suite import Suite
from scenarios.tau2.history import History, read_history
from scenarios.tau2.source import (
    DOMAINS,
    INSTALL,
    Source,
    data_hash,
    find_source,
    guidelines,
    policy,
    read_tasks,
    words_of,
)
from scenarios.theirs import Theirs
from scenarios.user import SimulatedUser, StopMarks, TalkLimits

BENCHMARK = "tau2"
SOLO = ("telecom", "mock")
"""Domains whose tasks come with a ticket that an agent can work off alone."""
USER_TOOLS = ("telecom",)
"""Domains whose user has tools too."""
USER_SERVER = "user"
_MOST_HOPS = 200
_MOST_ERRORS = 10
_LONGEST_ID = 80
_LONGEST_TITLE = 100


@dataclass(frozen=True, kw_only=True)
class Tau2Suites:
    """What `named_suite` finds under `tau2/`."""

    find: Callable[[Path | None], Source] = find_source
    """Where the package and the data are."""

    def names(self) -> Sequence[str]:
        return (
            *(f"{BENCHMARK}/{domain}" for domain in DOMAINS),
            *(f"{BENCHMARK}/{domain}-solo" for domain in SOLO),
        )

    def load(self, name: str, data: Path | None) -> Suite:
        """The tasks of a split, of `base` if none is named. Raises `ScenarioError`."""
        base, _, split = name.removeprefix(f"{BENCHMARK}/").partition(":")
        domain = base.removesuffix("-solo")
        source = self.find(data)
        tasks = read_tasks(source, domain, split or "base")
        solo = base != domain
        there = [task for task in tasks if not solo or task.get("ticket")]
        maker = TaskMaker(source=source, domain=domain, solo=solo, elsewhere=data is not None)
        return Suite(
            name=maker.suite,
            title=f"tau2 {base}, {len(there)} tasks of {source.version}",
            needs=INSTALL,
            scenarios=tuple(maker.scenario(task) for task in there),
        )


@dataclass(frozen=True, kw_only=True)
class TaskMaker:
    """Makes scenarios of the tasks of one domain."""

    source: Source
    domain: str
    solo: bool = False
    elsewhere: bool = False
    """Whether the data is not the installed package's."""

    @property
    def suite(self) -> str:
        """The suite's id, and the name of its world."""
        return f"{BENCHMARK}-{self.domain}" + ("-solo" if self.solo else "")

    def scenario(self, task: Mapping[str, JsonValue]) -> Scenario:
        return Scenario(
            suite=self.suite,
            id=_id(str(task["id"])),
            title=_title(task),
            tags=(BENCHMARK, self.domain),
            system=self._system(task),
            servers=self._servers(task),
            segments=(
                Segment(
                    id="talk",
                    user=(str(task["ticket"]),) if self.solo else (),
                    expect=Expectation(calls=tuple(self._calls(task)), say=_facts(task)),
                ),
            ),
            history=() if self.solo else self._history(task).shown,
            user=None if self.solo else self._user(task),
            limits=Limits(steps=_MOST_HOPS, calls=2 * _MOST_HOPS, seconds=3600),
            theirs=Theirs(
                benchmark=BENCHMARK,
                version=self.source.version,
                data=data_hash(self.source, self.domain),
                criteria={
                    "task": task["id"],
                    "server": self.domain,
                    "solo": self.solo,
                    "evaluation_criteria": task.get("evaluation_criteria"),
                    "history": _dict(task.get("initial_state")).get("message_history"),
                },
            ),
        )

    def _system(self, task: Mapping[str, JsonValue]) -> str:
        words = words_of(self.source, "agent/llm_agent.py")
        rules = policy(self.source, self.domain, solo=self.solo)
        if not self.solo:
            return words["SYSTEM_PROMPT"].format(
                agent_instruction=words["AGENT_INSTRUCTION"], domain_policy=rules
            )
        asked = words["AGENT_SOLO_INSTRUCTION"].format(
            stop_function_name=words["STOP_FUNCTION_NAME"], stop_token=words["STOP_TOKEN"]
        )
        return words["SYSTEM_PROMPT_SOLO"].format(
            agent_instruction=asked, domain_policy=rules, ticket=task["ticket"]
        )

    def _servers(self, task: Mapping[str, JsonValue]) -> dict[str, Server]:
        state: dict[str, JsonValue] = {
            "task": {
                "initial_state": task.get("initial_state"),
                "evaluation_criteria": task.get("evaluation_criteria"),
            },
        }
        if self.elsewhere:
            state["folder"] = str(self.source.folder(self.domain))
        found = {self.domain: Server(builtin=self.suite, state=state)}
        if self.domain in USER_TOOLS and not self.solo:
            found[USER_SERVER] = Server(shares=self.domain, side="user")
        return found

    def _calls(self, task: Mapping[str, JsonValue]) -> Iterator[ExpectedCall]:
        """The reference actions of both sides, in an order that works; which need which, nobody says."""
        for place, action in enumerate(_list(_criteria(task).get("actions"))):
            call = _dict(action)
            side: Side = "user" if call.get("requestor") == "user" else "agent"
            server = USER_SERVER if side == "user" and not self.solo else self.domain
            yield ExpectedCall(
                id=f"a{place}",
                tool=f"{server}__{call.get('name')}",
                args={key: {"equal": value} for key, value in _dict(call.get("arguments")).items()},
            )

    def _history(self, task: Mapping[str, JsonValue]) -> History:
        initial = _dict(task.get("initial_state"))
        return read_history(_list(initial.get("message_history")), self.domain)

    def _user(self, task: Mapping[str, JsonValue]) -> SimulatedUser:
        has_tools = self.domain in USER_TOOLS
        scenario = _dict(task.get("user_scenario"))
        base = words_of(self.source, "user/base.py")
        prompt = words_of(self.source, "user/user_simulator.py")["SYSTEM_PROMPT"].format(
            global_user_sim_guidelines=guidelines(self.source, tools=has_tools),
            instructions=_instructions(scenario),
        )
        return SimulatedUser(
            goal=_goal(task),
            persona=str(scenario.get("persona") or ""),
            first="agent",
            greeting=self._history(task).last
            or words_of(self.source, "orchestrator/orchestrator.py")["DEFAULT_FIRST_AGENT_MESSAGE"],
            limits=TalkLimits(turns=_MOST_HOPS, steps=_MOST_HOPS, errors=_MOST_ERRORS, hops=_MOST_HOPS),
            prompt=prompt,
            marks=StopMarks(done=base["STOP"], transfer=base["TRANSFER"], out_of_scope=base["OUT_OF_SCOPE"]),
        )


def _id(task: str) -> str:
    """A task's id as a part of a file's name; one that had to be changed ends in a hash of what it was."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", task).strip("-_")
    if plain == task and len(task) <= _LONGEST_ID:
        return task
    return f"{plain[:_LONGEST_ID]}-{hashlib.sha256(task.encode()).hexdigest()[:8]}".lstrip("-_")


def _title(task: Mapping[str, JsonValue]) -> str:
    purpose = _dict(task.get("description")).get("purpose")
    words = " ".join(str(purpose or task["id"]).split())
    return textwrap.shorten(words, _LONGEST_TITLE, placeholder=" …")


def _goal(task: Mapping[str, JsonValue]) -> str:
    """What the user wants, for those who play it without tau2's prompt."""
    instructions = _dict(task.get("user_scenario")).get("instructions")
    if isinstance(instructions, dict):
        return str(instructions.get("reason_for_call") or instructions.get("task_instructions") or "…")
    return str(instructions or task.get("ticket") or "…")


def _instructions(scenario: Mapping[str, JsonValue]) -> str:
    """The user's scenario as tau2 spells it out for its simulator."""
    instructions = scenario.get("instructions")
    if isinstance(instructions, dict):
        lines = [f"Domain: {instructions.get('domain')}"]
        for title, name in (
            ("Reason for call", "reason_for_call"),
            ("Known info", "known_info"),
            ("Unknown info", "unknown_info"),
            ("Task instructions", "task_instructions"),
        ):
            if instructions.get(name) is not None:
                lines.append(f"{title}:\n{textwrap.indent(str(instructions[name]), chr(9))}")
        text = "\n".join(lines)
    else:
        text = str(instructions)
    persona = scenario.get("persona")
    before = [] if persona is None else ["Persona:", textwrap.indent(str(persona), "\t")]
    return "\n".join([*before, "Instructions:", textwrap.indent(text, "\t")])


def _facts(task: Mapping[str, JsonValue]) -> tuple[JsonValue, ...]:
    """What has to be told; a number is told however it is spelt."""
    found: list[JsonValue] = []
    for info in map(str, _list(_criteria(task).get("communicate_info"))):
        digits = info.replace(",", "").removeprefix("$")
        try:
            found.append({"any_of": [{"text": info}, {"number": float(digits)}]})
        except ValueError:
            found.append({"text": info})
    return tuple(found)


def _criteria(task: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    return _dict(task.get("evaluation_criteria"))


def _dict(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
