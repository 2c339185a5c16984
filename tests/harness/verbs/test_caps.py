"""A run under a cap, as a user has it: stopped, killed, gone on with, against an endpoint that charges."""

import json
import re
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock

import pytest

from tests.harness.little_suite import write_suite
from tests.harness.verbs.command_line import LONGSPAN, Said, environ, invoke
from tests.harness.verbs.thread_server import Request, serving

SECONDS = 120
INPUT, OUTPUT = 12_000, 50
COST = (INPUT * 1.0 + OUTPUT * 10.0) / 1e6
"""Dollars of a request, at the prices of the registry below; a plan expects less."""
REGISTRY = """\
models:
  m:
    prices: {input: 1.0, output: 10.0, as_of: 2026-11-22, source: a contract, known: documentation}
"""


@dataclass
class Charging:
    """Says Yes. to everybody, and counts what it charges."""

    requests: int = 0
    hangs_at: int = -1
    """This request gets no answer before the end of the test."""
    reached: Event = field(default_factory=Event)
    over: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def __call__(self, request: Request) -> tuple[int, str]:
        if request.method == "GET":
            return 200, "{}"
        with self.lock:
            self.requests += 1
            hangs = self.requests == self.hangs_at
        if hangs:
            self.reached.set()
            self.over.wait(SECONDS)
        usage = {"prompt_tokens": INPUT, "completion_tokens": OUTPUT, "total_tokens": INPUT + OUTPUT}
        choice = {"message": {"content": "Yes."}, "finish_reason": "stop"}
        return 200, json.dumps({"choices": [choice], "usage": usage})

    @property
    def bill(self) -> float:
        return self.requests * COST


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write_suite(tmp_path / "little", "ada", "ole")
    (tmp_path / "own.yaml").write_text(REGISTRY, "utf-8")
    return tmp_path


def arguments(url: str, *more: str) -> list[str]:
    asked = ["run", "little", "-m", f"chat:m@{url}", "--registry", "own.yaml", "--concurrency", "1"]
    return [*asked, "--repeats", "10", *more]


def spent(place: Path) -> float:
    (file,) = place.glob("runs/*/spent.jsonl")
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return float(sum({line["request"]: line["usd"] for line in lines}.values()))


def test_a_cap_that_is_reached_stops_the_run_and_a_higher_one_goes_on(place: Path) -> None:
    charging = Charging()
    with serving(charging) as url:
        cap = "0.21"
        first = invoke(*arguments(url, "--max-cost", cap), at=place)
        bill, again = charging.bill, invoke(*arguments(url, "--max-cost", cap), at=place)
        same = charging.bill
        rest = invoke(*higher(first, url), at=place)

    assert first.status == again.status == 1, first.err
    assert bill == same == pytest.approx(spent_before(first), rel=0.01)
    assert 0 < bill <= float(cap)
    assert re.search(r"\d+ of 20 trials are left to play; what was finished is kept", first.err)
    assert rest.status == 0, rest.err
    assert charging.requests == 20
    assert spent(place) == pytest.approx(charging.bill)


def higher(said: Said, url: str) -> list[str]:
    """The arguments that the message says to go on with; in a test the command itself is pytest's."""
    _, _, command = said.err.partition("Go on with: ")
    raised = shlex.split(command)[-2:]
    assert raised[0] == "--max-cost"
    return arguments(url, *raised)


def spent_before(said: Said) -> float:
    found = re.search(r"\$([0-9.]+) is spent", said.err)
    assert found is not None
    return float(found[1])


def test_a_run_that_was_killed_goes_on_from_what_it_may_have_spent(place: Path) -> None:
    charging = Charging(hangs_at=5)
    with serving(charging) as url:
        with subprocess.Popen(
            [LONGSPAN, *arguments(url, "--max-cost", "0.21")],
            cwd=place,
            env=environ(place),
            stderr=subprocess.DEVNULL,
        ) as run:
            try:
                assert charging.reached.wait(20)
                run.kill()
                run.wait(SECONDS)
            finally:
                charging.over.set()
                run.kill()
        held = spent(place)
        said = invoke(*arguments(url, "--max-cost", "0.21"), at=place)

    assert held > charging.hangs_at * COST
    assert said.status == 1
    assert spent(place) >= charging.bill
    assert charging.bill <= 0.21


def test_a_cap_of_tokens_is_a_cap(place: Path) -> None:
    charging = Charging()
    with serving(charging) as url:
        said = invoke(*arguments(url, "--max-tokens", "200000"), at=place)

    assert said.status == 1
    assert "--max-tokens 200000: " in said.err
    assert 0 < charging.requests * (INPUT + OUTPUT) <= 200_000


def test_a_token_limit_below_one_request_is_said_before_the_run(place: Path) -> None:
    charging = Charging()
    with serving(charging) as url:
        study = (
            f"models: [{{name: 'chat:m@{url}', limits: {{tokens_a_minute: 900, requests_a_minute: 60}}}}]\n"
            "suites: [./little]\nlimits: {patience: {connect: 5, first_byte: 30, idle: 10, total: 60}}\n"
        )
        (place / "study.yaml").write_text(study, "utf-8")
        said = invoke("run", "study.yaml", at=place)
        planned = invoke("plan", "study.yaml", at=place)

    assert (said.status, planned.status, charging.requests) == (2, 2, 0)
    assert "its limit of 900 tokens a minute is below one request" in said.err
    assert said.errors[-1] == planned.errors[-1]
