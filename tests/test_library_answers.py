"""The rules for answers, tried on the library's own documents with lines as models really write them.

`library_answers/DOCUMENT.yaml` holds, for each question and fact, good answers (bare, with a unit, with a
reason in brackets, bold, as a sentence, in other usual forms of dates and numbers) and wrong ones by the
mistake that they make. A fact that is updated has them for each value, in the order in which they are told,
and a sum for each of its entries. Whoever says that the document does not tell is right where it does not,
or not yet, and wrong everywhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from scenarios.documents.shelf import DocumentSettings, Shelf
from scenarios.line import Line, Summary, Value
from scenarios.load import find_suite, load_suite
from scenarios.reading import Cell
from scenarios.record import Record
from scenarios.scenario import Scenario
from scenarios.yaml_file import read_yaml
from scoring.lines.judge import judge_line

ANSWERS = Path(__file__).parent / "library_answers"
LIBRARY = find_suite("documents")
DOCUMENTS = tuple(sorted(folder.parent.name for folder in LIBRARY.glob("*/scenario.yaml")))
NOT_STATED = "not-stated"
SETTINGS = DocumentSettings(sizing="qwen", layouts=("segmented",))


class Answers(Record):
    """What may stand behind `ANSWER:`."""

    good: tuple[str, ...] = ()
    wrong: dict[str, str] = {}
    """By the mistake that is made."""
    times: tuple["Answers", ...] = ()
    """Of a fact that is updated, for each of its values."""
    entries: dict[str, "Answers"] = {}
    """Of a sum, for each amount that is asked about by itself."""

    @property
    def enough(self) -> bool:
        parts = (*self.times, *self.entries.values())
        given = len(self.good) >= 3 and len(self.wrong) >= 2
        return all(part.enough for part in parts) and (given or bool(self.times))


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A probe, and whose answers it takes."""

    probe: str
    about: str
    line: Line
    cell: Cell


@dataclass(frozen=True, kw_only=True)
class Said:
    text: str
    right: bool
    name: str


def read_answers(document: str) -> dict[str, Answers]:
    data = read_yaml(ANSWERS / f"{document}.yaml").value
    assert isinstance(data, dict)
    return {about: Answers.model_validate(one) for about, one in data.items()}


def not_stated(language: str) -> tuple[str, ...]:
    data = read_yaml(ANSWERS / f"{NOT_STATED}.yaml").value
    assert isinstance(data, dict)
    lines = data[language]
    assert isinstance(lines, list)
    return tuple(map(str, lines))


@cache
def load(document: str) -> tuple[Scenario, ...]:
    return load_suite(LIBRARY / document, Shelf(SETTINGS)).scenarios


def asked(document: str) -> Iterator[Asked]:
    """Every probe that is answered on one line; those that want the same of the same fact once."""
    seen: set[tuple[str, str, str]] = set()
    for scenario in load(document):
        (segment,) = scenario.segments
        line, reading = segment.expect.line, scenario.reading
        assert line is not None
        assert reading is not None
        about = reading.cell.fact or segment.id
        wanted = about, reading.cell.entry, line.model_dump_json()
        if wanted not in seen and not isinstance(line, Summary):
            seen.add(wanted)
            yield Asked(probe=segment.id, about=about, line=line, cell=reading.cell)


def answers_to(one: Asked, given: Answers, denials: tuple[str, ...]) -> Iterator[Said]:
    """What is said to a probe, and whether it is right."""
    told = not (isinstance(one.line, Value) and one.line.gold is None)
    yield from (Said(text=text, right=not told, name="not stated") for text in denials)
    if one.cell.fact and not told:
        early = given.times[0] if given.times else given
        yield from (Said(text=text, right=False, name="told only later") for text in early.good)
        return
    here, elsewhere = now_and_then(one, given)
    yield from (Said(text=text, right=True, name="good") for text in here.good)
    yield from (Said(text=text, right=False, name=mistake) for mistake, text in here.wrong.items())
    for other in elsewhere:
        yield from (Said(text=text, right=False, name="the value of another time") for text in other.good)


def now_and_then(one: Asked, given: Answers) -> tuple[Answers, tuple[Answers, ...]]:
    """The answers to what is asked, and to the same question at other times."""
    if one.cell.entry:
        return given.entries[one.cell.entry], ()
    if not given.times:
        return given, ()
    assert isinstance(one.line, Value)
    holds = len(one.line.stale)
    return given.times[holds], given.times[:holds] + given.times[holds + 1 :]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_good_answers_are_right_and_wrong_ones_are_not(document: str) -> None:
    answers, misjudged = read_answers(document), []
    language = load(document)[0].language
    denials = not_stated(language)
    for one in asked(document):
        for said in answers_to(one, answers[one.about], denials):
            verdict = judge_line(one.line, f"ANSWER: {said.text}", language)
            if verdict.right is not said.right:
                misjudged.append(f"{one.probe}: {said.name}: {said.text!r}: {verdict.why}")

    assert not misjudged, "\n".join(misjudged)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_question_and_every_fact_has_three_good_answers_and_two_wrong_ones(document: str) -> None:
    answers = read_answers(document)

    assert {one.about for one in asked(document)} == answers.keys()
    assert not [about for about, given in answers.items() if not given.enough]
    for one in asked(document):
        entry = one.cell.entry
        assert not entry or entry in answers[one.about].entries


def test_every_document_has_its_answers() -> None:
    assert {file.stem for file in ANSWERS.glob("*.yaml")} == {*DOCUMENTS, NOT_STATED}
