"""Scenario folders: what loads, and what every mistake is told."""

import json
from pathlib import Path

import pytest

from scenarios.load import digest, find_suite, load_scenario, load_suite, merge
from scenarios.problem import ScenarioError
from scenarios.study import Study, StudyModel

GOOD = """
title: Refund
system: policy.md
servers: {shop: {builtin: shop, state: [world.yaml, {orders: {17: {status: shipped}, 18: null}}]}}
segments:
  - id: a
    user: Refund it.
    expect:
      calls:
        - {id: look, tool: shop__get, args: {order: "17"}}
        - id: pay
          tool: shop__refund
          args: {amount: {ref: look.result.total}, at: 12:30, day: 2026-03-14, off: off}
      say: [42.5]
"""


SAY = "segments: [{id: a, user: hi, expect: {say: [1]}}]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    suite = tmp_path / "shop2"
    (suite / "refund").mkdir(parents=True)
    (suite / "suite.yaml").write_text("title: Ours\n", "utf-8")
    (suite / "refund" / "policy.md").write_text("Be kind.\n", "utf-8")
    (suite / "refund" / "world.yaml").write_text("orders: {17: {total: 1}, 18: {total: 2}}\n", "utf-8")
    return suite / "refund"


def write(folder: Path, text: str) -> Path:
    (folder / "scenario.yaml").write_text(text, "utf-8")
    return folder


def problems(folder: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(folder)
    return [str(problem).removeprefix(str(folder)) for problem in caught.value.problems]


def test_a_folder_becomes_a_whole_scenario(folder: Path) -> None:
    scenario = load_scenario(write(folder, GOOD))

    assert scenario.name == "shop2/refund"
    assert scenario.system == "Be kind."
    assert scenario.servers["shop"].state == {"orders": {"17": {"total": 1, "status": "shipped"}}}
    assert scenario.segments[0].user == ("Refund it.",)


def test_times_days_and_off_stay_text(folder: Path) -> None:
    scenario = load_scenario(write(folder, GOOD))

    arguments = scenario.segments[0].expect.calls[1].args
    assert (arguments["at"], arguments["day"], arguments["off"]) == ("12:30", "2026-03-14", "off")


def test_a_reference_makes_the_earlier_call_a_need(folder: Path) -> None:
    scenario = load_scenario(write(folder, GOOD))

    assert scenario.segments[0].expect.calls[1].needs == ("look",)


def test_a_scenario_survives_its_own_json(folder: Path) -> None:
    scenario = load_scenario(write(folder, GOOD))

    assert type(scenario).model_validate_json(scenario.model_dump_json(exclude_defaults=True)) == scenario


def test_ten_mistakes_in_one_folder_are_reported_in_one_go(folder: Path) -> None:
    found = problems(
        write(
            folder,
            """
titel: Refund
language: fr
system: polcy.md
servers: {shop: {builtin: shop, state: wrld.yaml}}
tools: {distractors: many}
segments:
  - id: a
    user: Refund it.
    expect:
      calls:
        - {id: look, tool: shop__get, args: {order: {number: x}}}
        - {id: pay, tool: shopp__refund, args: {amount: {ref: lok.result.total}}, after: [nothing]}
      say: [{numbr: 42.5}]
limits: {steps: 0}
""",
        )
    )

    told = "\n".join(found)
    for line, part in [
        (2, "title: is needed"),
        (2, "titel: is not a field here; did you mean 'title'?"),
        (3, "language: should be 'en' or 'zh'; found 'fr'"),
        (4, "system: cannot read 'polcy.md'"),
        (5, "servers.shop.state: cannot use 'wrld.yaml'"),
        (6, "tools.distractors: should be a valid integer"),
        (12, "`number` needs a number"),
        (13, "'shopp__refund' is no tool of this scenario's servers; did you mean 'shop'?"),
        (13, "'lok.result.total' reads no earlier call; did you mean 'look'?"),
        (13, "'nothing' is no earlier call"),
        (14, "did you mean `number`?"),
        (15, "limits.steps: should be greater than or equal to 1; found 0"),
    ]:
        assert any(f"scenario.yaml:{line}: " in one and part in one for one in found), (line, part, told)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: x\ntitle: y\n", "2: title: is written twice, first on line 1"),
        ("title: [x\n", "is not YAML"),
        ("- a\n", "must be a mapping"),
        ("title: !!python/object:os.system x\n", "only plain data is read"),
        ("title: t\nsegments: [{id: a, user: hi}]\n", "nothing can be graded"),
        ("title: t\nid: x\n" + SAY, "2: id: comes from the folder's name"),
        (
            "title: t\nservers: {x: {command: serve it}}\n" + SAY,
            "command: should be a list; found 'serve it'",
        ),
        ("title: t\nsegments: []\n", "segments: should have 1 or more; found []"),
        (
            "title: t\nsegments: [{id: a, user: hi, expect: {calls: [{id: x, tool: shop.get}]}}]\n",
            "tool: should be SERVER__TOOL, such as shop__refund; found 'shop.get'",
        ),
        (
            "title: t\nsegments: [{id: a, user: hi, expect: {say: [1]}}, {id: a, user: hi}]\n",
            "names two segments",
        ),
        (
            "title: t\nservers: {x: {builtin: shop, url: http://x}}\n" + SAY,
            "needs exactly one of builtin, command, url, shares; found builtin, url",
        ),
    ],
)
def test_a_mistake_says_where_and_what(folder: Path, text: str, message: str) -> None:
    assert message in "\n".join(problems(write(folder, text)))


def test_only_the_innermost_reason_is_said(folder: Path) -> None:
    (said,) = problems(
        write(folder, "title: t\nsegments: [{id: a, user: hi, expect: {say: [{numbr: 1}]}}]\n")
    )

    assert "segments.0.expect.say.0: no matcher is called 'numbr'" in said


def test_a_small_file_cannot_build_a_huge_value(folder: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]

    assert "without so many aliases" in problems(write(folder, "\n".join(lines)))[0]


def test_every_broken_scenario_of_a_suite_is_reported(folder: Path) -> None:
    write(folder, "title: x\n")
    (folder.parent / "other").mkdir()
    write(folder.parent / "other", "titel: x\n")

    with pytest.raises(ScenarioError) as caught:
        load_suite(folder.parent)

    assert {problem.file.parent.name for problem in caught.value.problems} == {"refund", "other"}


def test_an_unknown_suite_names_what_there_is() -> None:
    with pytest.raises(ScenarioError, match="did you mean 'shop'"):
        find_suite("shopp")


def test_the_digest_moves_with_the_world_and_not_with_the_place(folder: Path, tmp_path: Path) -> None:
    first = digest(load_scenario(write(folder, GOOD)))
    (folder / "world.yaml").write_text("orders: {17: {total: 3}}\n", "utf-8")
    second = digest(load_scenario(folder))
    folder.parent.rename(tmp_path / "moved")
    moved = (tmp_path / "moved").rename(tmp_path / "shop2b")
    moved.rename(tmp_path / "shop2")

    assert first != second
    assert digest(load_scenario(tmp_path / "shop2" / "refund")) == second


def test_merging_removes_what_is_null_and_replaces_lists() -> None:
    assert merge({"a": {"b": 1, "c": 2}, "l": [1, 2]}, {"a": {"c": None}, "l": [3]}) == {
        "a": {"b": 1},
        "l": [3],
    }


def test_servers_of_other_tools_files_are_read(folder: Path) -> None:
    servers = {
        "mcpServers": {"files": {"command": "mcp-server-filesystem", "args": ["."], "disabled": False}}
    }
    (folder / "mcp.json").write_text(json.dumps(servers), "utf-8")
    text = "title: t\nmcp_servers: mcp.json\n" + SAY

    assert load_scenario(write(folder, text)).servers["files"].command == ("mcp-server-filesystem", ".")


def test_a_server_of_another_tools_file_is_completed_by_the_scenario(folder: Path) -> None:
    (folder / "mcp.json").write_text(json.dumps({"mcpServers": {"files": {"command": "serve"}}}), "utf-8")
    (folder / "begin").mkdir()
    servers = "servers: {files: {folder: begin, watch: {folder: .}}}\n"

    server = load_scenario(write(folder, "title: t\nmcp_servers: mcp.json\n" + servers + SAY)).servers[
        "files"
    ]

    assert server.command == ("serve",)
    assert server.folder == str(folder.resolve() / "begin")
    assert server.watch is not None


def test_a_folder_in_another_tools_file_is_beside_the_scenario_too(folder: Path) -> None:
    servers = {"mcpServers": {"files": {"command": "serve", "folder": "nowhere"}}}
    (folder / "mcp.json").write_text(json.dumps(servers), "utf-8")

    (said,) = problems(write(folder, "title: t\nmcp_servers: mcp.json\n" + SAY))

    assert "there is no folder 'nowhere' beside the scenario" in said


def test_a_scenario_by_itself_keeps_the_scorers_of_its_suite(folder: Path) -> None:
    (folder.parent / "suite.yaml").write_text("title: T\nscorers: [brevity]\n", "utf-8")
    write(folder, "title: t\n" + SAY)

    (whole,), (alone,) = load_suite(folder.parent).scenarios, load_suite(folder).scenarios

    assert alone == whole
    assert alone.scorers == ("brevity",)


def test_a_study_finds_suites_beside_itself(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(
        "models: [{name: local/smollm2, first_call: required}, reference/oracle]\n"
        "suites: [shop, ./mine]\nrepeats: 2\n",
        "utf-8",
    )

    study = Study.read(file)

    assert study.suites == ("shop", str(tmp_path / "mine"))
    assert [model.first_call for model in study.models] == ["required", "auto"]


@pytest.mark.parametrize("written", ["../tau2-bench", "/data/tau2-bench"])
def test_a_study_finds_tau2s_data_from_where_it_lies(tmp_path: Path, written: str) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(f"models: [reference/oracle]\nsuites: [tau2/mock]\ntau2_data: {written}\n", "utf-8")

    assert Study.read(file).tau2_data == tmp_path / written


def test_a_study_with_an_unknown_field_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text("models: [reference/oracle]\nsuites: [shop]\nrepeat: 2\n", "utf-8")

    with pytest.raises(ScenarioError, match="3: repeat: is not a field here; did you mean 'repeats'"):
        Study.read(file)


def test_a_study_names_who_plays_the_users_and_who_judges(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    judge = "judge_model: {name: gpt-4.1-mini, sampling: {temperature: 0}}\nuser_model: scripted\n"
    file.write_text(f"models: [reference/oracle]\nsuites: [shop]\n{judge}", "utf-8")

    study = Study.read(file)

    assert study.judge_model is not None
    assert (study.judge_model.name, study.judge_model.sampling) == ("gpt-4.1-mini", {"temperature": 0})
    assert study.user_model == StudyModel(name="scripted")


def test_a_tool_that_comes_later_comes_with_a_segment_that_is_there(folder: Path) -> None:
    later = "servers: {shop: {builtin: shop}}\ntools: {later: {shop__get: b, mall__get: a}}\n"
    found = problems(write(folder, f"title: x\n{later}{SAY}"))
    assert any("no segment is called 'b'" in one for one in found)
    assert any("'mall__get' is no tool of this scenario's servers" in one for one in found)
