"""The rules for answers, tried on the library's own documents with lines as models really write them.

`library_answers/DOCUMENT.yaml` holds, for each question and fact, good answers (bare, with a unit, with a
reason in brackets, bold, as a sentence, in other usual forms of dates and numbers) and wrong ones by the
mistake that they make. A fact that is updated has them for each value, in the order in which they are told, and
a sum for each of its entries. Whoever says that the document does not tell is right where it does not, or not
yet, and wrong everywhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from scenarios.documents.shelf import DocumentSettings, Shelf
from scenarios.line import Line, Summary, Value
from scenarios.load import find_suite, load_suite
from scenarios.reading import Reading
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
    """One probe, and whose answers it takes."""

    probe: str
    about: str
    line: Line
    reading: Reading


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
    """Every probe that is answered on one line."""
    for scenario in load(document):
        (segment,) = scenario.segments
        line, reading = segment.expect.line, scenario.reading
        assert line is not None
        assert reading is not None
        if not isinstance(line, Summary):
            about = reading.cell.fact or segment.id
            yield Asked(probe=segment.id, about=about, line=line, reading=reading)


def answers_to(one: Asked, given: Answers, denials: tuple[str, ...]) -> Iterator[Said]:
    """What is said to a probe, and whether it is right."""
    cell, told = one.reading.cell, not (isinstance(one.line, Value) and one.line.gold is None)
    if cell.fact and not told:
        yield from (Said(text=text, right=False, name="told only later") for text in _first(given).good)
    else:
        if cell.entry:
            given = given.entries[cell.entry]
        elif given.times:
            assert isinstance(one.line, Value)
            holds = len(one.line.stale)
            others = (other for n, other in enumerate(given.times) if n != holds)
            yield from (
                Said(text=text, right=False, name="the value of another time")
                for other in others
                for text in other.good
            )
            given = given.times[holds]
        yield from (Said(text=text, right=True, name="good") for text in given.good)
        yield from (Said(text=text, right=False, name=mistake) for mistake, text in given.wrong.items())
    yield from (Said(text=text, right=not told, name="not stated") for text in denials)


def _first(given: Answers) -> Answers:
    return given.times[0] if given.times else given


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
        entry = one.reading.cell.entry
        assert not entry or entry in answers[one.about].entries


def test_every_document_has_its_answers() -> None:
    assert {file.stem for file in ANSWERS.glob("*.yaml")} == {*DOCUMENTS, NOT_STATED}
