"""Longspan as a user runs it: its commands, the runs that they leave, and the processes below them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.runs.store import RunFolder
from scenarios.places import LIBRARY
from scenarios.transcript import GRADED, AssistantMessage, Transcript

LONGSPAN = Path(sys.executable).with_name("longspan")
_ENGINE = "VLLM::EngineCore"
"""What vLLM calls the process that computes."""
SCENARIOS = (
    *("shop/gift-card-balance", "shop/new-email", "shop/which-lantern", "shop/boots-one-size-up"),
    *("shop/rucksack-too-late", "shop/two-orders-compared", "shop/zh-which-wang-fang"),
    "shop/zh-price-protection",
)
"""Their prompts fit 8,192 tokens."""
_PATIENCE = 900.0
_LEAVING = 60.0
_LOOK = 0.1


class Broken(Exception):
    """Something was not as it has to be."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def report(self) -> Any:
        return json.loads(self.out)["report"]

    @property
    def last(self) -> str:
        """The last line of what it told the person before it."""
        lines = [line for line in self.err.splitlines() if line.strip()]
        return lines[-1] if lines else ""


@dataclass(frozen=True)
class Process:
    pid: int
    name: str
    """The program, or what it calls itself."""
    started: str
    """In ticks since the machine started: with the number it is one process for ever."""

    @property
    def lives(self) -> bool:
        found = _process(self.pid)
        return found is not None and (found[0].pid, found[0].started) == (self.pid, self.started)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


def longspan(*arguments: str, cwd: Path | None = None, home: Path | None = None) -> Said:
    """A command from its start to its end; `home` is where models are installed, if not where they are."""
    done = subprocess.run(  # noqa: S603 # our own command
        (str(LONGSPAN), *arguments),
        cwd=cwd,
        env={**os.environ, **({} if home is None else {"LONGSPAN_HOME": str(home)})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=_PATIENCE,
        check=False,
    )
    return Said(status=done.returncode, out=done.stdout, err=done.stderr)


@dataclass(frozen=True, kw_only=True)
class Server:
    """`longspan models serve`, ready."""

    name: str
    base_url: str
    process: "subprocess.Popen[str]"
    seconds: float
    """From the command to the address."""
    log: Path
    """What the command told the person before it."""

    @property
    def attached(self) -> str:
        """Its model's name in a study."""
        return f"{self.name}@{self.base_url}"


@contextmanager
def served(name: str, place: Path, *options: str) -> Iterator[Server]:
    """`longspan models serve`, from its start to SIGTERM; nothing of it is left then."""
    place.mkdir(parents=True, exist_ok=True)
    log, began = place / "serve.log", time.monotonic()
    command = (str(LONGSPAN), "models", "serve", name, "--json", *options)
    with (
        log.open("w", encoding="utf-8") as said,
        subprocess.Popen(  # noqa: S603 # our own command
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, text=True
        ) as process,
    ):
        try:
            assert process.stdout is not None  # noqa: S101 # for the type checker: it is a pipe
            line = process.stdout.readline()
            if not line:
                raise Broken(f"{name} was not served: {log.read_text('utf-8').strip()}")
            address = json.loads(line)["base_url"]
            yield Server(
                name=name, base_url=address, process=process, seconds=time.monotonic() - began, log=log
            )
        finally:
            process.terminate()
            process.wait(_LEAVING)


@dataclass(frozen=True, kw_only=True)
class Play:
    """A study in a folder of its own, and its one run."""

    place: Path

    @classmethod
    def of(cls, place: Path, models: Sequence[Mapping[str, Any]], **study: Any) -> "Play":
        """By default the first of a few scenarios with calls, two at a time; `steps` ends them sooner."""
        place.mkdir(parents=True)
        names, steps = SCENARIOS[: study.pop("scenarios", 3)], study.pop("steps", None)
        suites = names if steps is None else [_shortened(name, place, steps) for name in names]
        asked = {"models": list(models), "suites": list(suites), "limits": {"concurrency": 2}, **study}
        (place / "study.yaml").write_text(yaml.safe_dump(asked, sort_keys=False), "utf-8")
        return cls(place=place)

    def run(self, *options: str) -> Said:
        return longspan("run", "study.yaml", "--json", *options, cwd=self.place)

    @contextmanager
    def started(self, *options: str) -> Iterator["subprocess.Popen[str]"]:
        """The same command, going on while the block does; whatever happens in it, it ends with it."""
        with (
            (self.place / "said").open("w", encoding="utf-8") as said,
            subprocess.Popen(  # noqa: S603 # our own command
                (str(LONGSPAN), "run", "study.yaml", *options),
                cwd=self.place,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                text=True,
            ) as process,
        ):
            try:
                yield process
            finally:
                process.terminate()
                process.wait(_LEAVING)

    def said(self, process: "subprocess.Popen[str]") -> Said:
        """What a command that was started answers, once it has ended by itself."""
        status = process.wait(_PATIENCE)
        return Said(status=status, out="", err=(self.place / "said").read_text("utf-8"))

    @property
    def folder(self) -> RunFolder:
        (found,) = (self.place / "runs").iterdir()
        return RunFolder(found)

    @property
    def transcripts(self) -> list[Transcript]:
        return [transcript for _, transcript in self.folder.transcripts(self.folder.record)]

    def finished(self) -> dict[str, bytes]:
        """Trials that are over and count, by file."""
        files = self.place.glob("runs/*/transcripts/**/*.json")
        found = {str(file): file.read_bytes() for file in files}
        return {name: data for name, data in found.items() if json.loads(data)["ended"] in GRADED}

    def engine(self, number: int = 0) -> Any:
        """What the record says of what served one of its models."""
        record = self.folder.record
        return record.engines[record.models[number].label]


def _shortened(name: str, place: Path, steps: int) -> str:
    """A copy of a scenario, which lets a model ask no more often."""
    suite, _, scenario = name.partition("/")
    library, copy = LIBRARY / suite, place / f"{suite}-in-{steps}"
    (copy / scenario).mkdir(parents=True)
    for file in library.iterdir():
        if file.is_file():
            shutil.copy(file, copy)
    written = yaml.safe_load((library / scenario / "scenario.yaml").read_text("utf-8"))
    asked = yaml.safe_dump({**written, "limits": {"steps": steps}}, sort_keys=False, allow_unicode=True)
    (copy / scenario / "scenario.yaml").write_text(asked, "utf-8")
    return f"./{copy.name}/{scenario}"


def replies(transcript: Transcript) -> list[AssistantMessage]:
    said = (one for part in transcript.segments for one in part.messages)
    return [one for one in said if isinstance(one, AssistantMessage)]


def until(happened: Callable[[], bool], process: "subprocess.Popen[str]", what: str) -> None:
    """Wait for something while a command goes on. Raises `Broken` when it ends first, or nothing happens."""
    end = time.monotonic() + _PATIENCE
    while not happened():
        if process.poll() is not None:
            raise Broken(f"the command ended with status {process.returncode} before {what}")
        if time.monotonic() > end:
            raise Broken(f"nothing for {_PATIENCE:.0f} s: {what}")
        time.sleep(_LOOK)


def seconds_until_gone(processes: Sequence[Process], longest: float = _LEAVING) -> float:
    """How long they lived on. Raises `Broken` for those that stay."""
    began = time.monotonic()
    while left := [one for one in processes if one.lives]:
        if time.monotonic() - began > longest:
            names = ", ".join(f"{one.name} ({one.pid})" for one in left)
            raise Broken(f"{names} lived on for {longest:.0f} s")
        time.sleep(_LOOK)
    return time.monotonic() - began


def below(pid: int) -> list[Process]:
    """Every process that descends from one."""
    found = [one for entry in Path("/proc").glob("[0-9]*") if (one := _process(int(entry.name)))]
    below, frontier = list[Process](), {pid}
    while frontier:
        children = [process for process, parent in found if parent in frontier]
        below += children
        frontier = {process.pid for process in children}
    return below


def engines(pid: int) -> list[Process]:
    """Those that compute, below a command."""
    return [one for one in below(pid) if one.name == _ENGINE]


def _process(pid: int) -> tuple[Process, int] | None:
    """A process that lives, with its parent."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        command = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, parent, *fields = stat.rpartition(") ")[2].split()
    if state == "Z":
        return None
    name = command.partition("\0")[0].rpartition("/")[2]
    return Process(pid=pid, name=name, started=fields[17]), int(parent)
