"""A run's folder: what is written appears whole, and what cannot be read is named."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.run_record import ModelVariant, RunRecord
from harness.store import RunError, RunFolder, Trial, growing, write_whole
from scenarios.exam import AnswerKey, Exam
from scenarios.scenario import Scenario, Segment
from scenarios.transcript import Transcript

VARIANT = ModelVariant(label="通义/qwen:7b", wire="chat", model="qwen")
RECORD = RunRecord(
    id="r",
    created="2026-03-14T10:00:00+00:00",
    command="longspan run 商店",
    models=(VARIANT, ModelVariant(label="other", wire="chat", model="other")),
    suites=("商店",),
    scenarios={"shop/a": "1", "shop/b": "2"},
    repeats=2,
    seed=0,
)
TRIAL = Trial(model=VARIANT, scenario="shop/a", repeat=1)


def transcript(**changes: Any) -> Transcript:
    return Transcript.model_validate(
        {"scenario": "shop/a", "model": VARIANT.label, "repeat": 1, "ended": "done", **changes}
    )


def files(folder: Path) -> set[str]:
    return {file.name for file in folder.rglob("*") if file.is_file()}


def test_a_record_is_read_as_it_was_written_and_stays_readable_for_people(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)

    folder.write_record(RECORD)

    assert folder.record == RECORD
    assert "longspan run 商店" in (tmp_path / "run.yaml").read_text("utf-8")


def test_an_exam_is_read_as_it_was_written(tmp_path: Path) -> None:
    scenario = Scenario(suite="shop", id="a", title="甲", segments=(Segment(id="s", user=("你好",)),))
    exam = Exam(scenario=scenario, key=AnswerKey(initial={"shop": {"n": 1}}), digest="d")
    folder = RunFolder(tmp_path)

    folder.write_exam(exam)

    assert folder.exam("shop/a") == exam


def test_a_transcript_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder, kept = RunFolder(tmp_path), transcript(notes=["首次"], seconds=1.5)

    folder.write_transcript(TRIAL, kept)

    assert folder.transcript(TRIAL) == kept
    assert folder.transcript_file(TRIAL) == tmp_path / "transcripts/通义~qwen~7b/shop/a/1.json"


def test_a_trial_that_was_not_played_has_no_transcript(tmp_path: Path) -> None:
    assert RunFolder(tmp_path).transcript(TRIAL) is None


@pytest.mark.parametrize("left", [b"", b"\0" * 4096])
def test_what_a_power_cut_leaves_counts_as_not_played(tmp_path: Path, left: bytes) -> None:
    folder = RunFolder(tmp_path)
    folder.write_transcript(TRIAL, transcript())
    folder.transcript_file(TRIAL).write_bytes(left)

    assert folder.transcript(TRIAL) is None


@pytest.mark.parametrize("left", [b'{"scenario": "shop/a"', b"[]", b'{"nobody": "wrote this"}'])
def test_a_file_that_is_no_transcript_is_named_and_never_overwritten_unasked(
    tmp_path: Path, left: bytes
) -> None:
    folder = RunFolder(tmp_path)
    folder.write_transcript(TRIAL, transcript())
    file = folder.transcript_file(TRIAL)
    file.write_bytes(left)

    with pytest.raises(RunError, match="is not a transcript of this version; move it away") as caught:
        folder.transcript(TRIAL)

    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert file.read_bytes() == left


def test_what_a_kill_leaves_beside_a_transcript_is_no_transcript(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    file = folder.transcript_file(TRIAL)
    file.parent.mkdir(parents=True)
    (file.parent / ".1.json.4242.tmp").write_text('{"scen', "utf-8")

    assert folder.begun(VARIANT) == frozenset()
    assert list(folder.transcripts(RECORD)) == []


def test_a_write_that_a_kill_cut_short_is_simply_done_again(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.write_transcript(TRIAL, transcript())
    left = folder.transcript_file(TRIAL)
    left.rename(left.with_name(f".{left.name}.1.tmp"))

    folder.write_transcript(TRIAL, transcript())

    assert folder.begun(VARIANT) == {left}


def test_every_repeat_is_a_whole_sweep_over_scenarios_and_models(tmp_path: Path) -> None:
    order = [(t.repeat, t.scenario, t.model.label) for t in RunFolder(tmp_path).trials(RECORD)]

    assert order == [
        (repeat, scenario, model)
        for repeat in (0, 1)
        for scenario in ("shop/a", "shop/b")
        for model in ("通义/qwen:7b", "other")
    ]


def test_transcripts_come_in_the_order_of_the_trials_and_only_those_that_are_there(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    for trial in reversed(list(folder.trials(RECORD))[::3]):
        folder.write_transcript(trial, transcript(scenario=trial.scenario, repeat=trial.repeat))

    assert [trial for trial, _ in folder.transcripts(RECORD)] == list(folder.trials(RECORD))[::3]


def test_a_folder_without_a_record_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"is not a run: it has no run\.yaml; `longspan list runs`"):
        _ = RunFolder(tmp_path).record


@pytest.mark.parametrize("text", ["[", "id: r", yaml.safe_dump({"id": "r", "unknown": 1}), "\t", ""])
def test_a_record_that_nobody_can_read_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.yaml").write_text(text, "utf-8")

    with pytest.raises(RunError, match=r"run\.yaml cannot be read; restore it") as caught:
        _ = RunFolder(tmp_path).record

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [None, b"{", b"{}"])
def test_an_exam_that_is_gone_or_broken_is_one_sentence(tmp_path: Path, data: bytes | None) -> None:
    if data is not None:
        write_whole(tmp_path / "exams/shop/a.json", data)

    with pytest.raises(RunError, match=r"exams/shop/a\.json cannot be read; restore it") as caught:
        RunFolder(tmp_path).exam("shop/a")

    assert "\n" not in str(caught.value)


def test_a_growing_file_appears_at_its_end_and_not_before(tmp_path: Path) -> None:
    file = tmp_path / "rows"
    file.write_text("old", "utf-8")
    with growing(file) as rows:
        rows.write(b"new")
        rows.flush()
        during = file.read_text("utf-8")

    assert (during, file.read_text("utf-8"), files(tmp_path)) == ("old", "new", {"rows"})


def test_a_growing_file_that_fails_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "rows"
    file.write_text("old", "utf-8")

    def half() -> None:
        with growing(file) as rows:
            rows.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()

    assert (file.read_text("utf-8"), files(tmp_path)) == ("old", {"rows"})


def test_writing_makes_the_folders_and_leaves_nothing_beside(tmp_path: Path) -> None:
    write_whole(tmp_path / "a/b/c", b"1")
    write_whole(tmp_path / "a/b/c", b"2")

    assert ((tmp_path / "a/b/c").read_bytes(), files(tmp_path)) == (b"2", {"c"})


def test_a_log_has_a_folder(tmp_path: Path) -> None:
    RunFolder(tmp_path / "run").log("server.log").write_text("said", "utf-8")

    assert (tmp_path / "run/logs/server.log").is_file()
