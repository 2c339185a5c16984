import json
from pathlib import Path

import pytest

from scenarios.language import Language
from scenarios.scenario import Fault, FaultKind, Tools
from tests.tools.tiny_world import START, call, home, scenario
from tools.faults import fault_of, spoilt, unsent
from tools.open_world import open_world

pytestmark = pytest.mark.anyio

ADD = call("tiny__add_note", '{"text": "x"}')
LIST = call("tiny__list_notes")
WHOLE = '[{"id":"N-1","text":"água","stars":1}]'


def faulty(*faults: Fault) -> Tools:
    return Tools(faults=faults)


@pytest.mark.parametrize("kind", ["timeout", "error"])
async def test_a_call_that_times_out_or_errs_never_reaches_the_server(
    kind: FaultKind, tmp_path: Path
) -> None:
    case = scenario(tools=faulty(Fault(tool="tiny__add_note", error=kind)))
    async with open_world(case, home=home(tmp_path)) as world:
        hit = await world.call(ADD)
        assert (hit.problem, hit.detail, hit.structured) == ("fault", kind, None)
        assert await world.snapshot() == {"tiny": START}
        again = await world.call(ADD)
        assert (again.problem, again.structured) == (None, {"id": "N-2"})


@pytest.mark.parametrize("kind", ["garbled", "truncated"])
async def test_a_spoilt_result_shows_little_and_has_no_structure(kind: FaultKind, tmp_path: Path) -> None:
    case = scenario(tools=faulty(Fault(tool="tiny__list_notes", error=kind)))
    async with open_world(case, home=home(tmp_path)) as world:
        hit = await world.call(LIST)
        assert (hit.problem, hit.detail, hit.structured) == ("fault", kind, None)
        with pytest.raises(ValueError, match=r"Expecting|Invalid|Unterminated"):
            json.loads(hit.text)
        assert (await world.call(LIST)).text == WHOLE


async def test_a_slow_result_is_late_and_right(tmp_path: Path) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    case = scenario(tools=faulty(Fault(tool="tiny__list_notes", error="slow", seconds=2.5)))
    async with open_world(case, home=home(tmp_path, sleep=sleep)) as world:
        hit = await world.call(LIST)
        assert (hit.text, hit.problem, hit.detail, waits) == (WHOLE, None, "slow", [2.5])
        assert (await world.call(LIST)).detail is None
    assert waits == [2.5]


async def test_only_calls_that_are_sent_are_counted(tmp_path: Path) -> None:
    case = scenario(tools=faulty(Fault(tool="tiny__add_note", nth=2, error="timeout")))
    async with open_world(case, home=home(tmp_path)) as world:
        for bad in ("{}", "[", '{"text": 1}'):
            assert (await world.call(call("tiny__add_note", bad))).problem in ("schema", "malformed")
        assert (await world.call(LIST)).problem is None
        assert (await world.call(ADD)).problem is None
        assert (await world.call(ADD)).problem == "fault"
        assert (await world.call(ADD)).problem is None


async def test_every_trial_counts_from_one(tmp_path: Path) -> None:
    case = scenario(tools=faulty(Fault(tool="tiny__list_notes", error="error", message="Try later.")))
    for _ in range(2):
        async with open_world(case, home=home(tmp_path)) as world:
            assert (await world.call(LIST)).text == "Try later."


async def test_the_same_scenario_is_spoilt_in_the_same_way(tmp_path: Path) -> None:
    fault = faulty(Fault(tool="tiny__list_notes", error="garbled"))
    texts = []
    for name in ("one", "one", "two"):
        async with open_world(scenario(name=name, tools=fault), home=home(tmp_path)) as world:
            texts.append((await world.call(LIST)).text)
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize(("language", "said"), [("en", "timed out"), ("zh", "超时")])
def test_a_time_out_is_said_in_the_scenarios_language(language: Language, said: str) -> None:
    assert said in unsent(Fault(tool="a__b", error="timeout"), language).text


@pytest.mark.parametrize(("language", "said"), [("en", "truncated"), ("zh", "被截断")])
def test_a_cut_is_said_in_the_scenarios_language(language: Language, said: str) -> None:
    left = spoilt(Fault(tool="a__b", error="truncated"), "x" * 100, language, "seed").text
    assert said in left
    assert "x" * 30 in left
    assert "x" * 31 not in left


def test_garbling_loses_most_characters_and_keeps_the_length() -> None:
    text = "The refund of 42.50 for order O-17 was made on 2026-03-14. " * 20
    left = spoilt(Fault(tool="a__b", error="garbled"), text, "en", "seed").text
    assert len(left) == len(text)
    assert sum(a == b for a, b in zip(text, left, strict=True)) < len(text) / 2


def test_two_faults_of_one_tool_hit_different_calls() -> None:
    faults = [Fault(tool="a__b", nth=1, error="timeout"), Fault(tool="a__b", nth=3, error="error")]
    hits = [fault_of(faults, "a__b", nth) for nth in range(1, 5)]
    assert [hit and hit.error for hit in hits] == ["timeout", None, "error", None]
    assert fault_of(faults, "a__c", 1) is None
