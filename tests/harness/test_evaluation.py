"""A whole evaluation: which folder a request finds, what is refused before anything is written."""

import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from harness.environment import Environment
from harness.evaluation import Outcome, evaluate
from harness.models.wanted import ModelError
from harness.request import Request
from harness.run import Tally
from harness.runs.store import RunError
from scenarios.problem import ScenarioError
from scenarios.transcript import TrialClass
from tests.harness.known import KNOWN, find_variant
from tests.harness.little_run import Watcher
from tests.harness.little_suite import write_suite

pytestmark = pytest.mark.anyio

ORACLE, IDLE = find_variant("reference/oracle"), find_variant("reference/idle")


async def evaluated(tmp_path: Path, **changes: Any) -> Outcome:
    suite = tmp_path / "little"
    if not suite.exists():
        write_suite(suite, "ada", "ole")
    asked: dict[str, Any] = {
        "suites": (str(suite),),
        "models": (ORACLE,),
        "runs": tmp_path / "runs",
        "known": KNOWN,
    }
    environment = Environment(home=tmp_path / "home", keys={}, variables={})
    return await evaluate(Request(**{**asked, **changes}), environment, Watcher())


def played(outcome: Outcome) -> list[tuple[int, int]]:
    return [(tally.played, tally.kept) for tally in outcome.tallies]


@asynccontextmanager
async def endpoint() -> AsyncIterator[str]:
    """Says Yes. to everybody."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}]})

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/v1"))


async def test_a_run_holds_what_was_asked_the_exams_the_floors_and_the_transcripts(tmp_path: Path) -> None:
    outcome = await evaluated(tmp_path, models=(ORACLE, IDLE), repeats=2, command="longspan run …")

    record = outcome.folder.record
    assert record == outcome.record
    assert (record.command, record.repeats, list(record.scenarios)) == (
        "longspan run …",
        2,
        ["little/ada", "little/ole"],
    )
    assert {"longspan", "python", "mcp", "pydantic"} <= record.versions.keys()
    assert played(outcome) == [(4, 0), (4, 0)]
    assert len(list(outcome.folder.transcripts(record))) == 8
    assert (outcome.folder.path / "floors.json").is_file()
    assert (outcome.folder.path / "trials.csv").is_file()


@pytest.mark.parametrize("how", [{"concurrency": 1}, {"transport": "stdio"}, {"command": "other"}])
async def test_how_it_is_asked_finds_the_same_run(tmp_path: Path, how: dict[str, Any]) -> None:
    first = await evaluated(tmp_path)

    again = await evaluated(tmp_path, **how)

    assert again.folder == first.folder
    assert played(again) == [(0, 2)]


@pytest.mark.parametrize("what", [{"seed": 1}, {"limit": 1}, {"models": (IDLE,)}, {"models": (ORACLE, IDLE)}])
async def test_what_is_asked_makes_another_run(tmp_path: Path, what: dict[str, Any]) -> None:
    first = await evaluated(tmp_path)

    assert (await evaluated(tmp_path, **what)).folder != first.folder


async def test_a_scenario_that_was_edited_makes_another_run(tmp_path: Path) -> None:
    first = await evaluated(tmp_path)
    file = tmp_path / "little/ada/scenario.yaml"
    file.write_text(file.read_text("utf-8").replace("555-0199", "555-0198"), "utf-8")

    assert (await evaluated(tmp_path)).folder != first.folder


async def test_more_repeats_extend_the_run_and_fewer_leave_it(tmp_path: Path) -> None:
    await evaluated(tmp_path)

    more = await evaluated(tmp_path, repeats=3)
    fewer = await evaluated(tmp_path, repeats=2)

    assert played(more) == [(4, 2)]
    assert played(fewer) == [(0, 6)]
    assert fewer.folder.record.repeats == 3


async def test_a_new_run_of_the_same_is_the_one_that_goes_on(tmp_path: Path) -> None:
    first = await evaluated(tmp_path)

    new = await evaluated(tmp_path, new=True)
    again = await evaluated(tmp_path, repeats=2)

    assert new.folder.path.name == f"{first.folder.path.name}-2"
    assert again.folder == new.folder
    assert first.folder.record.repeats == 1


async def test_a_finished_run_opens_no_model(tmp_path: Path) -> None:
    async with endpoint() as url:
        asked = find_variant(f"chat:yes@{url}")
        first = await evaluated(tmp_path, models=(asked,))

    again = await evaluated(tmp_path, models=(asked,))

    assert played(first) == [(2, 0)]
    assert played(again) == [(0, 2)]
    with pytest.raises(ModelError, match="cannot reach"):
        await evaluated(tmp_path, models=(asked,), repeats=2)


async def test_a_run_that_cannot_begin_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot reach"):
        await evaluated(tmp_path, models=(ORACLE, find_variant("chat:m@http://127.0.0.1:9/v1")))

    assert not (tmp_path / "runs").exists()


async def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    outcome = await evaluated(tmp_path)
    with (outcome.folder.path / ".lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        with pytest.raises(RunError, match="is being played by another longspan; wait for it or use --new"):
            await evaluated(tmp_path, repeats=2)

    assert outcome.folder.record.repeats == 1
    assert played(await evaluated(tmp_path, repeats=2)) == [(2, 2)]


async def test_two_models_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="two models have one name: reference/oracle, reference/oracle"):
        await evaluated(tmp_path, models=(ORACLE, ORACLE))

    assert not (tmp_path / "runs").exists()


async def test_two_models_that_would_share_a_folder_are_refused(tmp_path: Path) -> None:
    twins = tuple(
        find_variant("reference/oracle").model_copy(update={"label": label}) for label in ("a/b", "a~b")
    )

    with pytest.raises(RunError, match="two models have one name"):
        await evaluated(tmp_path, models=twins)


async def test_scenarios_of_one_name_in_two_suites_are_refused(tmp_path: Path) -> None:
    for place in ("here", "there"):
        write_suite(tmp_path / place / "mine", "ada" if place == "here" else "ole", named="same")

    with pytest.raises(ScenarioError, match=r"mine/same/.*: two suites have a scenario of this name"):
        await evaluated(tmp_path, suites=(str(tmp_path / "here/mine"), str(tmp_path / "there/mine")))


async def test_a_scenario_that_is_named_twice_is_played_once(tmp_path: Path) -> None:
    suite = tmp_path / "little"
    write_suite(suite, "ada", "ole")

    outcome = await evaluated(tmp_path, suites=(str(suite), str(suite / "ada")))

    assert played(outcome) == [(2, 0)]


async def test_a_scorer_that_is_not_installed_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    suite = tmp_path / "little"
    write_suite(suite, "ada")
    (suite / "suite.yaml").write_text("title: Little\nscorers: [brevity]\n", "utf-8")

    with pytest.raises(
        ScenarioError, match=r"little/ada/.*: scorers: no scorer is called 'brevity'; there are state"
    ):
        await evaluated(tmp_path)

    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(("ended", "bug"), [({"done": 2}, False), ({"done": 1, "harness": 1}, True)])
async def test_one_bug_of_ours_among_the_trials_is_noticed(
    tmp_path: Path, ended: dict[TrialClass, int], bug: bool
) -> None:
    outcome = await evaluated(tmp_path)
    tallies = (*outcome.tallies, Tally(played=2, kept=0, ended=ended))

    assert Outcome(folder=outcome.folder, record=outcome.record, tallies=tallies).has_bugs is bug
