"""`longspan report --registry`: the same requests at other prices; what is frozen stays as it is."""

import json
from pathlib import Path

import pytest

from harness.runs.store import RunFolder
from tests.harness.report.sample_costs import SPRINTER, asked, hosted, spent
from tests.harness.report.sample_run import exam, good, record
from tests.harness.verbs.command_line import invoke

DEARER = """\
models:
  sprinter-3:
    prices: {input: 20.0, output: 80.0, as_of: 2026-11-22, source: an offer, known: documentation}
"""
MODEL = hosted("sprinter-3", None)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of one trial that cost a cent."""
    folder = RunFolder(tmp_path / "run")
    asked_of = record(MODEL).model_copy(update={"prices": {MODEL.label: SPRINTER}})
    folder.write_record(asked_of)
    folder.write_exam(exam())
    (trial,) = folder.trials(asked_of)
    folder.write_transcript(trial, spent(good(), asked(input=4000, output=250)))
    return folder.path


def cost(*arguments: str, at: Path) -> float | None:
    said = invoke(*arguments, "--json", at=at)
    assert said.status == 0, said.err
    found: float | None = json.loads(said.out)["report"]["models"][0]["cost_usd"]
    return found


@pytest.mark.parametrize("verb", ["report", "grade"])
def test_a_report_is_reckoned_at_the_prices_of_the_run_or_at_those_given(run: Path, verb: str) -> None:
    own = run.parent / "own.yaml"
    own.write_text(DEARER, "utf-8")
    frozen = (run / "run.yaml").read_bytes()
    assert cost(verb, str(run), at=run.parent) == 0.01
    assert cost(verb, str(run), "--registry", str(own), at=run.parent) == 0.1
    assert (run / "run.yaml").read_bytes() == frozen
    assert cost(verb, str(run), at=run.parent) == 0.01


def test_a_registry_that_cannot_be_read_is_wrong_use(run: Path) -> None:
    own = run.parent / "own.yaml"
    own.write_text("models: {m: {prices: {input: -1}}}", "utf-8")
    said = invoke("report", str(run), "--registry", str(own), at=run.parent)
    assert said.status == 2
    assert "own.yaml" in said.err


def test_one_trial_is_shown_with_what_it_cost(run: Path) -> None:
    said = invoke("show", str(run), "sprinter", at=run.parent)
    assert "$0.01 (computed)" in said.out
