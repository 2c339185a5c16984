"""Readers of known memory get right what they can see, and nothing else."""

from pathlib import Path

import pytest

from harness.exams.grading import Grader
from harness.exams.reference import ReferenceModel
from harness.exams.reference_reading import NoReader, answer_from, parse_reader
from harness.models.wanted import ModelError
from harness.runs.record import ModelVariant
from harness.trial.play import play
from scenarios.line import Conflict, Names, Value
from scenarios.reading import Evidence, Layout
from scoring.grade import Grade
from tests.harness.known import find_variant
from tests.harness.little_reading import OneDocument, asked, question, reading_stage


async def graded(tmp_path: Path, reader: str, layout: Layout = "single", after: int = 3) -> Grade:
    exam = await asked(tmp_path, layout, after=after)
    variant = ModelVariant(label=f"reference/{reader}", wire="reference", model=reader, simulated=True)
    model = ReferenceModel(variant=variant, shelf=OneDocument())
    return Grader().grade(exam, await play(exam, model, 0, reading_stage(tmp_path)))


@pytest.mark.anyio
async def test_a_window_sees_what_stands_among_its_last_tokens(tmp_path: Path) -> None:
    wide, narrow = await graded(tmp_path, "window:30"), await graded(tmp_path, "window:8")
    assert wide.success is True
    assert (narrow.success, narrow.root_cause) == (False, "false_abstention")


@pytest.mark.anyio
@pytest.mark.parametrize("layout", ["single", "concat", "segmented", "recap", "carry", "tools"])
async def test_the_oracle_is_right_in_every_layout(tmp_path: Path, layout: Layout) -> None:
    assert (await graded(tmp_path, "oracle", layout)).success is True


@pytest.mark.anyio
async def test_a_carried_document_is_seen_in_its_last_part_alone(tmp_path: Path) -> None:
    assert (await graded(tmp_path, "window:1k", "carry", after=2)).success is True
    assert (await graded(tmp_path, "window:1k", "carry", after=3)).success is False


@pytest.mark.anyio
async def test_flips_and_losses_happen_as_often_as_said(tmp_path: Path) -> None:
    assert (await graded(tmp_path, "flip:0")).success is True
    assert (await graded(tmp_path, "flip:1")).success is False
    assert (await graded(tmp_path, "lossy:0")).success is True


@pytest.mark.anyio
async def test_a_copier_earns_nothing_where_an_answer_is_wanted(tmp_path: Path) -> None:
    assert (await graded(tmp_path, "copier")).root_cause == "unparsed"


def test_a_partial_reader_answers_what_it_knows() -> None:
    one = [Evidence(text=text, part=1, token=0, answer=text) for text in ("a", "b", "c")]
    reading = question().reading
    assert reading is not None
    latest = reading.model_copy(update={"evidence": tuple(one), "rests": "latest"})
    each = latest.model_copy(update={"rests": "each"})
    assert answer_from(Value(gold="c"), latest, one[:2], "en") == "ANSWER: b"
    assert answer_from(Names(gold=("a", "b", "c")), each, one[:2], "en") == 'ANSWER: ["a", "b"]'
    assert answer_from(Conflict(golds=("a", "b")), each, one[1:2], "zh") == "ANSWER: b"
    assert answer_from(Value(gold="c"), latest, [], "en") == "ANSWER: not stated"


@pytest.mark.parametrize("name", ["window", "window:x", "flip:2", "lossy:", "stale:3", "copier:2k"])
def test_a_reader_whose_parameter_means_nothing_is_said(name: str) -> None:
    with pytest.raises(NoReader):
        parse_reader(name)
    with pytest.raises(ModelError):
        find_variant(f"reference/{name}")


def test_another_name_is_no_reader() -> None:
    assert parse_reader("oracle") is None
