import json
from pathlib import Path

import pytest

from scenarios.scenario import (
    Server,
    Tools,
    Transport,
)
from tests.tools.tiny_world import NAME, START, call, home, scenario
from tools.failure import WorldFailed
from tools.open_world import open_world

pytestmark = pytest.mark.anyio

TRANSPORTS: tuple[Transport, ...] = ("memory", "stdio", "http")


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_every_transport_gives_the_same_tools_results_and_state(
    transport: Transport, tmp_path: Path
) -> None:
    async with open_world(scenario(), home=home(tmp_path)) as world:
        tools_in_memory = world.tools
    async with open_world(scenario(), home=home(tmp_path, transport)) as world:
        assert world.tools == tools_in_memory
        assert world.protocols == {"tiny": "2026-07-28"}
        assert await world.snapshot() == {"tiny": START}

        listed = await world.call(call("tiny__list_notes"))
        assert listed.text == '[{"id":"N-1","text":"água","stars":1}]'
        assert listed.structured == [{"id": "N-1", "text": "água", "stars": 1}]
        assert (listed.problem, listed.call_id) == (None, "c1")

        title = await world.call(call("tiny__title_of", '{"note": "N-1"}'))
        assert (title.text, title.structured) == ("água", "água")

        refused = await world.call(call("tiny__clear"))
        assert (refused.text, refused.problem) == ("Notes are kept for ever.", "tool_error")

        added = await world.call(call("tiny__add_note", '{"text": "two", "stars": 2.0}'))
        assert added.structured == {"id": "N-2"}
        assert await world.snapshot() == {
            "tiny": {"notes": {"N-1": {"text": "água", "stars": 1}, "N-2": {"text": "two", "stars": 2}}}
        }
    assert not (tmp_path / "work").exists() or not list((tmp_path / "work").iterdir())


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_bug_of_a_world_is_never_an_answer_to_the_model(transport: Transport, tmp_path: Path) -> None:
    with pytest.raises(WorldFailed, match="division by zero") as caught:
        async with open_world(scenario(), home=home(tmp_path, transport)) as world:
            await world.call(call("tiny__explode"))
    assert (caught.value.kind, caught.value.server) == ("world_bug", "tiny")


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_every_trial_starts_from_the_same_state(transport: Transport, tmp_path: Path) -> None:
    case = scenario()
    for _ in range(2):
        async with open_world(case, home=home(tmp_path, transport)) as world:
            added = await world.call(call("tiny__add_note", '{"text": "x"}'))
            assert added.structured == {"id": "N-2"}
    assert case.servers["tiny"].state == START


async def test_specs_are_the_same_objects_in_every_trial(tmp_path: Path) -> None:
    case = scenario(tools=Tools(distractors=3))
    async with open_world(case, home=home(tmp_path)) as one, open_world(case, home=home(tmp_path)) as two:
        assert [id(spec) for spec in one.tools] == [id(spec) for spec in two.tools]


async def test_reading_tools_are_told_from_writing_ones(tmp_path: Path) -> None:
    async with open_world(scenario(), home=home(tmp_path)) as world:
        assert [spec.name for spec in world.tools if spec.writes] == [
            "tiny__add_note",
            "tiny__clear",
            "tiny__explode",
        ]


@pytest.mark.parametrize(
    ("arguments", "problem", "said"),
    [
        ('{"text": "x", "stars": "1"}', "schema", "stars: '1' is not of type 'integer'"),
        ('{"text": "x", "stars": true}', "schema", "stars: True is not of type 'integer'"),
        ('{"text": "x", "stars": 9}', "schema", "stars: 9 is greater than the maximum of 5"),
        ("{}", "schema", "'text' is a required property"),
        ("", "schema", "'text' is a required property"),
        ('{"text": "x", "star": 1}', "schema", "('star' was unexpected); known: text, stars"),
        ('{"text": NaN}', "malformed", "NaN is not JSON"),
        ('{"text": "x", "stars": 1e999}', "malformed", "too large to calculate with"),
        ('{"text": "\\ud800"}', "malformed", "lone surrogate"),
        ('{"text": "a", "text": "b"}', "malformed", "a key is written twice"),
        ('["x"]', "malformed", "a JSON list where an object is needed"),
        ('{"text": "x"', "malformed", "Expecting ',' delimiter"),
    ],
)
async def test_what_is_wrong_as_written_is_said_and_never_sent(
    arguments: str, problem: str, said: str, tmp_path: Path
) -> None:
    async with open_world(scenario(), home=home(tmp_path)) as world:
        answer = await world.call(call("tiny__add_note", arguments))
        assert answer.problem == problem
        assert said in answer.text
        assert answer.detail is not None
        assert answer.detail in answer.text
        assert await world.snapshot() == {"tiny": START}


async def test_a_chinese_scenario_is_answered_in_chinese(tmp_path: Path) -> None:
    async with open_world(scenario(language="zh"), home=home(tmp_path)) as world:
        assert "调用未执行" in (await world.call(call("tiny__add_note"))).text
        assert "不是一个 JSON 对象" in (await world.call(call("tiny__add_note", "x"))).text
        assert "没有名为" in (await world.call(call("tiny__none"))).text


async def test_an_unknown_tool_is_answered_with_what_is_close(tmp_path: Path) -> None:
    async with open_world(scenario(), home=home(tmp_path)) as world:
        answer = await world.call(call("list_notes"))
    assert answer.problem == "unknown_tool"
    assert answer.text.startswith("Error: there is no tool 'list_notes'. Did you mean tiny__list_notes")


async def test_a_distractor_answers_blandly_and_changes_nothing(tmp_path: Path) -> None:
    async with open_world(scenario(tools=Tools(distractors=40)), home=home(tmp_path)) as world:
        assert [spec.distractor for spec in world.tools] == [False] * 6 + [True] * 40
        useless = next(spec for spec in world.tools[6:] if not spec.input_schema["required"])
        answer = await world.call(call(useless.name))
        assert answer.problem is None
        assert json.loads(answer.text) == answer.structured
        assert (await world.call(call(useless.name, '{"x": 1}'))).problem == "schema"
        assert await world.snapshot() == {"tiny": START}


async def test_the_clock_that_is_passed_in_measures_a_call(tmp_path: Path) -> None:
    ticks = iter([10.0, 10.25])
    async with open_world(scenario(), home=home(tmp_path, clock=lambda: next(ticks))) as world:
        assert (await world.call(call("tiny__list_notes"))).ms == 250.0


async def test_without_servers_nothing_is_opened(tmp_path: Path) -> None:
    async with open_world(scenario({}, tools=Tools(distractors=2)), home=home(tmp_path)) as world:
        assert len(world.tools) == 2
        assert await world.snapshot() == {}
        assert not (tmp_path / "work").exists()


async def test_an_error_of_the_caller_comes_out_as_it_went_in(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="mine"):
        async with open_world(scenario(), home=home(tmp_path)):
            raise KeyError("mine")


async def test_a_world_that_does_not_exist_is_named_with_those_that_do(tmp_path: Path) -> None:
    case = scenario({"s": Server(builtin="shopp")})
    with pytest.raises(WorldFailed, match="no built-in world is called 'shopp'; did you mean shop"):
        async with open_world(case, home=home(tmp_path, worlds={"shop": None, "desk": None})):
            pass


async def test_a_scenario_may_hold_one_world_twice(tmp_path: Path) -> None:
    twice = {name: Server(builtin=NAME, state=START) for name in ("left", "right")}
    async with open_world(scenario(twice), home=home(tmp_path)) as world:
        await world.call(call("left__add_note", '{"text": "x"}'))
        state = await world.snapshot()
    assert state["right"] == START
    assert state["left"] != START
