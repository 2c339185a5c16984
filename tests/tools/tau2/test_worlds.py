"""tau2's own domains behind our servers; needs `pip install 'longspan[tau2]'`."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from harness.exams.answer_key import prepare_exam
from harness.exams.reference import ReferenceModel
from harness.runs.record import ModelVariant
from harness.trial.play import Stage, play
from scenarios.foreign_suites import named_suite
from scenarios.scenario import Scenario
from scenarios.transcript import ToolCall
from scoring.grade import grade
from tests.tools.tiny_world import home
from tools.failure import WorldFailed
from tools.open_world import open_world
from tools.tau2 import domains
from tools.tau2.task_world import TaskWorld
from tools.tau2.worlds import tau2_world
from tools.world import Refused

pytestmark = [pytest.mark.anyio, pytest.mark.e2e, pytest.mark.tau2]


def task_world(domain: str, task: dict[str, JsonValue] | None = None) -> TaskWorld:
    return TaskWorld(domains.domain(domain, None), task or {})


def scenario(suite: str, task: str) -> Scenario:
    return next(one for one in named_suite(suite).scenarios if one.id == task)


def stage(tmp_path: Path) -> Stage:
    return Stage(home=home(tmp_path), now=lambda: "", clock=lambda: 0.0)


def reference(name: str) -> ReferenceModel:
    variant = ModelVariant(label=f"reference/{name}", wire="reference", model=name, simulated=True)
    return ReferenceModel(variant=variant)


def test_a_tool_says_what_tau2_says_to_the_letter() -> None:
    said = task_world("mock").call("assistant", "create_task", {"user_id": "user_1", "title": "T"})

    assert said.text == '{"task_id": "task_2", "title": "T", "description": null, "status": "pending"}'
    assert said.value == json.loads(said.text)


def test_what_tau2_calls_an_error_is_refused_in_its_words() -> None:
    with pytest.raises(Refused, match=r"^Error: User nobody not found$"):
        task_world("mock").call("assistant", "create_task", {"user_id": "nobody", "title": "T"})
    with pytest.raises(Refused, match=r"^Error: Tool 'fly' not found.$"):
        task_world("mock").call("assistant", "fly", {})


def test_a_calculation_that_would_not_end_is_refused_as_one_whose_result_is_too_large() -> None:
    world = task_world("airline")
    for expression in ("9**9**9**9", "10**999"):
        with pytest.raises(Refused, match=r"^Error: int too large to convert to float$"):
            world.call("assistant", "calculate", {"expression": expression})
    assert world.call("assistant", "calculate", {"expression": "2**10"}).text == "1024.0"


def test_an_agent_on_its_own_is_done_whatever_it_says_with_that() -> None:
    world = tau2_world("tau2-mock-solo")
    done = next(tool for tool in world.tools if tool.name == "done")

    for given in ({}, {"summary": "All made."}, {"tool_name": "x", "requestor": "y", "state": "z"}):
        assert done.run(task_world("mock"), **given) == "Noted."


@pytest.mark.parametrize(
    "initial",
    [
        {"initialization_data": 5},
        {"initialization_actions": [{"env_type": "assistant", "func_name": "fly", "arguments": {}}]},
    ],
)
def test_a_task_of_another_version_says_that_it_does_not_fit(initial: JsonValue) -> None:
    with pytest.raises(WorldFailed, match="initial state does not fit the code of the installed tau2"):
        task_world("mock", {"initial_state": initial})


@pytest.mark.parametrize("text", ['{"tasks": {}, "users": {}, "pets": {}}', "{", None])
def test_data_of_another_version_says_that_it_does_not_fit(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "db.json").write_text(text, "utf-8")

    with pytest.raises(WorldFailed, match=r"the data in .* does not fit the code of the installed tau2"):
        domains.domain("mock", str(tmp_path))


def test_an_assertion_of_another_version_is_one_that_raises() -> None:
    world = task_world("mock", {"evaluation_criteria": {"env_assertions": [{"about": "pets"}]}})

    assert str(world.changes()[-1].after).startswith("ValidationError: ")


def test_equal_changes_are_equal_hashes_of_the_whole_database() -> None:
    """Over edits of a big database that end alike, end otherwise, or are spelt otherwise."""
    fetch, cancel = "get_reservation_details", "cancel_reservation"
    bags = {"nonfree_baggages": 0, "payment_id": "gift_card_9887200"}
    runs: list[list[tuple[str, dict[str, Any]]]] = [
        [],
        [(fetch, {"reservation_id": "EHGLP3"})],
        [(cancel, {"reservation_id": "EHGLP3"})],
        [(fetch, {"reservation_id": "EHGLP3"}), (cancel, {"reservation_id": "EHGLP3"})],
        [("update_reservation_baggages", {"reservation_id": "EHGLP3", "total_baggages": 3, **bags})],
        [("update_reservation_baggages", {"reservation_id": "EHGLP3", "total_baggages": 3.0, **bags})],
    ]
    found = []
    for run in runs:
        environment = domains.domain("airline", None).environment()
        world = TaskWorld(domains.domain("airline", None), {})
        for tool, arguments in run:
            domains.answer(environment, "assistant", tool, arguments)
            try:
                world.call("assistant", tool, arguments)
            except Refused:
                continue
        found.append((environment.get_db_hash(), [change.model_dump_json() for change in world.changes()]))

    for one, changed in found:
        for other, as_well in found:
            assert (one == other) == (changed == as_well)


def test_the_loaded_database_stays_as_it_was() -> None:
    loaded = domains.domain("airline", None).databases[0]
    before = loaded.get_hash()
    world = task_world("airline")
    world.call("assistant", "cancel_reservation", {"reservation_id": "EHGLP3"})

    assert loaded.get_hash() == before
    assert {change.path for change in world.changes()} >= {"/db/reservations/EHGLP3/status"}


def test_tau2s_reference_run_is_not_synced_and_ours_is() -> None:
    tasks = list(named_suite("tau2/telecom:small").scenarios)
    differ = 0
    for one in tasks:
        state = one.servers["telecom"].state or {}
        begin = tau2_world("tau2-telecom").begin
        assert begin is not None
        world: Any = begin(state)
        for _, call in one.calls:
            arguments = {name: value["equal"] for name, value in call.args.items()}  # type: ignore[call-overload, index] # as the loader writes them
            side = "user" if one.side_of(call.tool) == "user" else "assistant"
            world.call(side, call.tool.partition("__")[2], arguments)
        mine = [change for change in world.changes() if not change.path.startswith("/assertions")]
        differ += list(world.reference()) != mine
        assert all(
            change.after is True for change in world.changes() if change.path.startswith("/assertions")
        )

    assert 0 < differ < len(tasks)


async def test_both_sides_stand_over_one_phone(tmp_path: Path) -> None:
    one = named_suite("tau2/telecom:small").scenarios[0]
    async with open_world(one, home=home(tmp_path)) as world:
        bar = await world.call(ToolCall(id="1", name="user__check_status_bar", arguments_json="{}"), "user")
        hidden = await world.call(ToolCall(id="2", name="user__check_status_bar", arguments_json="{}"))

    assert bar.problem is None
    assert hidden.problem == "unknown_tool"


@pytest.mark.parametrize(
    ("suite", "task", "model", "success"),
    [
        ("tau2/airline", "8", "oracle", True),
        ("tau2/airline", "8", "idle", False),
        ("tau2/airline", "0", "idle", True),
        ("tau2/mock", "update_task_with_message_history", "oracle", True),
        ("tau2/mock-solo", "create_task_1", "oracle", True),
        ("tau2/retail", "2", "oracle", True),
    ],
)
async def test_gold_and_nothing_through_the_real_loop(
    suite: str, task: str, model: str, success: bool, tmp_path: Path
) -> None:
    exam = await prepare_exam(scenario(suite, task), home(tmp_path))
    transcript = await play(exam, reference(model), 0, stage(tmp_path))

    assert transcript.failure is None
    assert grade(exam, transcript).success is success
