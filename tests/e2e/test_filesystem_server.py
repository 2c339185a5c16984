"""A real server that others wrote: `npm install -g @modelcontextprotocol/server-filesystem@2026.8.31`."""

import os
from pathlib import Path

import pytest

from harness.exams.answer_key import prepare_exam
from scenarios.load import load_suite
from scenarios.places import LIBRARY
from scenarios.scenario import Scenario, Segment, Server, Watch
from scenarios.transcript import ToolCall
from tools.failure import WorldFailed
from tools.open_world import WorldHome, open_world
from tools.state import changes

pytestmark = [pytest.mark.anyio, pytest.mark.e2e]

SUITE = load_suite(LIBRARY / "filesystem")


@pytest.fixture
def home(tmp_path: Path) -> WorldHome:
    return WorldHome(work=tmp_path / "work", logs=tmp_path / "logs", environ=dict(os.environ))


@pytest.fixture
def case(tmp_path: Path) -> Scenario:
    """One folder with one file in it."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.txt").write_text("alpha\n", "utf-8")
    command = ("mcp-server-filesystem", ".")
    server = Server(command=command, folder=str(tmp_path / "files"), watch=Watch(folder="."))
    segments = (Segment(id="only", user=("Hello.",)),)
    return Scenario(suite="tests", id="fs", title="fs", servers={"files": server}, segments=segments)


def call(tool: str, arguments: str) -> ToolCall:
    return ToolCall(id="1", name=f"files__{tool}", arguments_json=arguments)


async def test_a_trial_reads_and_writes_a_folder_of_its_own(case: Scenario, home: WorldHome) -> None:
    for _ in range(2):
        async with open_world(case, home=home) as world:
            assert world.protocols == {"files": "2025-11-25"}
            before = await world.snapshot()
            assert before == {"files": {"a.txt": {"text": "alpha\n"}}}
            read = await world.call(call("read_text_file", '{"path": "a.txt"}'))
            assert (read.text, read.structured) == ("alpha\n", {"content": "alpha\n"})
            await world.call(call("write_file", '{"path": "b.txt", "content": "béta"}'))
            made = changes(before["files"], (await world.snapshot())["files"])
            assert [(change.path, change.after) for change in made] == [("/b.txt/text", "béta")]
    assert not list(home.work.iterdir())


async def test_which_tools_write_is_read_from_the_server(case: Scenario, home: WorldHome) -> None:
    async with open_world(case, home=home) as world:
        assert {spec.name for spec in world.tools if spec.writes} == {
            "files__write_file",
            "files__edit_file",
            "files__create_directory",
            "files__move_file",
        }


async def test_the_server_says_no_and_keeps_the_model_in_its_folder(case: Scenario, home: WorldHome) -> None:
    async with open_world(case, home=home) as world:
        missing = await world.call(call("read_text_file", '{"path": "none.txt"}'))
        assert missing.problem == "tool_error"
        outside = await world.call(call("read_text_file", '{"path": "/etc/hostname"}'))
        assert outside.problem == "tool_error"
        assert "outside allowed directories" in outside.text
        retyped = await world.call(call("read_text_file", '{"path": "a.txt", "head": "1"}'))
        assert retyped.problem == "schema"


async def test_without_the_command_the_error_says_what_to_install(case: Scenario, tmp_path: Path) -> None:
    home = WorldHome(work=tmp_path / "w", logs=tmp_path / "l", environ={"PATH": str(tmp_path)})
    with pytest.raises(WorldFailed, match="npm install -g @modelcontextprotocol/server-filesystem"):
        async with open_world(case, home=home):
            pass


@pytest.mark.parametrize("scenario", SUITE.scenarios, ids=lambda scenario: scenario.id)
async def test_the_gold_of_every_scenario_works_on_the_real_server(
    scenario: Scenario, home: WorldHome
) -> None:
    exam = await prepare_exam(scenario, home)
    assert len(exam.key.calls) == len(list(scenario.calls))
