import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.report.dataset import CALL_COLUMNS, call_rows, export
from harness.report.rows import COLUMNS, trial_row
from tests.harness.report.sample_run import bad, broken, good, graded, record, transcript


@pytest.fixture
def datasets() -> Any:
    return pytest.importorskip("datasets", reason="needs the extra `datasets`")


def test_a_call_row_says_what_was_called_and_how_it_was_judged() -> None:
    ((trial, asked, played, grade),) = graded(bad())
    rows = [*call_rows(trial_row("run1", trial, asked, played, grade), played, grade)]
    assert [row["code"] for row in rows] == ["matched", "wrong_arg_value", "extra_call"]
    assert all(tuple(row) == CALL_COLUMNS for row in rows)
    assert rows[1]["arguments_json"] == '{"order": "O-17", "amount": 24.5}'
    assert (rows[1]["run"], rows[1]["scenario"], rows[1]["position"]) == ("run1", "shop/refund", 1)


def test_without_the_library_the_error_names_the_remedy(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['datasets'] = None\n"
        "from pathlib import Path\n"
        "from harness.report.dataset import export\n"
        f"export('run1', [], Path({str(tmp_path)!r}), 'parquet')"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "pip install 'longspan[datasets]'" in ended.stderr


def test_parquet_holds_one_row_a_trial_and_one_a_call(tmp_path: Path, datasets: Any) -> None:
    answer = "整句 " * 20_000
    trials = [*graded(good(), bad(), broken(), transcript(reply=answer))]
    written = export(record(), trials, tmp_path, "parquet")
    assert sorted(tmp_path.iterdir()) == sorted(written)
    tables: list[Any] = [
        datasets.Dataset.from_parquet(str(file), cache_dir=str(tmp_path / "cache")) for file in written
    ]
    assert [table.num_rows for table in tables] == [4, 5]
    assert tuple(tables[0].column_names) == COLUMNS
    assert tables[0]["success"][:3] == [True, False, None]
    assert tables[0]["answer"][3] == answer


def test_a_saved_dataset_can_be_loaded_from_disk(tmp_path: Path, datasets: Any) -> None:
    export(record(), graded(good()), tmp_path / "saved", "datasets")
    found: Any = datasets.load_from_disk(str(tmp_path / "saved"))
    assert {name: table.num_rows for name, table in found.items()} == {"trials": 1, "calls": 2}
    assert found["calls"]["problem"][:] == [None, None]
