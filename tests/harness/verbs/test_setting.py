"""What every verb shares: errors in one line with the right status, and an end that cleans up."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from harness.models.wanted import ModelError
from harness.runs.store import RunError
from harness.stopped import RunStopped
from harness.verbs.setting import run_async, spoken_errors
from local_models.install import InstallError
from scenarios.problem import Problem, ScenarioError
from scoring.registry import ScorerClash, UnknownScorer
from tools.failure import WorldFailed


def ended(work: Callable[[], object], resume: str = "") -> int:
    """The status that a verb leaves with when its work ends like this."""
    with pytest.raises(typer.Exit) as caught, spoken_errors(resume=resume):
        work()
    return caught.value.exit_code


def raising(error: BaseException) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ScenarioError([Problem(file=Path("a.yaml"), line=3, message="is wrong")]), 2),
        (ModelError("is wrong"), 2),
        (RunError("is wrong"), 2),
        (UnknownScorer("is wrong"), 2),
        (ScorerClash("is wrong"), 2),
        (RunStopped("is wrong"), 1),
        (WorldFailed("server_exited", "shop", "is wrong"), 1),
        (InstallError("is wrong"), 1),
        (OSError(28, "is wrong", "file"), 1),
    ],
)
def test_a_known_error_is_one_line_and_a_status(
    capsys: pytest.CaptureFixture[str], error: Exception, status: int
) -> None:
    assert ended(raising(error)) == status

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert "is wrong" in said.err
    assert said.err.count("\n") == 1


def test_a_bug_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), spoken_errors():
        raising(ZeroDivisionError())()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_outside_the_event_loop_names_the_command_that_resumes(
    capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    before = signal.getsignal(signal.SIGTERM)

    assert ended(lambda: signal.raise_signal(number), resume="longspan run shop") == 1

    assert capsys.readouterr().err == (
        "\nStopped. Nothing that was finished is lost.\nGo on with: longspan run shop\n"
    )
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_inside_the_event_loop_closes_what_was_opened(
    capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    closed: list[str] = []

    async def work() -> None:
        try:
            signal.raise_signal(number)
            async with asyncio.timeout(10):
                await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            closed.append("server")

    assert ended(lambda: run_async(work())) == 1

    assert closed == ["server"]
    assert "Stopped." in capsys.readouterr().err


def test_a_stop_after_the_event_loop_is_heard_as_well() -> None:
    async def work() -> int:
        return 7

    def both() -> None:
        assert run_async(work()) == 7
        signal.raise_signal(signal.SIGTERM)

    assert ended(both) == 1
