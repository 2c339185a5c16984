"""Servers that others wrote, started for a test as a user starts them."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.environment import read_environment
from local_models.catalog import find_model
from local_models.install import Installed, installed

LONGSPAN = Path(sys.executable).with_name("longspan")
MODEL = "smollm2"
HOME = read_environment().home
_INSTALL_SECONDS = 1800
_START_SECONDS = 600
_COUNTERS = re.compile(r"^vllm:(prompt_tokens|generation_tokens)(?:_total)?\{[^}]*\} (\S+)$", re.MULTILINE)


def weights() -> Installed:
    """SmolLM2 and vLLM for CPU, installed where they are not yet."""
    subprocess.run(
        (LONGSPAN, "models", "install", f"local/{MODEL}", "--engine", "cpu"), check=True, timeout=1800
    )
    ready = installed(find_model(MODEL), HOME)
    assert ready is not None
    return ready


@contextmanager
def vllm() -> Iterator[str]:
    """`longspan models serve`, with calls held to their tools' schemas; the base URL."""
    weights()
    command = (str(LONGSPAN), "models", "serve", f"local/{MODEL}", "--strict", "parameter", "--json")
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["base_url"]
        finally:
            process.terminate()
            process.wait(60)


@contextmanager
def transformers(folder: Path) -> Iterator[tuple[str, str]]:
    """`transformers serve` of the engine's environment; the base URL and the model's id there."""
    ready = weights()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(ready.python).with_name("transformers")
    command = (str(program), "serve", str(ready.weights), "--host", "127.0.0.1", "--port", str(port))
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            (*command, "--device", "cpu"), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _healthy(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}/v1", str(ready.weights)
        finally:
            process.terminate()
            process.wait(60)


def counters(base_url: str) -> dict[str, float]:
    """The server's own counts of tokens."""
    url = base_url.removesuffix("/v1") + "/metrics"
    with urllib.request.urlopen(url, timeout=20) as response:  # noqa: S310 # a loopback address
        text = response.read().decode()
    return {match[1]: float(match[2]) for match in _COUNTERS.finditer(text)}


def _healthy(url: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "transformers serve has ended"
        try:
            with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 # a loopback address
                if response.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.5)
    raise AssertionError(f"{url} did not answer within {_START_SECONDS} s")
