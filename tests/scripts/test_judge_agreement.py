"""A sheet without the verdicts, and what the labels say of the judge."""

import json
from pathlib import Path

import pytest

from harness.judges.judging import judge_run
from scripts.judge_agreement import main
from tests.harness.judges.court import ASSERTED, asserting_run, court, judged_by, opening, verdicts
from tests.harness.little_run import gold

pytestmark = pytest.mark.anyio


async def judged_folder(tmp_path: Path) -> str:
    """Two conversations with two verdicts each: both met, then one of them."""
    run, model = await asserting_run(tmp_path), gold()
    await run.runner(model).run(model)
    async with court(verdicts(True, True), verdicts(True, False)) as found:
        record = judged_by(run.record(model), found.record())
        run.folder.write_record(record)
        await judge_run(run.folder, record, run.exams, opening(tmp_path))
    return str(run.folder)


async def test_a_sheet_is_labelled_blind_and_then_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = await judged_folder(tmp_path)
    assert main(["sheet", run]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["assertion"] for line in lines] == [*ASSERTED, *ASSERTED]
    assert all(set(line) == {"model", "scenario", "repeat", "assertion", "label"} for line in lines)
    for line, label in zip(lines, [True, False, None, False], strict=True):
        line["label"] = label
    sheet = tmp_path / "sheet.jsonl"
    sheet.write_text("\n".join(map(json.dumps, lines)), "utf-8")

    assert main(["report", run, str(sheet)]) == 0
    told = capsys.readouterr().out
    assert main(["report", run, str(sheet), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert told.startswith("3 labelled verdicts on 2 conversations; 1 without a label")
    assert (found["both_met"], found["false_positives"], found["both_unmet"]) == (1, 1, 1)
    assert found["kappa"]["value"] == pytest.approx(0.4)
    assert found["false_positive_rate"]["share"] == 0.5


@pytest.mark.parametrize("label", ['"yes"', "1", '"true"'])
async def test_a_label_is_true_or_false(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], label: str
) -> None:
    sheet = tmp_path / "sheet.jsonl"
    where = '"model": "m", "scenario": "a/b", "repeat": 0, "assertion": "x"'
    sheet.write_text(f'{{{where}, "label": {label}}}', "utf-8")

    assert main(["report", await judged_folder(tmp_path), str(sheet)]) == 1
    assert "sheet.jsonl:1: " in capsys.readouterr().err


async def test_a_run_that_nobody_judged_has_nothing_to_label(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, model = await asserting_run(tmp_path), gold()
    await run.runner(model).run(model)

    assert main(["sheet", str(run.folder)]) == 1
    assert "--judge-model" in capsys.readouterr().err
