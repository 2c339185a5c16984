"""Caps of a run in words: what is refused before it, and how it goes on after a cap was reached."""

import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.budget import Caps, check_caps, how_to_go_on, open_gates, with_option
from harness.clients.bounds import Amount
from harness.clients.purse import Purse
from harness.runs.ledger import Appended, Ledger, Line, open_ledger
from harness.runs.record import ModelVariant, RunRecord
from harness.runs.store import RunError, RunFolder
from tests.harness.known import KNOWN

MODEL = ModelVariant(label="m", wire="chat", model="m", base_url="http://127.0.0.1:9/v1")
RECORD = RunRecord(
    id="r", created="", command="", models=(MODEL,), suites=("s",), scenarios={}, repeats=1, seed=0
)


def purse(folder: Path, spent: float, tokens: int, caps: Caps, refused: Amount | None = None) -> Purse:
    with (folder / "spent.jsonl").open("ab", buffering=0) as file:
        ledger = Ledger(sink=Appended(file=file), usd=spent, tokens=tokens)
    return Purse(
        ledger=ledger,
        now=lambda: "",
        max_cost=caps.max_cost,
        max_tokens=caps.max_tokens,
        refused=refused,
    )


def test_the_command_that_goes_on_has_a_cap_that_likely_suffices(tmp_path: Path) -> None:
    found = purse(tmp_path, 0.04, 0, Caps(max_cost=0.05), Amount(usd=0.012, tokens=5))

    said = how_to_go_on(found, "longspan run shop -m gpt --max-cost 0.05 --json", left=30, trials=40)

    assert said == (
        "30 of 40 trials are left to play; what was finished is kept. "
        "Go on with: longspan run shop -m gpt --json --max-cost 0.22"
    )


def test_nothing_spent_asks_for_what_the_first_request_may_cost(tmp_path: Path) -> None:
    found = purse(tmp_path, 0.0, 0, Caps(max_cost=0.0), Amount(usd=0.012345, tokens=5))
    assert how_to_go_on(found, "longspan run s", left=1, trials=1).endswith("run s --max-cost 0.013")


def test_tokens_are_raised_as_dollars_are(tmp_path: Path) -> None:
    found = purse(tmp_path, 0.0, 9000, Caps(max_tokens=10_000), Amount(usd=None, tokens=2500))
    assert how_to_go_on(found, "longspan run s", left=1, trials=2).endswith("--max-tokens 25000")


@pytest.mark.parametrize(
    ("command", "changed"),
    [
        ("longspan run s", "longspan run s --max-cost 2"),
        ("longspan run --max-cost 1 s", "longspan run s --max-cost 2"),
        ("longspan run --max-cost=1 s", "longspan run s --max-cost 2"),
        ("longspan run './my suite' --max-cost-x 1", "longspan run './my suite' --max-cost-x 1 --max-cost 2"),
    ],
)
def test_an_option_is_set_once(command: str, changed: str) -> None:
    assert with_option(command, "--max-cost", "2") == changed


@given(st.lists(st.text(min_size=1)))
def test_other_words_of_a_command_are_left_as_they_are(words: list[str]) -> None:
    kept = [word for word in words if not word.startswith("--max-cost")]
    assert shlex.split(with_option(shlex.join(kept), "--max-cost", "2")) == [*kept, "--max-cost", "2"]


def test_a_model_without_a_price_is_refused_under_a_cap_and_only_there() -> None:
    check_caps(RECORD.models, {}, Caps(), KNOWN)
    check_caps(RECORD.models, {}, Caps(max_tokens=5), KNOWN)
    with pytest.raises(RunError, match=r"--max-cost \$0\.0001: nobody knows what m costs"):
        check_caps(RECORD.models, {}, Caps(max_cost=0.0001), KNOWN)


def test_a_run_whose_spending_nobody_knows_gets_no_cap(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    with open_ledger(folder) as ledger:
        ledger.write(Line(request=1, model="m", at="", why="usage", tokens=9))

    with open_gates(folder, RECORD, Caps(max_tokens=50), KNOWN, 8, lambda: ""):
        pass
    with (
        pytest.raises(RunError, match=r"1 requests of this run .* --new"),
        open_gates(folder, RECORD, Caps(max_cost=1.0), KNOWN, 8, lambda: ""),
    ):
        pass
