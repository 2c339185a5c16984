"""tau2's tasks as scenarios, read from a package that is laid out as tau2's is."""

import json
from pathlib import Path
from typing import Any

import pytest

from scenarios.load import digest
from scenarios.problem import ScenarioError
from scenarios.scenario import Scenario
from scenarios.tau2.source import Source, data_hash, find_source, policy, read_tasks, source_at, words_of
from scenarios.tau2.suites import Tau2Suites
from scenarios.transcript import AssistantMessage, ToolMessage, UserMessage

AGENT = '''
X = 3
AGENT_INSTRUCTION = """
Be good.
""".strip()
AGENT_SOLO_INSTRUCTION = "Call {stop_function_name}."
SYSTEM_PROMPT = "<i>{agent_instruction}</i><p>{domain_policy}</p>"
SYSTEM_PROMPT_SOLO = "<i>{agent_instruction}</i><p>{domain_policy}</p><t>{ticket}</t>"

class Solo:
    STOP_FUNCTION_NAME = "done"
    STOP_TOKEN = "##"
'''
PLAIN: dict[str, Any] = {
    "id": "make_1",
    "description": {"purpose": "Make one"},
    "user_scenario": {"persona": "Curt", "instructions": "Ask for one."},
    "ticket": "Make one.",
    "evaluation_criteria": {
        "actions": [{"action_id": "x", "name": "make", "arguments": {"text": "one", "of": {"number": 1}}}],
        "communicate_info": ["1,000", "IL"],
    },
}
PHONE: dict[str, Any] = {
    "id": "[mms]off|on[PERSONA:None]",
    "user_scenario": {
        "persona": None,
        "instructions": {
            "domain": "telecom",
            "reason_for_call": "It is off.",
            "known_info": "You are A.\nYou are here.",
            "unknown_info": None,
            "task_instructions": "Do it.",
        },
    },
    "evaluation_criteria": {
        "actions": [
            {"name": "look", "arguments": {}},
            {"name": "turn_on", "arguments": {}, "requestor": "user"},
        ],
        "reward_basis": ["ENV_ASSERTION"],
    },
}
WITH_HISTORY: dict[str, Any] = {
    "id": "goes_on",
    "user_scenario": {"instructions": "Go on."},
    "initial_state": {
        "message_history": [
            {"role": "user", "content": "Make one."},
            {"role": "assistant", "tool_calls": [{"id": "c", "name": "make", "arguments": {"text": "one"}}]},
            {"role": "tool", "id": "c", "content": "{}", "error": True},
            {"role": "assistant", "content": "Made."},
        ]
    },
    "evaluation_criteria": {},
}


def package(root: Path, tasks: list[dict[str, Any]], domain: str = "mock") -> Source:
    files = {
        "agent/llm_agent.py": AGENT,
        "user/base.py": 'STOP = "#S#"\nTRANSFER = "#T#"\nOUT_OF_SCOPE = "#O#"\n',
        "user/user_simulator.py": 'SYSTEM_PROMPT = "{global_user_sim_guidelines}\\n{instructions}"\n',
        "orchestrator/orchestrator.py": 'DEFAULT_FIRST_AGENT_MESSAGE = M(role="a", content="Hello?")\n',
        "data/tau2/user_simulator/simulation_guidelines.md": "Play.",
        "data/tau2/user_simulator/simulation_guidelines_tools.md": "Play with tools.",
        f"data/tau2/domains/{domain}/tasks.json": json.dumps(tasks),
        f"data/tau2/domains/{domain}/split_tasks.json": json.dumps(
            {"base": [task["id"] for task in tasks], "test": [tasks[0]["id"]]}
        ),
        f"data/tau2/domains/{domain}/policy.md": "Rules.",
        f"data/tau2/domains/{domain}/policy_solo.md": "Rules for one.",
        f"data/tau2/domains/{domain}/main_policy.md": "Rules.",
        f"data/tau2/domains/{domain}/tech_support_manual.md": "Manual.",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return Source(package=root, data=root / "data" / "tau2", version="tau2 0")


def scenarios(source: Source, name: str, data: Path | None = None) -> tuple[Scenario, ...]:
    return Tau2Suites(find=lambda _: source).load(name, data).scenarios


def test_a_task_is_a_scenario_with_tau2s_own_prompts_and_criteria(tmp_path: Path) -> None:
    (one,) = scenarios(package(tmp_path, [PLAIN]), "tau2/mock")

    assert (one.name, one.title) == ("tau2-mock/make_1", "Make one")
    assert one.system == "<i>Be good.</i><p>Rules.</p>"
    assert one.user is not None
    assert one.user.greeting == "Hello?"
    assert one.user.prompt == "Play.\nPersona:\n\tCurt\nInstructions:\n\tAsk for one."
    assert one.user.marks.transfer == "#T#"
    assert one.theirs is not None
    assert one.theirs.criteria["evaluation_criteria"] == PLAIN["evaluation_criteria"]


def test_gold_arguments_stand_as_they_are_even_where_they_look_like_matchers(tmp_path: Path) -> None:
    (one,) = scenarios(package(tmp_path, [PLAIN]), "tau2/mock")
    (call,) = one.segments[0].expect.calls

    assert call.tool == "mock__make"
    assert call.args == {"text": {"equal": "one"}, "of": {"equal": {"number": 1}}}


def test_what_has_to_be_told_may_be_told_as_a_number(tmp_path: Path) -> None:
    (one,) = scenarios(package(tmp_path, [PLAIN]), "tau2/mock")

    number = {"any_of": [{"text": "1,000"}, {"number": 1000.0}]}
    assert one.segments[0].expect.say == (number, {"text": "IL"})


def test_a_user_with_tools_has_a_server_of_its_own_and_calls_in_the_order_of_both(tmp_path: Path) -> None:
    (one,) = scenarios(package(tmp_path, [PHONE], "telecom"), "tau2/telecom")

    assert one.servers["user"].shares == "telecom"
    assert [call.tool for _, call in one.calls] == ["telecom__look", "user__turn_on"]
    assert one.id.startswith("mms-off-on-PERSONA-None-")
    assert one.user is not None
    assert one.user.prompt.endswith(
        "\tKnown info:\n\t\tYou are A.\n\t\tYou are here.\n\tTask instructions:\n\t\tDo it."
    )
    assert "<main_policy>\nRules.\n</main_policy>" in one.system


def test_in_solo_mode_the_ticket_is_all_and_tasks_without_one_are_left_out(tmp_path: Path) -> None:
    (one,) = scenarios(package(tmp_path, [PLAIN, WITH_HISTORY]), "tau2/mock-solo")

    assert (one.suite, one.user, one.segments[0].user) == ("tau2-mock-solo", None, ("Make one.",))
    assert one.system == "<i>Call done.</i><p>Rules for one.</p><t>Make one.</t>"
    assert one.servers["mock"].builtin == "tau2-mock-solo"


def test_a_history_comes_before_the_conversation_and_its_last_words_greet(tmp_path: Path) -> None:
    (one,) = scenarios(package(tmp_path, [WITH_HISTORY]), "tau2/mock")

    assert one.user is not None
    assert one.user.greeting == "Made."
    user, assistant, tool = one.history
    assert isinstance(user, UserMessage)
    assert isinstance(assistant, AssistantMessage)
    assert assistant.tool_calls[0].name == "mock__make"
    assert isinstance(tool, ToolMessage)
    assert tool.problem == "tool_error"
    assert Scenario.model_validate_json(one.model_dump_json(exclude_defaults=True)) == one


def test_a_split_is_read_and_an_unknown_one_is_told_what_there_is(tmp_path: Path) -> None:
    source = package(tmp_path, [PLAIN, WITH_HISTORY])

    assert [one.id for one in scenarios(source, "tau2/mock:test")] == ["make_1"]
    with pytest.raises(ScenarioError, match="no such split; did you mean 'test'"):
        read_tasks(source, "mock", "tests")


def test_other_data_has_another_hash_and_its_place_is_no_part_of_the_scenario(tmp_path: Path) -> None:
    one, same = package(tmp_path / "a", [PLAIN]), package(tmp_path / "b", [PLAIN])
    other = package(tmp_path / "c", [{**PLAIN, "ticket": "Make two."}])

    assert data_hash(one, "mock") == data_hash(same, "mock") != data_hash(other, "mock")
    here, there = (scenarios(source, "tau2/mock", source.data)[0] for source in (one, same))
    assert here.servers["mock"].state != there.servers["mock"].state
    assert digest(here) == digest(there)


def test_texts_are_read_from_modules_that_are_never_run(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text("import nothing_of_the_kind\nA = 'a'\nB = f()\nC = A\n", "utf-8")

    assert words_of(Source(package=tmp_path, data=tmp_path, version=""), "m.py") == {"A": "a"}


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    source = Source(package=tmp_path, data=tmp_path, version="")

    with pytest.raises(ScenarioError, match=r"policy.md: cannot be read"):
        policy(source, "mock", solo=False)


def test_a_folder_without_domains_says_so(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"is not installed|has no folder `domains`"):
        find_source(tmp_path)


def test_a_package_without_data_says_so_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        ScenarioError, match=r"brings no data; pip install .* or name a checkout by --tau2-data"
    ):
        source_at(tmp_path, None)


@pytest.mark.parametrize(
    ("project", "version"),
    [
        ('name = "tau2"\nversion = "1.2.3"\n', "tau2-bench 1.2.3"),
        ('name = "tau2-bench"\ndynamic = ["version"]\n', "checkout theirs"),
        ('name = "mine"\nversion = "9"\n', "folder tau2"),
    ],
)
def test_the_version_of_a_checkout_is_its_own_projects(project: str, version: str, tmp_path: Path) -> None:
    data = tmp_path / "theirs" / "data" / "tau2"
    (data / "domains").mkdir(parents=True)
    (tmp_path / "theirs" / "pyproject.toml").write_text(f"[project]\n{project}", "utf-8")

    assert source_at(tmp_path, data).version == version


def test_a_prompt_that_another_version_lacks_is_named(tmp_path: Path) -> None:
    source = package(tmp_path, [PLAIN])
    (tmp_path / "agent" / "llm_agent.py").write_text("AGENT_INSTRUCTION = 'x'", "utf-8")

    with pytest.raises(
        ScenarioError, match=r"llm_agent.py: gives no text the name SYSTEM_PROMPT: .* version"
    ):
        Tau2Suites(find=lambda _: source).load("tau2/mock", None)


def test_a_split_whose_tasks_are_not_there_is_no_smaller_split(tmp_path: Path) -> None:
    source = package(tmp_path, [PLAIN])
    splits = tmp_path / "data" / "tau2" / "domains" / "mock" / "split_tasks.json"
    splits.write_text(json.dumps({"base": ["make_1", "make_2"]}), "utf-8")

    with pytest.raises(ScenarioError, match="no tasks for 1 ids of the split 'base', such as 'make_2'"):
        read_tasks(source, "mock", "base")
