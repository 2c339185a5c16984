"""What every verb shares: an event loop that ends cleanly, and errors said in one line.

Exit status: 1 when something failed, 2 when the command asked for something that is not there.
"""

import asyncio
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from harness.models.wanted import ModelError
from harness.runs.addresses import WrongAddress
from harness.runs.store import RunError
from harness.stopped import RunStopped
from local_models.failure import ServerFailed
from local_models.install import InstallError
from scenarios.documents.document import CannotMake
from scenarios.problem import ScenarioError
from scoring.extras import NotInstalled
from scoring.registry import ScorerClash, UnknownScorer
from tools.failure import WorldFailed

T = TypeVar("T")

_WRONG_USE = (
    *(ScenarioError, ModelError, RunError, WrongAddress, UnknownScorer, ScorerClash, CannotMake),
    NotInstalled,
)
_FAILED = (RunStopped, WorldFailed, InstallError, ServerFailed, OSError)

RunArgument = Annotated[
    str, typer.Argument(help="A run's folder, or its address such as s3://BUCKET/runs/ID.")
]
RunsOption = Annotated[
    str, typer.Option(help="The folder of run folders, or its address such as s3://BUCKET/runs.")
]
JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, nothing else.")]


def consoles() -> tuple[Console, Console]:
    """One for results (stdout) and one for what happens meanwhile (stderr)."""
    return Console(), Console(stderr=True)


@contextmanager
def spoken_errors(resume: str = "") -> Iterator[None]:
    """Say known errors in one line and leave with the right status; a bug of ours keeps its traceback.

    Until the block ends SIGTERM is what Ctrl-C is.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except _WRONG_USE as error:
        _say(error)
        raise typer.Exit(2) from error
    except _FAILED as error:
        _say(error)
        raise typer.Exit(1) from error
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        sys.stderr.write("\nStopped. Nothing that was finished is lost.\n")
        if resume:
            sys.stderr.write(f"Go on with: {resume}\n")
        raise typer.Exit(1) from error
    finally:
        signal.signal(signal.SIGTERM, before)


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; Ctrl-C and SIGTERM cancel the work, which then closes what it opened."""

    async def whole() -> T:
        task = asyncio.current_task()
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    outside = signal.getsignal(signal.SIGTERM)
    try:
        return asyncio.run(whole())
    finally:
        signal.signal(signal.SIGTERM, outside)  # which the loop has reset


def in_words(error: Exception) -> str:
    """The error's message, after the notes of where it was."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}; look at the path, its rights and the free space"
    return ": ".join([*getattr(error, "__notes__", ()), str(error)])


def _say(error: Exception) -> None:
    sys.stderr.write(f"error: {in_words(error)}\n")
