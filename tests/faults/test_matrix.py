"""Whatever goes wrong on the line ends in the right class, is paid for once, and tells nobody's key."""

import asyncio
import logging
from pathlib import Path

import aiohttp
import pytest

from harness.clients.wires import PATHS
from harness.registry.provider import WireName
from scenarios.transcript import GRADED
from tests.faults import faults
from tests.faults.endpoints import Ledger, endpoint
from tests.faults.matrix import ATTEMPTS, KEY, WIRE_NAMES, Matrix, asking, matrix, table
from tests.faults.proxy import proxy
from tests.harness.little_run import little_run
from tests.harness.stage import scenario

DOCUMENT = Path(__file__).parents[2] / "docs" / "faults.md"
PASSING = {
    "429 with Retry-After": "http_429",
    "429": "http_429",
    "500": "http_500",
    "502": "http_502",
    "529": "http_529",
    "slow first byte": "timeout_first_byte",
    "silence in the stream": "timeout_idle",
    "cut in a chunk": "cut_stream",
    "cut in a letter": "bad_stream",
    "empty reply": "cut_stream",
    "HTML at status 200": "bad_reply",
    "wrong content type": "bad_reply",
    "arguments of 4 MB": "too_long",
}
"""Faults after which asking again helps, and the kind of the attempt that they spoil."""


@pytest.fixture(scope="module")
def logged() -> list[str]:
    return []


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, logged: list[str]) -> Matrix:
    """The whole matrix, played once, with every line that was logged meanwhile."""

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logged.append(self.format(record))

    keep = Keep(level=logging.WARNING)
    logging.getLogger().addHandler(keep)
    try:
        return asyncio.run(matrix(tmp_path_factory.mktemp("matrix")))
    finally:
        logging.getLogger().removeHandler(keep)


@pytest.mark.parametrize("wire", WIRE_NAMES)
def test_without_a_fault_the_trial_is_right(found: Matrix, wire: WireName) -> None:
    assert found["none", wire, False].ended == found["none", wire, True].ended == "done"


@pytest.mark.parametrize("wire", WIRE_NAMES)
@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_costs_an_attempt_and_no_trial(found: Matrix, fault: str, wire: WireName) -> None:
    assert found[fault, wire, False].ended == f"done after {PASSING[fault]}"


@pytest.mark.parametrize("wire", WIRE_NAMES)
@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_stays_is_the_providers(found: Matrix, fault: str, wire: WireName) -> None:
    struck = found[fault, wire, True]
    assert struck.ended == f"provider: {PASSING[fault]}"
    assert [one.kind for one in struck.transcript.failed] == [PASSING[fault]] * len(struck.transcript.failed)


@pytest.mark.parametrize("wire", WIRE_NAMES)
@pytest.mark.parametrize(("fault", "kind"), [("connection refused", "unreachable"), ("TLS error", "tls")])
def test_nobody_there_and_nobody_to_trust_are_told_apart(
    found: Matrix, fault: str, kind: str, wire: WireName
) -> None:
    assert found[fault, wire, False].ended == f"provider: {kind}"


@pytest.mark.parametrize("wire", WIRE_NAMES)
def test_arguments_that_the_model_got_wrong_are_the_models(found: Matrix, wire: WireName) -> None:
    struck = found["malformed arguments", wire, True]
    assert struck.ended == "done (malformed, malformed call)"
    assert struck.transcript.ended in GRADED


@pytest.mark.parametrize("always", [False, True])
@pytest.mark.parametrize("wire", WIRE_NAMES)
@pytest.mark.parametrize(
    "fault", ["a part of a call twice", "parts of a call out of order", "cumulative parts of a call"]
)
def test_parts_that_a_server_mixed_up_are_never_the_models_mistake(
    found: Matrix, fault: str, wire: WireName, *, always: bool
) -> None:
    assert "malformed" not in found[fault, wire, always].ended


@pytest.mark.parametrize("wire", WIRE_NAMES)
def test_the_server_says_how_long_to_wait(found: Matrix, wire: WireName) -> None:
    assert found["429 with Retry-After", wire, False].waits == [7.0]
    assert found["429", wire, False].waits[0] < 7.0


def test_every_request_is_written_down_once(found: Matrix) -> None:
    for (fault, wire, always), struck in found.items():
        if fault in {"connection refused", "TLS error"}:
            continue
        transcript = struck.transcript
        answered = len(transcript.exchanges)
        spoiled = sum(len(exchange.failed) for exchange in transcript.exchanges) + len(transcript.failed)
        assert struck.asked == answered + spoiled, (fault, wire, always)


def test_no_trial_waits_without_end(found: Matrix) -> None:
    assert all(len(struck.transcript.failed) <= ATTEMPTS + 2 for struck in found.values())


def test_neither_key_nor_prompt_is_logged_or_kept_with_an_error(found: Matrix, logged: list[str]) -> None:
    asked = scenario().segments[0].user[0]
    errors = [s.transcript.failure.message for s in found.values() if s.transcript.failure is not None]
    assert errors
    for said in (*logged, *errors):
        assert KEY not in said
        assert asked not in said
    for struck in found.values():
        assert KEY not in struck.transcript.model_dump_json()
        assert all(KEY not in str(body) for body in struck.ledger.bodies)


def test_the_page_holds_what_came_out(found: Matrix) -> None:
    assert table(found) in DOCUMENT.read_text("utf-8"), "write it anew with scripts/faults"


@pytest.mark.anyio
@pytest.mark.parametrize("wire", WIRE_NAMES)
async def test_what_a_broken_endpoint_left_is_played_by_the_same_command(
    tmp_path: Path, wire: WireName
) -> None:
    run, ledger = await little_run(tmp_path), Ledger()

    async def at_once(_: float) -> None:
        return

    async with (
        endpoint(wire, ledger) as (host, port),
        proxy(host, port, faults.status(503), times=7) as before,
        aiohttp.ClientSession() as http,
    ):
        address, place = before.listens
        model = asking(http, f"http://{address}:{place}/v1{PATHS[wire]}", wire, at_once)
        first = await run.runner(model, repeats=2).run(model)
        second = await run.runner(model, repeats=2).run(model)

    assert first.ended["provider"] >= 1
    assert first.ended["provider"] + first.ended["done"] == 4
    assert second.kept == first.ended["done"]
    assert second.ended == {"done": first.ended["provider"]}
    transcripts = [one for _, one in run.folder.transcripts(run.record(model, 2))]
    assert len(transcripts) == 4
    assert len(ledger.bodies) == sum(len(one.exchanges) for one in transcripts)
