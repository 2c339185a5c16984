import hashlib
import sqlite3
from pathlib import Path

import pytest

from scenarios.scenario import Watch
from tests.tools.programs import program
from tests.tools.tiny_world import home, scenario
from tools.failure import WorldFailed
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
db = sqlite3.connect("own.db")
db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)")
db.execute("INSERT INTO t VALUES (7, 'x')")
db.commit()
"""
    assert await watched(Watch(sqlite="own.db"), tmp_path, make) == {"t": {"7": {"id": 7, "v": "x"}}}
