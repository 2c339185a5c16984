"""The ledger of a run: what it adds up to, however and whenever its writer was stopped."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.ledger import Ledger, Line, Why, open_ledger
from harness.store import RunError, RunFolder


def line(request: int, why: Why, usd: float | None = 0.25, tokens: int | None = 100) -> Line:
    return Line(request=request, model="m", at="2026-03-14T10:00:00+00:00", usd=usd, tokens=tokens, why=why)


def reopened(folder: Path) -> tuple[int, float, int]:
    with open_ledger(RunFolder(folder)) as ledger:
        return ledger.requests, ledger.usd, ledger.tokens


def test_what_is_held_counts_only_once_it_is_settled(tmp_path: Path) -> None:
    with open_ledger(RunFolder(tmp_path)) as ledger:
        ledger.write(line(1, "held", usd=1.0))
        before = ledger.usd
        ledger.write(line(1, "usage", usd=0.5))

    assert (before, reopened(tmp_path)) == (0.0, (1, 0.5, 100))


def test_what_was_on_its_way_when_we_were_killed_has_cost_all_that_it_could(tmp_path: Path) -> None:
    with open_ledger(RunFolder(tmp_path)) as ledger:
        ledger.write(line(1, "held", usd=1.0))
        ledger.write(line(2, "held", usd=2.0))
        ledger.write(line(1, "refused", usd=0.0, tokens=0))

    assert reopened(tmp_path) == (2, 2.0, 100)
    assert reopened(tmp_path) == (2, 2.0, 100)
    assert (tmp_path / "spent.jsonl").read_text("utf-8").count('"bound"') == 1


@given(st.data())
def test_a_file_cut_anywhere_adds_up_to_what_its_whole_lines_say(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("run")
    with open_ledger(RunFolder(folder)) as ledger:
        for number in range(1, 5):
            ledger.write(line(number, "held", usd=1.0))
            ledger.write(line(number, "usage", usd=0.25))
    file = folder / "spent.jsonl"
    whole = file.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    os.truncate(file, cut)
    lines = whole[:cut].count(b"\n")

    assert reopened(folder)[1] == 0.25 * (lines // 2) + 1.0 * (lines % 2)


def test_a_line_that_is_none_is_said_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "spent.jsonl").write_text("{}\n", "utf-8")

    with pytest.raises(RunError, match=r"spent\.jsonl:1 is no line of a ledger"):
        reopened(tmp_path)


def test_what_nobody_knows_is_counted_apart(tmp_path: Path) -> None:
    with open_ledger(RunFolder(tmp_path)) as ledger:
        ledger.write(line(1, "bound", usd=None))
        ledger.write(line(2, "bound", tokens=None))

        assert (ledger.usd, ledger.unknown, ledger.uncounted) == (0.25, 1, 1)


def test_a_full_disk_leaves_no_half_line(tmp_path: Path) -> None:
    with (tmp_path / "spent.jsonl").open("ab", buffering=0) as file:
        ledger = Ledger(file=file)
        ledger.write(line(1, "usage"))
        size = ledger.size
    with Path("/dev/full").open("ab", buffering=0) as full, pytest.raises(OSError, match="space"):
        Ledger(file=full).write(line(2, "held"))

    assert (tmp_path / "spent.jsonl").stat().st_size == size
