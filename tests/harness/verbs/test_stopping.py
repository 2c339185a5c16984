"""Ctrl-C and SIGTERM while a run goes on: the command that resumes, status 1, and no process left."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from tests.harness.little_suite import write_suite
from tests.harness.verbs.command_line import LONGSPAN, environ, invoke
from tests.harness.verbs.thread_server import Request, serving

SECONDS = 120


def living() -> Iterator[tuple[int, int, str]]:
    """Every process: its id, its parent's, and what tells it from a later one of the same id."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:  # it ended meanwhile
                continue
            if fields[0] != "Z":
                yield int(folder.name), int(fields[1]), fields[19]


def below(ancestor: int) -> set[tuple[int, str]]:
    """The processes that a process started, and those that they started."""
    found, old = {ancestor}, set[int]()
    everybody = list(living())
    while found != old:
        old = set(found)
        found |= {process for process, parent, _ in everybody if parent in found}
    return {(process, birth) for process, _, birth in everybody if process in found - {ancestor}}


@contextmanager
def hanging() -> Iterator[tuple[str, Event]]:
    """A server that is reached and never answers; it lets go of its callers at the end."""
    reached, over = Event(), Event()

    def answer(request: Request) -> tuple[int, str]:
        if request.method == "POST":
            reached.set()
            over.wait(SECONDS)
        return 200, "{}"

    with serving(answer) as url:
        try:
            yield url, reached
        finally:
            over.set()


@pytest.mark.parametrize(
    ("number", "transport"),
    [
        (signal.SIGTERM, "memory"),
        (signal.SIGINT, "stdio"),
        (signal.SIGTERM, "stdio"),
        (signal.SIGINT, "http"),
    ],
)
def test_a_run_that_is_stopped_says_how_it_goes_on(
    tmp_path: Path, number: signal.Signals, transport: str
) -> None:
    write_suite(tmp_path / "little", "ada")
    with hanging() as (url, reached):
        arguments = ["run", "little", "-m", f"chat:m@{url}", "--transport", transport, "--json"]
        with subprocess.Popen(
            [LONGSPAN, *arguments],
            cwd=tmp_path,
            env=environ(tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        ) as run:
            try:
                assert reached.wait(SECONDS)
                started = below(run.pid)
                run.send_signal(number)
                out, err = run.communicate(timeout=SECONDS)
            finally:
                run.kill()

    assert bool(started) is (transport != "memory")
    assert not started & {(process, birth) for process, _, birth in living()}
    assert (run.returncode, out) == (1, "")
    assert err.endswith(
        "\nStopped. Nothing that was finished is lost.\n"
        f"Go on with: longspan run little -m chat:m@{url} --transport {transport} --json\n"
    )
    assert "Traceback" not in err
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_run_that_was_stopped_goes_on_with_the_same_command(tmp_path: Path) -> None:
    write_suite(tmp_path / "little", "ada", "ole")
    good = json.dumps({"choices": [{"message": {"content": "No."}, "finish_reason": "stop"}]})
    first_done, over, asked = Event(), Event(), list[bytes]()

    def answer(request: Request) -> tuple[int, str]:
        if request.method == "POST":
            asked.append(request.body)
            if len(asked) == 2:
                first_done.set()
                over.wait(SECONDS)
        return 200, good

    with serving(answer) as url:
        arguments = ["run", "little", "-m", f"chat:m@{url}"]
        with subprocess.Popen(
            [LONGSPAN, *arguments, "--concurrency", "1"],
            cwd=tmp_path,
            env=environ(tmp_path),
            stderr=subprocess.DEVNULL,
        ) as run:
            try:
                assert first_done.wait(SECONDS)
                run.send_signal(signal.SIGTERM)
                assert run.wait(SECONDS) == 1
            finally:
                over.set()
                run.kill()
        said = invoke(*arguments, "--json", at=tmp_path)

    assert said.status == 0, said.err
    assert "2 trials, 1 were played before" in said.err
    assert json.loads(said.out)["report"]["models"][0]["ended"] == {"done": 2}
    assert ["ada" in body.decode() for body in asked] == [True, False, False]
