"""What a run has spent in all, by its ledger."""

from pathlib import Path

from harness.report.cost_wording import spent_line
from harness.report.spent import Spent, read_spent
from harness.runs.ledger import Line, Why, open_ledger
from harness.runs.store import RunFolder

NOW = "2026-11-22T12:00:00+00:00"


def spend(folder: Path, *lines: tuple[int, float | None, Why]) -> Spent | None:
    with open_ledger(RunFolder(folder)) as ledger:
        for request, usd, why in lines:
            ledger.write(Line(request=request, model="m", at=NOW, usd=usd, why=why))
    return read_spent(RunFolder(folder))


def test_the_last_word_on_a_request_counts(tmp_path: Path) -> None:
    found = spend(tmp_path, (1, 0.5, "held"), (2, 0.5, "held"), (1, 0.2, "usage"), (2, 0.3, "reported"))
    assert found == Spent(requests=2, usd=0.5, bound=0, unknown=0)


def test_a_request_that_was_never_settled_cost_all_that_it_could(tmp_path: Path) -> None:
    spend(tmp_path, (1, 0.5, "held"), (1, 0.2, "usage"))
    found = spend(tmp_path, (2, 0.5, "held"))
    assert found == Spent(requests=2, usd=0.7, bound=1, unknown=0)


def test_what_a_model_never_saw_is_no_request(tmp_path: Path) -> None:
    assert spend(tmp_path, (1, 0.5, "held"), (1, 0.0, "refused")) is None


def test_a_request_that_nobody_can_price_is_said_and_not_counted(tmp_path: Path) -> None:
    found = spend(tmp_path, (1, None, "held"), (1, None, "usage"), (2, 0.25, "usage"))
    assert found == Spent(requests=2, usd=0.25, bound=0, unknown=1)
    assert spent_line(found).endswith("$0.25 for 2 requests; without 1 that nobody can price")


def test_a_line_that_was_cut_off_is_none(tmp_path: Path) -> None:
    spend(tmp_path, (1, 0.25, "usage"))
    with (tmp_path / "spent.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"request": 2')
    assert read_spent(RunFolder(tmp_path)) == Spent(requests=1, usd=0.25, bound=0, unknown=0)


def test_without_a_ledger_nothing_is_claimed(tmp_path: Path) -> None:
    assert read_spent(RunFolder(tmp_path)) is None
    assert spent_line(None) == ""
