"""One step of an installation: what its log explains, how it is ended, and how two are kept apart."""

from pathlib import Path

import pytest

from local_models.step import InstallError, one_at_a_time, run_step


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full; free some space"),
        ("Failed to establish: Temporary failure in name resolution", "the package index was not reached"),
        ("The virtual environment was not created: ensurepip is not available", "python3-venv"),
        ("ERROR: No matching distribution found for torch==2", "pip finds no torch==2 for this machine"),
        ("something else", "something else; run the same command again"),
    ],
)
def test_a_failed_step_says_why_and_what_to_do(tmp_path: Path, words: str, message: str) -> None:
    with pytest.raises(InstallError, match=rf"doing it: .*{message}.*log: .*step\.log"):
        run_step("doing it", ("sh", "-c", f"echo '{words}'; exit 3"), log=tmp_path / "step.log", seconds=60)


def test_a_step_that_hangs_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(InstallError, match="doing it: not done after 0 s"):
        run_step("doing it", ("sleep", "60"), log=tmp_path / "step.log", seconds=0.1)


def test_a_second_installation_waits_for_the_first_and_says_so(tmp_path: Path) -> None:
    said: list[str] = []
    lock = tmp_path / "install.lock"
    with (
        one_at_a_time(lock, said.append),
        pytest.raises(InstallError, match="another installation has held it for 0 s"),
        one_at_a_time(lock, said.append, seconds=0),
    ):
        pytest.fail("not reached")
    assert said == [f"Another installation is at work in {tmp_path}; waiting for it."]
    with one_at_a_time(lock, said.append, seconds=0):
        assert len(said) == 1


def test_what_watches_a_step_may_end_it(tmp_path: Path) -> None:
    def enough() -> None:
        raise InstallError("enough of this")

    with pytest.raises(InstallError, match="enough of this"):
        run_step("doing it", ("sleep", "600"), log=tmp_path / "step.log", seconds=600, meanwhile=enough)


def test_a_cause_that_the_caller_knows_is_looked_for_first(tmp_path: Path) -> None:
    causes = (("(?P<who>Bob) is full", "{who} has eaten", "wait"),)
    words = "Bob is full. No space left on device"
    with pytest.raises(InstallError, match="doing it: Bob has eaten; wait"):
        run_step(
            "doing it", ("sh", "-c", f"echo '{words}'; exit 3"), log=tmp_path / "l", seconds=60, causes=causes
        )


def test_a_step_gets_the_environment_that_it_is_given(tmp_path: Path) -> None:
    run_step("doing it", ("/bin/sh", "-c", "env"), log=tmp_path / "l", seconds=60, environ={"ONLY": "this"})
    assert "ONLY=this" in (tmp_path / "l").read_text(encoding="utf-8")
