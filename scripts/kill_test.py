"""Kill a run with SIGKILL again and again, and prove that it lost only what was in flight.

    python scripts/kill_test.py [--rounds 20] [--scenarios 20] [--repeats 3] [--concurrency 4] [--seed 0]
                                [--runs s3://BUCKET/EMPTY/FOLDER]

The same `longspan run` is started in every round and killed at a random moment: while it starts, while it
plays, or while it reports. The proof comes from outside: from the ledger of scripts/kill_server.py, which has
a line for every request, and from the transcripts that are there when the process is dead. Leaves with status
1 when anything is not as it has to be.
"""

import argparse
import csv
import hashlib
import io
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from urllib.request import urlopen

from harness.runs.addresses import place_of
from harness.runs.places import Bucket, files_of

Trial = tuple[str, int]
"""Scenario and repeat."""
Moment = Literal["starting", "playing", "reporting"]

_FIRST_SEED = 1000
"""Of the requests of the first repeat; the others follow."""
_LONGSPAN = str(Path(sys.executable).with_name("longspan"))
_STEPS = 3
"""Requests that a trial takes."""
_MOMENTS: Sequence[Moment] = ("starting", "playing", "playing", "playing", "playing")
_LONGEST: Mapping[Moment, float] = {"starting": 1.5, "playing": 0.15, "reporting": 0.1}
"""Seconds after which the kill comes at the latest."""
_TRIES = 3
"""So many rounds are played for each kill that is wanted; a run may end before it is killed."""
_PATIENCE = 120.0

_STUDY = """\
models: [{{name: "chat:ledger@{url}", sampling: {{seed: {seed}}}}}]
suites: [./killed]
repeats: {repeats}
limits: {{concurrency: {concurrency}}}
"""
_SCENARIO = """\
title: A new phone number for {who}
servers: {{shop: {{builtin: shop, state: ../world.yaml}}}}
segments:
  - id: phone
    user: This is {who}. My phone number is now 555-0199. Please change it, and tell me my customer number.
    expect:
      calls:
        - {{id: find, tool: shop__find_customers, args: {{name: {who}}}}}
        - id: change
          tool: shop__update_contact
          args: {{customer: {{ref: find.result.0.id}}, phone: 555-0199}}
      say: [{{ref: find.result.0.id}}]
"""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is played and how often it is killed."""

    rounds: int = 20
    """Kills that meet a living process."""
    scenarios: int = 20
    repeats: int = 3
    concurrency: int = 4
    seed: int = 0

    @property
    def trials(self) -> int:
        return self.scenarios * self.repeats


@dataclass(frozen=True, kw_only=True)
class Round:
    """What a kill left behind."""

    moment: Moment
    alive: bool
    """Whether there was still a process to kill."""
    asked: Counter[Trial]
    """The requests of this round."""
    kept: Mapping[Trial, str]
    """The transcripts that were there when it was over, by hash."""
    half_written: int
    """Files that were begun and not renamed into their place."""

    @property
    def lost(self) -> set[Trial]:
        return self.asked.keys() - self.kept.keys()


@dataclass(frozen=True, kw_only=True)
class Findings:
    plan: Plan
    rounds: Sequence[Round]
    last: Round
    """The round that nobody cut off."""
    problems: Sequence[str]

    @property
    def kills(self) -> int:
        return sum(one.alive for one in self.rounds)

    @property
    def kills_in_flight(self) -> int:
        """Kills that lost a trial."""
        return sum(bool(one.lost) for one in self.rounds)

    def __str__(self) -> str:
        lost = [len(one.lost) for one in self.rounds]
        requests = sum(one.asked.total() for one in (*self.rounds, self.last))
        again = requests - _STEPS * self.plan.trials
        moments = Counter(one.moment for one in self.rounds if one.alive)
        return "\n".join(
            [
                f"{self.plan.trials} trials of {_STEPS} requests, {self.plan.concurrency} at a time",
                f"{self.kills} kills ({', '.join(f'{n} {moment}' for moment, n in moments.items())}), "
                f"{self.kills_in_flight} of them with trials in flight",
                f"trials lost per kill: most {max(lost, default=0)}, in all {sum(lost)} ({lost})",
                f"requests: {requests}, of which {again} were lost with a trial",
                f"files left half-written beside their place, in all: {self.last.half_written}",
                *(f"PROBLEM: {problem}" for problem in self.problems),
                "" if self.problems else "No finished trial was asked again, and every trial is done.",
            ]
        ).rstrip()


@dataclass
class Arena:
    """The folder of one test: the study, the ledger and the run."""

    place: Path
    url: str
    runs: Path | Bucket
    read: int = 0
    """Bytes of the ledger that belong to earlier rounds."""
    run: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def ledger(self) -> Path:
        return self.place / "ledger.jsonl"

    def start(self) -> subprocess.Popen[bytes]:
        with (self.place / "longspan.log").open("ab") as log:
            command = [_LONGSPAN, "run", "study.yaml", "--runs", str(self.runs)]
            return subprocess.Popen(command, cwd=self.place, stdout=log, stderr=log)  # noqa: S603 # ours

    def over(self, moment: Moment, *, alive: bool) -> Round:
        """What is there when the process is gone."""
        address = self.url.removesuffix("/v1") + "/mark"
        with urlopen(address, timeout=_PATIENCE) as marked:  # noqa: S310 # our own server
            marked.read()
        with self.ledger.open("rb") as lines:
            lines.seek(self.read)
            entries = [json.loads(line) for line in lines]
            self.read = lines.tell()
        asked = Counter((entry["scenario"], entry["repeat"]) for entry in entries)
        half = list(self.place.rglob(".*.tmp"))
        return Round(moment=moment, alive=alive, asked=asked, kept=dict(self._kept()), half_written=len(half))

    def _kept(self) -> Iterator[tuple[Trial, str]]:
        files = files_of(self.runs)
        for run in files.folders():
            names = [name for name in files.names(f"{run}/transcripts") if name.endswith(".json")]
            for name, data in files.read_each(names):
                json.loads(data)  # a transcript is whole or not there
                scenario, repeat = name.removesuffix(".json").split("/")[-2:]
                yield (scenario, int(repeat)), hashlib.sha256(data).hexdigest()


def kill_test(place: Path, plan: Plan, runs: Path | Bucket | None = None) -> Findings:
    """Play the plan in an empty folder, with the runs in it or elsewhere."""
    runs = runs or place / "runs"
    write_suite(place / "killed", plan.scenarios)
    dice = random.Random(plan.seed)  # noqa: S311 # reproducible, not secret
    with serving(place / "ledger.jsonl") as url:
        study = _STUDY.format(url=url, seed=_FIRST_SEED, repeats=plan.repeats, concurrency=plan.concurrency)
        (place / "study.yaml").write_text(study, "utf-8")
        arena = Arena(place, url, runs)
        rounds: list[Round] = []
        while sum(one.alive for one in rounds) < plan.rounds and len(rounds) < _TRIES * plan.rounds:
            finished = bool(rounds) and len(rounds[-1].kept) == plan.trials
            rounds.append(killed(arena, dice, "reporting" if finished else dice.choice(_MOMENTS)))
        status = arena.start().wait(_PATIENCE)
        last = arena.over("reporting", alive=False)
    problems = [*judge(plan, rounds, last), *judge_files(runs, plan, status)]
    return Findings(plan=plan, rounds=rounds, last=last, problems=problems)


def killed(arena: Arena, dice: random.Random, moment: Moment) -> Round:
    """Start the run and kill it at such a moment."""
    until, size = time.monotonic() + _PATIENCE, arena.ledger.stat().st_size
    run = arena.start()

    def is_there() -> bool:
        match moment:
            case "starting":
                return True
            case "playing":
                return arena.ledger.stat().st_size > size
        if isinstance(arena.runs, Bucket):  # in which nobody sees what is about to be written
            return True
        return any(arena.runs.glob(f"*/.*.{run.pid}.tmp"))  # the first report that it writes

    while not is_there() and run.poll() is None and time.monotonic() < until:
        time.sleep(0.002)
    time.sleep(dice.uniform(0, _LONGEST[moment]))
    alive = run.poll() is None
    run.kill()
    run.wait()
    return arena.over(moment, alive=alive)


def judge(plan: Plan, rounds: Sequence[Round], last: Round) -> Iterator[str]:
    """What the ledger says against the run."""
    done: dict[Trial, str] = {}
    for number, one in enumerate((*rounds, last), 1):
        for trial in sorted(done.keys() & one.asked.keys()):
            yield f"round {number}: {trial} was finished before and asked again"
        for trial in sorted(done):
            if one.kept.get(trial) != done[trial]:
                yield f"round {number}: the transcript of {trial} is gone or was written again"
        if len(one.lost) > plan.concurrency:
            yield f"round {number}: {len(one.lost)} trials were lost, and {plan.concurrency} were in flight"
        done = dict(one.kept)
    if len(last.kept) != plan.trials:
        yield f"{len(last.kept)} trials have a transcript in the end, of {plan.trials}"
    short = [trial for trial in last.asked if last.asked[trial] != _STEPS]
    if short:
        yield f"the last round asked other than {_STEPS} requests for {short}"


def judge_files(runs: Path | Bucket, plan: Plan, status: int) -> Iterator[str]:
    """What the folder says against the run, read as its users read it."""
    if status != 0:
        yield f"the last command ended with status {status}; see longspan.log"
        return
    (run,) = files_of(runs).folders()
    files = files_of(runs / run)
    model = json.loads(files.read("report.json"))["models"][0]
    if (model["graded"], model["success"]["mean"]) != (plan.trials, 1.0):
        yield f"{model['graded']} trials are graded, with a success of {model['success']['mean']}"
    scores = files.read("scores.jsonl").splitlines()
    if len([json.loads(line) for line in scores]) != plan.trials:
        yield f"scores.jsonl has {len(scores)} lines"
    for name, table in files.read_each(("report.csv", "trials.csv")):
        lines = io.StringIO(table.decode("utf-8-sig"), newline="")
        rows: list[dict[Any, Any]] = list(csv.DictReader(lines))
        if any(None in row or None in row.values() for row in rows):
            yield f"{name} has a row of another width"
        trials = Counter((row["scenario"], row["repeat"]) for row in rows)
        if max(trials.values(), default=0) > 1:
            yield f"{name} has a trial twice"


def write_suite(folder: Path, scenarios: int) -> None:
    """A scenario for each of so many customers, all of one world."""
    names = [f"customer-{n:02d}" for n in range(scenarios)]
    home = {"recipient": "A", "street": "Hill 1", "city": "Bern", "postcode": "3011", "region": "CH"}
    customers = {
        f"C-{n}": {
            "name": who,
            "email": f"{who}@example.org",
            "phone": str(n),
            "default_address": "home",
            "addresses": {"home": home},
        }
        for n, who in enumerate(names, 100)
    }
    folder.mkdir()
    (folder / "suite.yaml").write_text("title: To be killed\n", "utf-8")
    world = {"language": "en", "now": "2026-03-14T10:00:00", "customers": customers}
    (folder / "world.yaml").write_text(json.dumps(world), "utf-8")
    for who in names:
        (folder / who).mkdir()
        (folder / who / "scenario.yaml").write_text(_SCENARIO.format(who=who), "utf-8")


@contextmanager
def serving(ledger: Path) -> Iterator[str]:
    """The endpoint in a process of its own, as its base URL."""
    ledger.touch()
    program = Path(__file__).with_name("kill_server.py")
    command = [sys.executable, str(program), str(ledger), "--seed", str(_FIRST_SEED)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as server:  # noqa: S603 # ours
        try:
            assert server.stdout is not None  # noqa: S101 # for the type checker: it is a pipe
            yield server.stdout.readline().strip()
        finally:
            server.kill()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("rounds", "scenarios", "repeats", "concurrency", "seed"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Plan, name))
    parser.add_argument("--runs", type=place_of, help="an address to keep the runs at")
    asked = vars(parser.parse_args())
    with TemporaryDirectory(prefix="longspan-kill-") as place:
        runs = asked.pop("runs")
        findings = kill_test(Path(place), Plan(**asked), runs)
    print(findings)
    return 1 if findings.problems else 0


if __name__ == "__main__":
    sys.exit(main())
