"""How well a judge agrees with people: a sheet to label, and the figures once it is labelled.

    python -m scripts.judge_agreement sheet RUN > sheet.jsonl    # what was judged, without the verdicts
    python -m scripts.judge_agreement report RUN sheet.jsonl     # once each `label` is true or false

The sheet does not show what the judge said, so that nobody is led by it, and one sheet serves every judge
that the run is ever judged by. Lines whose `label` is still null are left out, and counted.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from harness.judges.kept import Kept
from harness.runs.addresses import place_of
from harness.runs.record import JudgeRecord
from harness.runs.store import RunError, RunFolder
from scenarios.record import Record
from scoring.statistics.agreement import Agreement, Labelled, Rate, agreement

Cell = tuple[str, str, int, str]


class SheetLine(Record):
    """One assertion on one conversation, for a person to decide."""

    model: str
    scenario: str
    repeat: int
    assertion: str
    label: bool | None = None
    """Whether it holds; None: not decided yet."""

    @property
    def cell(self) -> Cell:
        return self.model, self.scenario, self.repeat, self.assertion


def judge_of(folder: RunFolder) -> JudgeRecord:
    """The run's judge, which is the one that it was given last. Raises `RunError` where it has none."""
    if (judge := folder.record.judge) is None:
        raise RunError(f"{folder} has no judge; give it one with --judge-model")
    return judge


def verdicts(folder: RunFolder, judge: JudgeRecord) -> Iterator[tuple[SheetLine, bool]]:
    """What a judge said of a run, an assertion at a time."""
    record = folder.record
    kept, exams = Kept(folder=folder, judge=judge), folder.exams(record)
    for trial, transcript in folder.transcripts(record):
        found = kept.judgement(trial, exams[trial.scenario], transcript)
        for one in found.verdicts if found is not None else ():
            name = trial.model.label
            line = SheetLine(
                model=name, scenario=trial.scenario, repeat=trial.repeat, assertion=one.assertion
            )
            yield line, one.met


def read_sheet(file: Path) -> dict[Cell, bool | None]:
    """The labels. Raises `RunError` for a line that is none."""
    found: dict[Cell, bool | None] = {}
    for number, text in enumerate(file.read_text("utf-8").splitlines(), start=1):
        try:
            line = SheetLine.model_validate_json(text, strict=True)
        except ValidationError as error:
            raise RunError(f"{file}:{number}: {error.errors()[0]['msg']}; a label is true or false") from None
        if found.setdefault(line.cell, line.label) != line.label:
            raise RunError(f"{file}:{number}: has another label above; decide for one")
    return found


def compared(
    judged: Iterator[tuple[SheetLine, bool]], labels: Mapping[Cell, bool | None]
) -> tuple[Agreement, int]:
    """The figures of what was judged and labelled, and how many verdicts have no label."""
    pairs, without = list[Labelled](), 0
    for line, met in judged:
        label = labels.get(line.cell)
        if label is None:
            without += 1
        else:
            pairs.append(Labelled(met, label, line.cell[:3]))
    return agreement(pairs), without


def told(found: Agreement, without: int) -> Iterator[str]:
    yield f"{found.n} labelled verdicts on {found.conversations} conversations; {without} without a label"
    yield "                    label: met   label: not met"
    yield f"  judge: met        {found.both_met:10d}   {found.false_positives:14d}"
    yield f"  judge: not met    {found.false_negatives:10d}   {found.both_unmet:14d}"
    whole, kappa = found.agreement, found.kappa
    yield f"agreement            {_interval(whole.mean, whole.low, whole.high)} {whole.note}".rstrip()
    yield f"Cohen's kappa        {_interval(kappa.value, kappa.low, kappa.high)} {kappa.note}".rstrip()
    yield f"false positives      {_rate(found.false_positive_rate)}"
    yield f"false negatives      {_rate(found.false_negative_rate)}"


def _rate(rate: Rate) -> str:
    return f"{_interval(rate.share, rate.low, rate.high)} ({rate.count} of {rate.of})"


def _interval(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" if low is None or high is None else f"{value:.2f} [{low:.2f}, {high:.2f}]"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("sheet", "report"):
        verbs.add_parser(verb).add_argument("run")
    verbs.choices["report"].add_argument("sheet", type=Path)
    verbs.choices["report"].add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    folder = RunFolder(place_of(asked.run))
    try:
        judge = judge_of(folder)
        if asked.verb == "sheet":
            for line, _ in verdicts(folder, judge):
                sys.stdout.write(json.dumps(line.model_dump(), ensure_ascii=False) + "\n")
            return 0
        found, without = compared(verdicts(folder, judge), read_sheet(asked.sheet))
    except RunError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    text = found.model_dump_json() if asked.json else "\n".join(told(found, without))
    sys.stdout.write(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
