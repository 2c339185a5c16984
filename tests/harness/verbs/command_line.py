"""The command line as a user has it: what it said, how it ended, and what it left behind.

`longspan` starts a process, as a user does, which takes its second or two; `invoke` is the same command
within ours.
"""

import hashlib
import os
import subprocess
import sys
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from harness.cli import app

LONGSPAN = str(Path(sys.executable).with_name("longspan"))


@dataclass(frozen=True, kw_only=True)
class Said:
    status: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """What was said on stderr, line by line."""
        return self.err.strip().splitlines()


def environ(home: Path, key: str | None = None) -> dict[str, str]:
    """A user's environment, with our own settings and no others."""
    found = {name: value for name, value in os.environ.items() if not name.startswith("LONGSPAN_")}
    found |= {"LONGSPAN_HOME": str(home / "home"), "COLUMNS": "80"}
    return found | ({"LONGSPAN_API_KEY": key} if key else {})


def longspan(*arguments: str, at: Path, key: str | None = None) -> Said:
    """Run a command in a folder and wait for its end."""
    done = subprocess.run(
        [LONGSPAN, *arguments],
        cwd=at,
        env=environ(at, key),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Said(status=done.returncode, out=done.stdout, err=done.stderr)


def invoke(*arguments: str, at: Path, key: str | None = None) -> Said:
    """Run a command in this process, in a folder; what is no exit of the command line is raised."""
    runner = CliRunner(env={**environ(at), "LONGSPAN_API_KEY": key})
    with chdir(at):
        done = runner.invoke(app, arguments)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Said(status=done.exit_code, out=done.stdout, err=done.stderr)


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder, by hash."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
