"""Every kind of place keeps files alike, and never shows half of one."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from harness.runs.places import Bucket, Disk, StoreFailed, files_of

ODD = "通义~qwen/[a] b*?#%41.json"
"""What a careless store takes for a pattern, a query or an escape."""


@pytest.fixture
def files(place: Path | Bucket) -> Disk | Bucket:
    return files_of(place)


def test_the_last_that_was_written_is_read(files: Disk | Bucket) -> None:
    files.write(ODD, b"1")
    files.write(ODD, "二".encode(), survives_power_loss=False)

    assert files.read(ODD).decode() == "二"


def test_what_is_not_there_is_not_found(files: Disk | Bucket) -> None:
    with pytest.raises(FileNotFoundError):
        files.read("a/b")


def test_names_are_those_of_whole_files_below_a_folder_and_of_no_other(files: Disk | Bucket) -> None:
    for name in ("a/c/2.json", ODD, "a/1.json", "ab/3.json", "a/c/.2.json.4242.tmp", "4.json"):
        files.write(name, b"")

    assert files.names("a") == ["a/1.json", "a/c/2.json"]
    assert files.names(ODD.partition("/")[0]) == [ODD]
    assert files.names("nowhere") == []


def test_folders_are_those_that_stand_directly_in_it(files: Disk | Bucket) -> None:
    before = files.folders()
    for name in ("b/1", "a/c/2", "3"):
        files.write(name, b"")

    assert (before, files.folders()) == ([], ["a", "b"])


def test_many_are_written_and_read_in_the_order_asked_for_and_those_gone_are_left_out(
    files: Disk | Bucket,
) -> None:
    names = [f"n/{number}" for number in range(100)]
    files.write_each((name, name.encode()) for name in names)

    found = list(files.read_each(["n/none", *reversed(names), "none"]))

    assert found == [(name, name.encode()) for name in reversed(names)]


def test_a_growing_file_appears_at_its_end_and_not_before(files: Disk | Bucket) -> None:
    files.write("a/rows.csv", b"old")
    with files.growing("a/rows.csv") as rows:
        rows.write(b"new")
        rows.flush()
        during = files.read("a/rows.csv")

    assert (during, files.read("a/rows.csv"), files.names("a")) == (b"old", b"new", ["a/rows.csv"])


def test_a_growing_file_that_fails_leaves_the_old_one_and_nothing_else(files: Disk | Bucket) -> None:
    files.write("a/rows.csv", b"old")

    def half() -> None:
        with files.growing("a/rows.csv") as rows:
            rows.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()

    assert (files.read("a/rows.csv"), files.names("a")) == (b"old", ["a/rows.csv"])


@pytest.mark.parametrize("fails", [False, True])
def test_what_other_programs_write_here_is_kept_however_the_work_ends(
    files: Disk | Bucket, *, fails: bool
) -> None:
    used: list[Path] = []

    def work() -> None:
        with files.local("logs") as folder:
            used.append(folder)
            (folder / "engines").mkdir()
            (folder / "engines/vllm.log").write_text("said", "utf-8")
            if fails:
                raise ZeroDivisionError

    if fails:
        with pytest.raises(ZeroDivisionError):
            work()
    else:
        work()

    assert files.read("logs/engines/vllm.log") == b"said"
    assert used[0].is_dir() == (fails or isinstance(files, Disk))  # a message may name a log in it


def test_a_place_travels_to_another_process_as_a_value(files: Disk | Bucket) -> None:
    files.write("a", b"1")  # a connection is open

    there = pickle.loads(pickle.dumps(files))  # noqa: S301 # ours

    assert there == files
    assert there.read("a") == b"1"


def test_many_writers_at_a_time_lose_nothing(files: Disk | Bucket) -> None:
    names = [f"{writer}/{number}" for writer in range(8) for number in range(8)]

    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda name: files.write(name, name.encode()), names))

    assert [data.decode() for _, data in files.read_each(names)] == names


def test_a_file_that_is_written_again_and_again_is_whole_whenever_it_is_read(files: Disk | Bucket) -> None:
    letters = [bytes([letter]) * 300_000 for letter in b"ab"]
    files.write("a", letters[0])
    over = Event()

    def write() -> None:
        while not over.is_set():
            for each in letters:
                files.write("a", each)

    with ThreadPoolExecutor() as pool:
        writing = pool.submit(write)
        try:
            read = [files.read("a") for _ in range(40)]
        finally:
            over.set()
        writing.result()

    assert set(read) <= set(letters)


def test_of_many_that_want_to_create_a_file_one_does(bucket: Bucket) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: bucket.create("lock/1", b"%d" % number), range(8)))

    assert made.count(True) == 1
    assert bucket.read("lock/1") == b"%d" % made.index(True)


def test_what_is_removed_is_gone_and_may_have_been_gone_before(bucket: Bucket) -> None:
    bucket.write("a/1", b"")
    bucket.remove("a/1")
    bucket.remove("a/1")

    assert bucket.names("a") == []


def test_a_bucket_that_is_not_there_is_said_when_it_is_written_to(s3: str) -> None:
    nowhere = Bucket("s3://nowhere/runs")

    assert nowhere.folders() == []
    with pytest.raises(StoreFailed, match=r"s3://nowhere/runs/a cannot be written: .*; look at the address"):
        nowhere.write("a", b"")


def test_a_store_that_raises_what_no_file_does_is_an_error_of_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a file where a folder has to be", "utf-8")

    with pytest.raises(OSError, match="cannot be written"):
        Bucket(f"file://{tmp_path}").write("a/b", b"")
