"""Every fault in every wire format: what becomes of a trial that it strikes once, or always."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import aiohttp

from harness.clients.http_model import HttpModel
from harness.clients.retry import RetryingModel
from harness.clients.wires import PATHS, WIRES
from harness.exams.answer_key import prepare_exam
from harness.registry.provider import Patience, Quirks, WireName
from harness.runs.record import ModelVariant
from harness.trial.play import play
from scenarios.transcript import Transcript
from tests.faults import faults
from tests.faults.endpoints import SPOKEN, Ledger, endpoint
from tests.faults.proxy import ALWAYS, Fault, proxy, untouched
from tests.harness.stage import scenario, stage

KEY = "sk-fault-0123456789abcdef"
WIRE_NAMES: tuple[WireName, ...] = get_args(WireName)
ATTEMPTS = 3
PATIENCE = Patience(connect=4.0, first_byte=4.0, idle=4.0)
_AT_ONCE = 12

FAULTS: Mapping[str, Callable[[faults.Calls], Fault] | str] = {
    "none": lambda _: untouched,
    "429 with Retry-After": lambda _: faults.status(429, "7"),
    "429": lambda _: faults.status(429),
    "500": lambda _: faults.status(500),
    "502": lambda _: faults.status(502),
    "529": lambda _: faults.status(529),
    "slow first byte": lambda _: faults.slow_first_byte,
    "silence in the stream": lambda _: faults.silence,
    "cut in a chunk": lambda _: faults.cut_in_a_chunk,
    "cut in a letter": lambda _: faults.cut_in_a_letter,
    "a part of a call twice": faults.duplicated,
    "parts of a call out of order": faults.out_of_order,
    "cumulative parts of a call": faults.cumulative,
    "empty reply": lambda _: faults.empty_reply,
    "HTML at status 200": lambda _: faults.html_at_200,
    "malformed arguments": faults.malformed,
    "arguments of 4 MB": faults.huge,
    "wrong content type": lambda _: faults.wrong_content_type,
    "connection refused": "refused",
    "TLS error": "tls",
}
"""By name: the fault, made for a wire format; a word for one that no proxy is needed for."""


@dataclass(frozen=True, kw_only=True)
class Struck:
    """What became of one trial."""

    transcript: Transcript
    waits: Sequence[float]
    """Seconds that the client waited between attempts."""
    asked: int
    """Requests that reached the proxy."""
    ledger: Ledger

    @property
    def ended(self) -> str:
        """In a few words."""
        transcript = self.transcript
        failed = [one.kind for exchange in transcript.exchanges for one in exchange.failed]
        problems = [result.problem for *_, result in transcript.calls if result and result.problem]
        said: str = transcript.ended
        if transcript.failure is not None:
            said += f": {transcript.failure.kind}"
        if failed:
            said += f" after {', '.join(failed)}"
        return said + (f" ({', '.join(map(str, problems))} call)" if problems else "")


async def strike(name: str, wire: WireName, times: int, folder: Path) -> Struck:
    """One trial with a fault in its way."""
    fault, ledger, waits = FAULTS[name], Ledger(), []

    async def sleep(seconds: float) -> None:
        waits.append(round(seconds, 3))

    at, exam = stage(folder), await prepare_exam(scenario(), stage(folder).home)
    async with endpoint(wire, ledger) as (host, port):
        made = untouched if isinstance(fault, str) else fault(SPOKEN[wire].calls)
        async with proxy(host, port, made, times) as before, aiohttp.ClientSession() as http:
            address, place = before.listens
            first = f"http://{address}:{place}"
            if isinstance(fault, str):
                first = "http://127.0.0.1:9" if fault == "refused" else f"https://{address}:{place}"
            url = f"{first}/v1{PATHS[wire]}"
            model = asking(http, url, wire, sleep)
            transcript = await play(exam, model, 0, at)
    return Struck(transcript=transcript, waits=waits, asked=before.asked, ledger=ledger)


def asking(
    http: aiohttp.ClientSession, url: str, wire: WireName, sleep: Callable[[float], Awaitable[None]]
) -> RetryingModel:
    """A model behind an address, with little patience."""
    asked = HttpModel(
        variant=ModelVariant(label="m", wire=wire, model="m"),
        http=http,
        url=url,
        wire=WIRES[wire],
        quirks=Quirks(patience=PATIENCE),
        key=KEY,
        clock=time.perf_counter,
        now=_now,
    )
    dice = random.Random(0)  # noqa: S311 # jitter
    return RetryingModel(inner=asked, sleep=sleep, dice=dice, clock=time.perf_counter, now=_now)


def _now() -> str:
    return "2026-03-14T10:00:00+00:00"


Matrix = dict[tuple[str, WireName, bool], Struck]
"""By fault, wire format, and whether it struck always."""


async def matrix(
    folder: Path, wires: Sequence[WireName] = WIRE_NAMES
) -> dict[tuple[str, WireName, bool], Struck]:
    """Every fault, wire format, and whether it strikes always."""
    found: Matrix = {}
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(name: str, wire: WireName, *, always: bool) -> None:
        async with gate:
            own = folder / f"{len(found)}-{name}-{wire}-{always}".replace(" ", "-")
            found[name, wire, always] = await strike(name, wire, ALWAYS if always else 1, own)

    async with asyncio.TaskGroup() as all_of_them:
        for name in FAULTS:
            for wire in wires:
                for always in (False, True):
                    all_of_them.create_task(one(name, wire, always=always))
    return found


def table(found: Matrix) -> str:
    """The matrix in Markdown; wire formats that end alike share a row."""
    rows = ["| fault | wire format | strikes one request | strikes every request |", "|---|---|---|---|"]
    wires = list(dict.fromkeys(wire for _, wire, _ in found))
    for name in FAULTS:
        ends: dict[tuple[str, str], list[str]] = {}
        for wire in wires:
            once, always = (found[name, wire, one].ended for one in (False, True))
            ends.setdefault((once, always), []).append(wire)
        for (once, always), alike in ends.items():
            which = "all" if len(alike) == len(wires) else ", ".join(alike)
            rows.append(f"| {name} | {which} | {once} | {always} |")
    return "\n".join(rows) + "\n"
