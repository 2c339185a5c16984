"""What a reader must score is computed from where the evidence stands, and compared with what it scored."""

from pathlib import Path

import pytest

from harness.exams.check_reading import check_readers, expected_success
from harness.exams.reference_reading import ReaderKind
from harness.trial.play import Stage
from scenarios.exam import Exam
from scenarios.reading import Evidence
from tests.harness.little_reading import asked, reading_stage

pytestmark = pytest.mark.anyio


def moved(exam: Exam, *tokens: int, total: int = 1000, rests: str = "all") -> Exam:
    """The exam with evidence at these tokens of a document of so many."""
    reading = exam.scenario.reading
    assert reading is not None
    places = tuple(Evidence(text=f"e{n}", part=1, token=n, answer=str(n)) for n in tokens)
    document = reading.document.model_copy(update={"tokens": (total,)})
    changed = reading.model_copy(
        update={"evidence": places, "document": document, "after": 1, "rests": rests}
    )
    return exam.model_copy(update={"scenario": exam.scenario.model_copy(update={"reading": changed})})


async def test_a_window_holds_what_is_among_its_last_tokens(tmp_path: Path) -> None:
    exam, window = await asked(tmp_path), ReaderKind(name="window", tokens=400)
    assert expected_success(moved(exam, 900), window) == 1.0
    assert expected_success(moved(exam, 100), window) == 0.0
    assert expected_success(moved(exam, 100, 900), window) == 0.0
    assert expected_success(moved(exam, 100, 900, rests="latest"), window) == 1.0
    assert expected_success(moved(exam, 610), window) is None
    assert expected_success(moved(exam, rests="whole"), window) == 0.0


async def test_a_lossy_reader_loses_the_middle_most(tmp_path: Path) -> None:
    exam, lossy = await asked(tmp_path), ReaderKind(name="lossy", chance=0.5)
    assert expected_success(moved(exam, 0), lossy) == 1.0
    assert expected_success(moved(exam, 500), lossy) == pytest.approx(0.5)
    assert expected_success(moved(exam, 500, 501), lossy) == pytest.approx(0.25, abs=0.001)


async def test_a_value_that_came_back_is_no_news_to_a_stale_reader(tmp_path: Path) -> None:
    exam = moved(await asked(tmp_path), 100, 500, 900, rests="latest")
    reading = exam.scenario.reading
    assert reading is not None
    first, second, third = reading.evidence
    again = third.model_copy(update={"answer": first.answer})
    back = reading.model_copy(update={"evidence": (first, second, again)})
    returned = exam.model_copy(update={"scenario": exam.scenario.model_copy(update={"reading": back})})
    assert expected_success(exam, ReaderKind(name="stale")) == 0.0
    assert expected_success(returned, ReaderKind(name="stale")) == 1.0


async def test_a_copier_is_never_right_where_an_answer_line_is_wanted(tmp_path: Path) -> None:
    exam = await asked(tmp_path)
    assert expected_success(exam, ReaderKind(name="copier")) == 0.0


async def test_the_check_finds_what_it_expects(tmp_path: Path) -> None:
    exams = [await asked(tmp_path, name=f"q{n}") for n in range(30)]
    checks, problems = await check_readers("papers", exams, reading_stage(tmp_path), 4)
    assert problems == []
    assert [check.reader.partition(":")[0] for check in checks] == [
        "lossy",
        "flip",
        "stale",
        "copier",
    ]
    assert all(check.agrees for check in checks)


async def test_evidence_that_is_not_where_it_is_said_is_a_problem(tmp_path: Path) -> None:
    def misplaced(exam: Exam) -> Exam:
        reading = exam.scenario.reading
        assert reading is not None
        away = reading.evidence[0].model_copy(update={"text": "nowhere"})
        changed = reading.model_copy(update={"evidence": (away,)})
        return exam.model_copy(update={"scenario": exam.scenario.model_copy(update={"reading": changed})})

    stage: Stage = reading_stage(tmp_path)
    _, problems = await check_readers("papers", [misplaced(await asked(tmp_path))], stage, 1)
    assert any("stale fails, which it cannot" in problem for problem in problems)
