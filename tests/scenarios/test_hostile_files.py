"""Suites of strangers: what they may read, and files that are made to break who reads them."""

import os
from pathlib import Path

import pytest

from scenarios.load import load_scenario
from scenarios.mcp_servers import read_mcp_servers
from scenarios.places import LIBRARY, OutOfPlace, readable_file, readable_folder
from scenarios.problem import ScenarioError
from scenarios.yaml_file import read_yaml


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A scenario's folder in a suite that stands beside another suite and a folder that is none."""
    for folder in ("mine/case", "other", "private"):
        (tmp_path / folder).mkdir(parents=True)
    for file in (
        "mine/suite.yaml",
        "mine/policy.md",
        "other/suite.yaml",
        "other/world.yaml",
        "private/key.yaml",
    ):
        (tmp_path / file).write_text("secret: 1", "utf-8")
    return tmp_path / "mine" / "case"


@pytest.mark.parametrize("name", ["../policy.md", "../../other/world.yaml", "not-there.md"])
def test_a_scenario_reads_its_suite_and_the_suites_beside_it(name: str, case: Path) -> None:
    assert readable_file(case, name) == (case / name).resolve()


def test_a_scenario_reads_the_library(case: Path) -> None:
    world = LIBRARY / "office" / "world.yaml"
    assert readable_file(case, str(world)) == world


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../../private/key.yaml", "../../../x", "link", "a\0b", "x" * 300, "loop"],
)
def test_a_scenario_reads_nothing_else(name: str, case: Path) -> None:
    (case / "link").symlink_to("../../private/key.yaml")
    (case / "loop").symlink_to("loop")
    with pytest.raises(OutOfPlace):
        readable_file(case, name)


def test_what_is_no_file_or_too_large_is_not_read(case: Path) -> None:
    os.mkfifo(case / "pipe.yaml")
    with (case / "large.md").open("wb") as file:
        file.truncate(17 * 2**20)
    for name, said in (
        ("pipe.yaml", "no regular file"),
        ("..", "no regular file"),
        ("large.md", "larger than 16 MiB"),
    ):
        with pytest.raises(OutOfPlace, match=said):
            readable_file(case, name)


@pytest.mark.parametrize("target", ["/etc/passwd", "..", ".", "../../../private", "gone", "pipe"])
def test_a_working_folder_holds_no_way_out_of_it(target: str, case: Path) -> None:
    (case / "files").mkdir()
    os.mkfifo(case / "files" / "pipe")
    (case / "files" / "link").symlink_to(target)
    with pytest.raises(OutOfPlace, match="neither a file nor a link to a file in the folder"):
        readable_folder(case, "files")


def test_a_working_folder_may_link_to_its_own_files(case: Path) -> None:
    (case / "files" / "deep").mkdir(parents=True)
    (case / "files" / "a").write_text("x", "utf-8")
    (case / "files" / "deep" / "link").symlink_to("../a")
    assert readable_folder(case, "files") == case / "files"


def test_a_working_folder_is_small_enough_to_be_copied_for_each_trial(case: Path) -> None:
    (case / "files").mkdir()
    with (case / "files" / "large").open("wb") as file:
        file.truncate(257 * 2**20)
    with pytest.raises(OutOfPlace, match="at most 256 MiB and 20,000 files"):
        readable_folder(case, "files")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("system: /etc/passwd.md", "system"),
        ("servers: {s: {builtin: shop, state: ../../private/key.yaml}}", "servers.s.state"),
        ("servers: {s: {command: [x], folder: ../../private}}", "servers.s.folder"),
        ("mcp_servers: ../../private/key.yaml", "mcp_servers"),
    ],
)
def test_loading_says_what_lies_outside(line: str, field: str, case: Path) -> None:
    (case / "scenario.yaml").write_text(f"title: t\n{line}\nsegments: [{{id: a, user: hi}}]\n", "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(case)
    outside = [problem for problem in caught.value.problems if "lies outside" in problem.message]
    assert [(problem.field, problem.line) for problem in outside] == [(field, 2)]
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "x: " + "[" * 300_000 + "]" * 300_000,
        "x: " + "[" * 2000 + "]" * 2000,
        "- " * 100_000,
        "x: &a [*a]",
        "x: &a {b: *a}",
        "x: !!int foo",
        "x: !!float foo",
        "x: " + "9" * 5000,
        "x: 0x" + "f" * 5000,
        "x: 1e999",
        'x: "\\ud800"',
        "a: &a [x, x, x, x, x, x, x, x]\n"
        + "\n".join(
            f"{b}: &{b} [{', '.join([f'*{a}'] * 8)}]" for a, b in zip("abcdefg", "bcdefgh", strict=True)
        ),
    ],
)
def test_yaml_that_is_made_to_break_its_reader_is_a_problem_like_any_other(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(text, "utf-8")
    with pytest.raises(ScenarioError):
        read_yaml(tmp_path / "x.yaml")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"mcpServers": {"x": 5}}', '{"mcpServers": {"x": {"command": 5}}}', "\ufeff{}"]
)
def test_servers_that_are_none_are_a_problem_like_any_other(text: str, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(text, "utf-8")
    with pytest.raises(ScenarioError):
        read_mcp_servers(tmp_path / "m.json")


def test_a_name_that_no_file_could_bear_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "suite" / ("x" * 200)
    folder.mkdir(parents=True)
    (folder / "scenario.yaml").write_text("title: t\nsegments: [{id: a, user: hi}]\n", "utf-8")
    with pytest.raises(ScenarioError, match="at most 100 characters"):
        load_scenario(folder)
