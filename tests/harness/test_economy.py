"""A cold cache is worth stopping for, once it can be told and only where it costs."""

from pathlib import Path

import pytest

from harness.economy import LONG, Economy
from scenarios.exam import Exam
from scenarios.transcript import Exchange, Transcript, Usage
from tests.harness.little_reading import asked

pytestmark = pytest.mark.anyio


def played(exam: Exam, *, tokens: int | None = LONG, cached: int | None = 0, repeat: int = 0) -> Transcript:
    exchange = Exchange(usage=Usage(input=tokens, cached=cached))
    return Transcript(
        scenario=exam.scenario.name, model="m", repeat=repeat, ended="done", exchanges=(exchange,)
    )


async def test_the_second_question_on_a_document_says_whether_the_cache_works(tmp_path: Path) -> None:
    exam, economy = await asked(tmp_path), Economy()
    assert economy.objection(exam, played(exam)) == ""
    said = economy.objection(exam, played(exam, cached=LONG // 4))
    assert "4,096 of 16,384 prompt tokens (25%)" in said
    assert "--allow-cold" in said
    assert economy.objection(exam, played(exam)) == ""


@pytest.mark.parametrize(
    ("tokens", "cached"), [(LONG, LONG // 2), (LONG - 1, 0), (LONG, None), (None, None), (1_000_000, 999_000)]
)
async def test_nothing_is_said_where_all_is_well_or_unknown(
    tmp_path: Path, tokens: int | None, cached: int | None
) -> None:
    exam, economy = await asked(tmp_path), Economy()
    for _ in range(3):
        assert economy.objection(exam, played(exam, tokens=tokens, cached=cached)) == ""


async def test_another_repeat_is_another_reading(tmp_path: Path) -> None:
    exam, economy = await asked(tmp_path), Economy()
    assert economy.objection(exam, played(exam, repeat=0)) == ""
    assert economy.objection(exam, played(exam, repeat=1)) == ""
    assert economy.objection(exam, played(exam, repeat=1)) != ""
