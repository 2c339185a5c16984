import hashlib
import os
import sqlite3
import tracemalloc
from pathlib import Path

import pytest

from scenarios.scenario import Watch
from tests.tools.programs import program
from tests.tools.tiny_world import call, home, scenario
from tools.failure import WorldFailed
from tools.folder import trial_folder
from tools.open_world import open_world
from tools.watch import TEXT_LIMIT, folder_state, sqlite_state

pytestmark = pytest.mark.anyio


def test_a_folder_is_its_files_by_text_or_by_hash(tmp_path: Path) -> None:
    (tmp_path / "sub" / "empty").mkdir(parents=True)
    (tmp_path / "a.txt").write_text("né\n", "utf-8")
    (tmp_path / "sub" / "b.bin").write_bytes(b"\xff\x00")
    (tmp_path / "sub" / "long.txt").write_bytes(b"x" * (TEXT_LIMIT + 1))
    long = hashlib.sha256(b"x" * (TEXT_LIMIT + 1)).hexdigest()
    assert folder_state(tmp_path) == {
        "a.txt": {"text": "né\n"},
        "sub/b.bin": {"sha256": hashlib.sha256(b"\xff\x00").hexdigest(), "size": 2},
        "sub/empty/": {"folder": True},
        "sub/long.txt": {"sha256": long, "size": TEXT_LIMIT + 1},
    }


def test_links_are_named_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key").write_text("k", "utf-8")
    (tmp_path / "seen").mkdir()
    (tmp_path / "seen" / "door").symlink_to("../secret")
    (tmp_path / "seen" / "gone").symlink_to("door")
    assert folder_state(tmp_path / "seen") == {"door": {"link": "../secret"}, "gone": {"link": "door"}}


def test_a_database_is_its_rows_by_key(tmp_path: Path) -> None:
    file = tmp_path / "my data?.db"
    with sqlite3.connect(file) as connection:
        connection.execute('CREATE TABLE "odd ""name" (id TEXT PRIMARY KEY, n REAL)')
        connection.execute("""INSERT INTO "odd ""name" VALUES ('a', 1.5), ('b', NULL)""")
        connection.execute("CREATE TABLE pair (x INT, y INT, z BLOB, PRIMARY KEY (y, x))")
        connection.execute("INSERT INTO pair VALUES (1, 2, x'ff')")
        connection.execute("CREATE TABLE plain (text TEXT)")
        connection.execute("INSERT INTO plain VALUES ('hi')")
        connection.execute("CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT)")
    connection.close()
    assert sqlite_state(file) == {
        'odd "name': {"a": {"id": "a", "n": 1.5}, "b": {"id": "b", "n": None}},
        "pair": {"2,1": {"x": 1, "y": 2, "z": {"sha256": hashlib.sha256(b"\xff").hexdigest()}}},
        "plain": {"1": {"text": "hi"}},
        "counted": {},
    }


async def watched(watch: Watch, tmp_path: Path, changed: str = "", called: str = "") -> object:
    server = program(tmp_path / "p", changed, called=called, watch=watch)
    async with open_world(scenario({"s": server}), home=home(tmp_path)) as world:
        return (await world.snapshot())["s"]


async def test_a_tool_is_asked_and_its_structured_result_is_the_state(tmp_path: Path) -> None:
    said = 'say(request, "x", structuredContent={"asked": request["params"]["arguments"]})'
    for name in ("go", "s__go"):
        state = await watched(Watch(tool=name, args={"all": True}), tmp_path / name, called=said)
        assert state == {"asked": {"all": True}}


async def test_a_tool_without_structure_is_watched_by_its_text(tmp_path: Path) -> None:
    assert await watched(Watch(tool="go"), tmp_path) == "done"


async def test_a_watched_tool_that_says_no_is_the_servers_fault(tmp_path: Path) -> None:
    with pytest.raises(WorldFailed, match="its watched tool 'go' said no: locked") as caught:
        await watched(Watch(tool="go"), tmp_path, called='say(request, "locked", isError=True)')
    assert caught.value.kind == "watch"


@pytest.mark.parametrize("watch", [Watch(folder="none"), Watch(sqlite="none.db")])
async def test_what_is_not_there_cannot_be_watched(watch: Watch, tmp_path: Path) -> None:
    with pytest.raises(WorldFailed, match="cannot be read") as caught:
        await watched(watch, tmp_path)
    assert (caught.value.kind, caught.value.server) == ("watch", "s")


async def test_a_database_in_the_trials_folder_is_watched(tmp_path: Path) -> None:
    make = """
import sqlite3
import tracemalloc
db = sqlite3.connect("own.db")
db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)")
db.execute("INSERT INTO t VALUES (7, 'x')")
db.commit()
"""
    assert await watched(Watch(sqlite="own.db"), tmp_path, make) == {"t": {"7": {"id": 7, "v": "x"}}}


def test_names_that_are_not_text_are_spelt_out(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"a\xff")).write_text("x", "utf-8")
    (tmp_path / "b").symlink_to(os.fsdecode(b"\xfe"))
    assert folder_state(tmp_path) == {r"a\xff": {"text": "x"}, "b": {"link": r"\xfe"}}


def test_folders_may_be_nested_deeper_than_anybody_calls(tmp_path: Path) -> None:
    with trial_folder(tmp_path, "deep") as folder:  # which knows how to remove them again
        for level in range(1, 1501):
            os.mkdir(f"{folder}/{'d/' * level}")  # noqa: PTH102 # a `Path` cannot be so deep
        assert folder_state(folder) == {"d/" * 1500: {"folder": True}}
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_file_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert folder_state(tmp_path) == {}


def test_a_large_file_is_hashed_without_being_held(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(300 * 2**20)
    tracemalloc.start()
    state = folder_state(tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(state["sparse"], dict)
    assert state["sparse"]["size"] == 300 * 2**20
    assert peak < 2**20


@pytest.mark.parametrize(
    ("columns", "values", "row"),
    [
        ("a, b AS (a || '!')", "('x')", {"a": "x", "b": "x!"}),
        ("a REAL", "(9e999)", {"a": "inf"}),
        ("a TEXT, rowid TEXT", "('x', 'y')", {"a": "x", "rowid": "y"}),
    ],
)
def test_odd_tables_are_read(columns: str, values: str, row: object, tmp_path: Path) -> None:
    file = tmp_path / "odd.db"
    with sqlite3.connect(file) as connection:
        connection.execute(f"CREATE TABLE t ({columns})")
        connection.execute(f"INSERT INTO t VALUES {values}")  # noqa: S608 # the test's own words
    connection.close()
    (rows,) = sqlite_state(file).values()
    assert isinstance(rows, dict)
    assert list(rows.values()) == [row]


async def test_more_than_a_state_may_hold_cannot_be_watched(tmp_path: Path) -> None:
    many = """
import sqlite3
db = sqlite3.connect("own.db")
db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)")
db.executemany("INSERT INTO t VALUES (?)", ((n,) for n in range(50_001)))
db.commit()
"""
    with pytest.raises(WorldFailed, match="more than 50,000 entries"):
        await watched(Watch(sqlite="own.db"), tmp_path, many)


async def test_what_a_model_nested_deeply_is_removed_with_the_rest(tmp_path: Path) -> None:
    make = 'for n in range(1, 1500): os.mkdir("d/" * n)\nos.chmod("d/d", 0)\nsay(request, "done")'
    server = program(tmp_path / "p", called=make, watch=Watch(folder="d"))
    async with open_world(scenario({"s": server}), home=home(tmp_path)) as world:
        assert (await world.call(call("s__go"))).text == "done"
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize(
    "watch", [Watch(folder=".."), Watch(sqlite="/etc/passwd"), Watch(folder="link"), Watch(sqlite="link/x")]
)
async def test_nothing_outside_of_the_servers_folder_is_watched(watch: Watch, tmp_path: Path) -> None:
    with pytest.raises(WorldFailed, match="outside of the server's own folder"):
        await watched(watch, tmp_path, 'os.symlink("/", "link")')
