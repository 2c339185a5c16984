"""A run's folder: what is written appears whole, and what cannot be read is named."""

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.runs.places import Bucket, write_whole
from harness.runs.record import ModelVariant, RunRecord
from harness.runs.store import RunError, RunFolder, Trial, runs_in
from scenarios.exam import AnswerKey, Exam
from scenarios.scenario import Scenario, Segment
from scenarios.transcript import Transcript

pytestmark = pytest.mark.anyio

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


@dataclass(frozen=True)
class Counting(Bucket):
    """Tells what it is asked."""

    asked: list[str]

    def read(self, name: str) -> bytes:
        self.asked.append(f"read {name}")
        return super().read(name)

    def names(self, below: str) -> list[str]:
        self.asked.append(f"names {below}")
        return super().names(below)


@pytest.fixture
def folder(place: Path | Bucket) -> RunFolder:
    return RunFolder(place)


def test_a_record_is_read_as_it_was_written_and_stays_readable_for_people(folder: RunFolder) -> None:
    before = folder.is_begun

    folder.write_record(RECORD)

    assert (before, folder.is_begun, folder.record) == (False, True, RECORD)
    assert "longspan run 商店" in folder.files.read("run.yaml").decode()


def test_an_exam_is_read_as_it_was_written(folder: RunFolder) -> None:
    scenario = Scenario(suite="shop", id="a", title="甲", segments=(Segment(id="s", user=("你好",)),))
    exam = Exam(scenario=scenario, key=AnswerKey(initial={"shop": {"n": 1}}), digest="d")

    folder.write_exam(exam)

    assert folder.exam("shop/a") == exam
    assert folder.exams(RECORD.model_copy(update={"scenarios": {"shop/a": "d"}})) == {"shop/a": exam}
    with pytest.raises(RunError, match=r"exams/shop/b\.json cannot be read; restore it"):
        folder.exams(RECORD)


def test_a_transcript_is_read_as_it_was_written(folder: RunFolder) -> None:
    kept = transcript(notes=["首次"], seconds=1.5)

    folder.write_transcript(TRIAL, kept)

    assert folder.transcript(TRIAL) == kept
    assert folder.files.names("transcripts") == ["transcripts/通义~qwen~7b/shop/a/1.json"]


def test_a_trial_that_was_not_played_has_no_transcript(folder: RunFolder) -> None:
    assert folder.transcript(TRIAL) is None


@pytest.mark.parametrize("left", [b"", b"\0" * 4096])
def test_what_a_power_cut_leaves_counts_as_not_played(folder: RunFolder, left: bytes) -> None:
    folder.files.write(folder.transcript_name(TRIAL), left)

    assert folder.transcript(TRIAL) is None
    assert list(folder.transcripts(RECORD)) == []


@pytest.mark.parametrize("left", [b'{"scenario": "shop/a"', b"[]", b'{"nobody": "wrote this"}'])
def test_a_file_that_is_no_transcript_is_named_and_never_overwritten_unasked(
    folder: RunFolder, left: bytes
) -> None:
    name = folder.transcript_name(TRIAL)
    folder.files.write(name, left)

    with pytest.raises(RunError, match="is not a transcript of this version; move it away") as caught:
        folder.transcript(TRIAL)

    assert folder.files.address(name) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert folder.files.read(name) == left


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

    assert folder.begun(VARIANT) == {folder.transcript_name(TRIAL)}


def test_every_repeat_is_a_whole_sweep_over_scenarios_and_models(tmp_path: Path) -> None:
    order = [(t.repeat, t.scenario, t.model.label) for t in RunFolder(tmp_path).trials(RECORD)]

    assert order == [
        (repeat, scenario, model)
        for repeat in (0, 1)
        for scenario in ("shop/a", "shop/b")
        for model in ("通义/qwen:7b", "other")
    ]


def test_transcripts_come_in_the_order_of_the_trials_and_only_those_that_are_there(
    folder: RunFolder,
) -> None:
    for trial in reversed(list(folder.trials(RECORD))[::3]):
        folder.write_transcript(trial, transcript(scenario=trial.scenario, repeat=trial.repeat))

    assert [trial for trial, _ in folder.transcripts(RECORD)] == list(folder.trials(RECORD))[::3]


def test_a_folder_without_a_record_is_no_run(folder: RunFolder) -> None:
    with pytest.raises(RunError, match=r"is not a run: it has no run\.yaml; `longspan list runs`"):
        _ = folder.record


@pytest.mark.parametrize("text", ["[", "id: r", yaml.safe_dump({"id": "r", "unknown": 1}), "\t", ""])
def test_a_record_that_nobody_can_read_is_one_sentence(folder: RunFolder, text: str) -> None:
    folder.files.write("run.yaml", text.encode())

    with pytest.raises(RunError, match=r"run\.yaml cannot be read; restore it") as caught:
        _ = folder.record

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [None, b"{", b"{}"])
def test_an_exam_that_is_gone_or_broken_is_one_sentence(folder: RunFolder, data: bytes | None) -> None:
    if data is not None:
        folder.files.write("exams/shop/a.json", data)

    with pytest.raises(RunError, match=r"exams/shop/a\.json cannot be read; restore it") as caught:
        folder.exam("shop/a")

    assert "\n" not in str(caught.value)


def test_writing_makes_the_folders_and_leaves_nothing_beside(tmp_path: Path) -> None:
    write_whole(tmp_path / "a/b/c", b"1")
    write_whole(tmp_path / "a/b/c", b"2")

    assert ((tmp_path / "a/b/c").read_bytes(), files(tmp_path)) == (b"2", {"c"})


def test_a_log_has_a_folder(tmp_path: Path) -> None:
    RunFolder(tmp_path / "run").log("server.log").write_text("said", "utf-8")

    assert (tmp_path / "run/logs/server.log").is_file()


async def test_logs_that_other_programs_write_are_in_the_run_when_it_ends(folder: RunFolder) -> None:
    async with folder.logs() as logs:
        (logs / "server.log").write_text("said", "utf-8")

    assert folder.files.read("logs/server.log") == b"said"


async def test_what_takes_long_is_done_aside_and_what_it_raises_comes_back(folder: RunFolder) -> None:
    await folder.aside(folder.write_transcript, TRIAL, transcript())

    assert await folder.aside(folder.transcript, TRIAL) == transcript()
    with pytest.raises(RunError, match="is not a run"):
        await folder.aside(lambda: folder.record)


def test_a_run_travels_to_another_process_as_a_value(folder: RunFolder) -> None:
    folder.write_transcript(TRIAL, transcript())

    there: RunFolder = pickle.loads(pickle.dumps(folder))  # noqa: S301 # ours

    assert (there, str(there)) == (folder, str(folder))
    assert there.transcript(TRIAL) == transcript()


def test_only_a_run_on_a_disk_has_a_path(folder: RunFolder) -> None:
    if isinstance(folder.root, Path):
        assert folder.path == folder.root
    else:
        with pytest.raises(RunError, match="is no folder of a disk; copy it to one"):
            _ = folder.path


def test_runs_are_found_with_what_was_asked_and_those_that_nobody_can_read(place: Path | Bucket) -> None:
    RunFolder(place / "b").write_record(RECORD)
    RunFolder(place / "a").files.write("run.yaml", b"[")
    RunFolder(place / "no-run").files.write("else", b"")

    found = list(runs_in(place))

    assert [folder for folder, _ in found] == [RunFolder(place / "a"), RunFolder(place / "b")]
    assert isinstance(found[0][1], RunError)
    assert found[1][1] == RECORD


def test_many_trials_cost_one_listing_of_each_model_and_one_reading_each_that_was_played(
    tmp_path: Path,
) -> None:
    asked: list[str] = []
    bucket = Bucket(f"memory://{tmp_path.name}-{tmp_path.parent.name}")
    folder = RunFolder(bucket)
    record = RECORD.model_copy(update={"repeats": 5000})
    for repeat in (0, 4999):
        trial = Trial(model=VARIANT, scenario="shop/b", repeat=repeat)
        folder.write_transcript(trial, transcript(scenario="shop/b", repeat=repeat))
    files = Counting(bucket.url, asked)

    found = [trial.repeat for trial, _ in RunFolder(files).transcripts(record)]

    assert found == [0, 4999]
    assert sorted(asked) == [
        "names transcripts/other",
        "names transcripts/通义~qwen~7b",
        "read transcripts/通义~qwen~7b/shop/b/0.json",
        "read transcripts/通义~qwen~7b/shop/b/4999.json",
    ]
