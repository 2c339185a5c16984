"""What a bench sends is what a run would send to a model that does as gold does."""

from itertools import pairwise
from pathlib import Path

import pytest

from harness.bench.gold import gold_talks
from harness.bench.talk import Talk
from harness.environment import Environment
from harness.exams.answer_key import prepare_exam
from harness.exams.prepare import load_scenarios, prepare_exams, world_home
from harness.runs.store import RunError
from harness.trial.play import Stage
from scenarios.documents.shelf import Shelf
from scenarios.reading import Layout
from scenarios.scenario import Limits
from scenarios.transcript import AssistantMessage, ToolMessage, UserMessage
from tests.harness.little_reading import PARTS, OneDocument, asked, reading_stage
from tests.harness.little_suite import write_suite
from tests.harness.stage import scenario, stage

pytestmark = pytest.mark.anyio


async def suite_talks(tmp_path: Path, *people: str) -> tuple[Talk, ...]:
    environment = Environment(home=tmp_path, keys={}, variables={})
    home = world_home(environment, tmp_path / "work")
    scenarios = load_scenarios([str(write_suite(tmp_path / "little", *people))])
    made = Stage(home=home, now=lambda: "", clock=lambda: 0.0)
    return await gold_talks(await prepare_exams(scenarios, home), made, Shelf())


async def reading_talks(tmp_path: Path, layout: Layout, *names: str) -> tuple[Talk, ...]:
    exams = {name: await asked(tmp_path, layout, name=name) for name in names}
    return await gold_talks(exams, reading_stage(tmp_path, warm=False), OneDocument())


async def test_a_scenario_with_tools_is_a_conversation_whose_requests_grow(tmp_path: Path) -> None:
    (talk,) = await suite_talks(tmp_path, "ada")

    assert (talk.name, talk.grows) == ("little/ada", True)
    assert talk.exam.key.tools
    assert talk.exam.scenario.system
    kinds = [type(message) for message in talk.turns[-1].messages]
    assert kinds == [UserMessage, AssistantMessage, ToolMessage, AssistantMessage, ToolMessage]
    for before, after in pairwise(talk.turns):
        assert after.messages[: len(before.messages)] == before.messages


async def test_every_scenario_is_a_conversation_of_its_own(tmp_path: Path) -> None:
    found = await suite_talks(tmp_path, "ada", "ole")

    assert [talk.name for talk in found] == ["little/ada", "little/ole"]


async def test_the_gold_replies_stand_between_the_requests(tmp_path: Path) -> None:
    (talk,) = await suite_talks(tmp_path, "ada")

    called = [
        call.name
        for message in talk.turns[-1].messages
        if isinstance(message, AssistantMessage)
        for call in message.tool_calls
    ]
    assert called == ["shop__find_customers", "shop__update_contact"]


async def test_a_reply_has_room_for_a_sentence_and_never_more_than_the_scenario_gives(tmp_path: Path) -> None:
    (talk,) = await suite_talks(tmp_path, "ada")

    assert all(32 <= turn.output_tokens <= talk.exam.scenario.limits.output_tokens for turn in talk.turns)


async def test_questions_on_one_document_are_one_conversation_that_begins_alike(tmp_path: Path) -> None:
    (talk,) = await reading_talks(tmp_path, "single", "lamp", "shade")

    assert not talk.grows
    assert [len(turn.messages) for turn in talk.turns] == [3, 3]
    one, other = (turn.messages for turn in talk.turns)
    assert one[:2] == other[:2]
    assert all(part in one[0].text for part in PARTS)


async def test_a_document_given_part_by_part_has_the_requests_of_its_main_line_first(tmp_path: Path) -> None:
    (talk,) = await reading_talks(tmp_path, "segmented", "lamp", "shade")

    lengths = [len(turn.messages) for turn in talk.turns]
    assert lengths == [1, 3, 5, 7, 7]


async def test_documents_in_two_layouts_are_two_conversations(tmp_path: Path) -> None:
    exams = {layout: await asked(tmp_path, layout) for layout in ("single", "concat")}

    found = await gold_talks(exams, reading_stage(tmp_path, warm=False), OneDocument())

    assert len({talk.name for talk in found}) == 2


async def test_gold_that_cannot_be_played_is_said_with_its_name(tmp_path: Path) -> None:
    made = stage(tmp_path)
    exam = await prepare_exam(scenario(limits=Limits(steps=1)), made.home)

    with pytest.raises(RunError, match=r"tests/boxes: its gold cannot be played: 1 requests"):
        await gold_talks({"tests/boxes": exam}, made, Shelf())
