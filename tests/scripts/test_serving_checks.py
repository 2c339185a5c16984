"""The table that scripts/verify-serving makes, and the processes that it counts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.serving_checks.page import page
from scripts.serving_checks.product import Broken, below, seconds_until_gone
from scripts.serving_checks.table import Table


def failing() -> str:
    raise Broken("one | two")


def test_what_fails_is_a_row_that_says_so_and_the_next_check_is_done() -> None:
    shown: list[str] = []
    table = Table(show=shown.append)
    assert not table.look("bad", failing)
    assert table.look("good", lambda: "seen\nthis")
    assert table.failed == 1
    assert shown[0].startswith("| bad | Broken: one \\| two |")
    assert shown[0].endswith("| **no** |")
    assert shown[1].startswith("| good | seen this |")


def test_the_page_has_every_row_and_what_was_not_seen(tmp_path: Path) -> None:
    table = Table(show=lambda _: None)
    table.look("good", lambda: "{seen}")
    text = page(table, tmp_path, 2.4)
    assert "1 checks, 0 of them failed, 2 minutes" in text
    assert "| good | {seen} |" in text
    assert "## What only a GPU can show" in text


def test_processes_below_one_are_found_and_those_that_stay_are_named() -> None:
    nested = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    with subprocess.Popen((sys.executable, "-c", nested), stdin=subprocess.PIPE) as process:
        while len(found := [one for one in below(os.getpid()) if one.name.startswith("python")]) < 2:
            assert process.poll() is None
        with pytest.raises(Broken, match="lived on"):
            seconds_until_gone(found, longest=0.0)
        assert process.stdin is not None
        process.stdin.close()
        process.wait()
        assert seconds_until_gone(found) >= 0
