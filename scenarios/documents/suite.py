"""The scenarios of long documents: a suite's `generate:`, and a scenario.yaml with `document:`.

Everything that is wrong with a file is found in one go, and before anything is asked of a model.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue, ValidationError

from scenarios.documents.document import CannotMake, Document, Probe
from scenarios.documents.expand import expand, reference
from scenarios.documents.extract import MOST_BYTES, holds_text
from scenarios.documents.generate import Generate, layouts_of
from scenarios.documents.own import OwnScenario
from scenarios.documents.own_probes import OwnReader
from scenarios.documents.shelf import Shelf
from scenarios.places import OutOfPlace, readable_file, readable_folder
from scenarios.problem import Problem, ScenarioError
from scenarios.reading import Layout, Own
from scenarios.record import Record
from scenarios.scenario import Scenario
from scenarios.validation import record_problems
from scenarios.yaml_file import Place, YamlFile

_LONGEST_ID = 100
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


class Head(Record):
    """What a suite says that holds for all of its documents."""

    suite: str
    title: str
    layouts: tuple[Layout, ...] = ()
    scorers: tuple[str, ...] = ()


def generated_scenarios(
    asked: Sequence[Generate], head: Head, shelf: Shelf, file: YamlFile
) -> tuple[Scenario, ...]:
    """Every question on every document that a suite generates. Raises `ScenarioError`."""
    problems = [
        Problem(file=file.path, line=file.line(("generate",)), field=f"generate.{where}", message=message)
        for one in asked
        for where, message in one.problems()
    ]
    if problems:
        raise ScenarioError(problems)
    if odd := _odd_names(file, head.suite):
        raise ScenarioError(odd)
    sources = [made for one in asked for made in one.sources(shelf.settings)]
    if twice := [name for name, times in Counter(name for name, _ in sources).items() if times > 1]:
        message = f"two documents are called {twice[0]!r}; give one entry a `name` of its own"
        raise ScenarioError([_of_generate(file, message)])
    found: list[Scenario] = []
    try:
        for name, source in sources:
            document = shelf.make(source)
            if long := next((probe for probe in document.probes if _too_long(name, probe)), None):
                message = f"{long.id!r} of {name!r} is too long a name; give the entry a shorter `name`"
                raise ScenarioError([_of_generate(file, message)])
            ref = reference(name, document, source, shelf.tokenizer(source.sizing).identity)
            found += expand(
                document,
                ref,
                suite=head.suite,
                title=head.title,
                language=source.language,
                layouts=layouts_of(head.layouts, shelf.settings),
                tags=(source.task,),
                scorers=head.scorers,
            )
    except CannotMake as error:
        raise ScenarioError([_of_generate(file, str(error))]) from error
    return tuple(found)


def _odd_names(file: YamlFile, *names: str) -> list[Problem]:
    """Names of folders that cannot be the beginning of a scenario's id."""
    message = "is a folder's name that cannot be an id: use only letters a-z, digits, - and _"
    return [
        Problem(file=file.path, message=f"{name!r} {message}") for name in names if not _ID.fullmatch(name)
    ]


def _too_long(document: str, probe: Probe) -> bool:
    return len(f"{document}--{probe.id}--segmented") > _LONGEST_ID


def _of_generate(file: YamlFile, message: str) -> Problem:
    return Problem(file=file.path, line=file.line(("generate",)), field="generate", message=message)


def reads_a_document(value: JsonValue) -> bool:
    """Whether a scenario.yaml asks about a document."""
    if not isinstance(value, dict):
        return False
    segments = value.get("segments")
    told = segments if isinstance(segments, list) else []
    return "document" in value or any(isinstance(one, dict) and "reading" in one for one in told)


def own_scenarios(folder: Path, file: YamlFile, head: Head, shelf: Shelf) -> tuple[Scenario, ...]:
    """Every question on a document of one's own. Raises `ScenarioError`."""
    try:
        asked = OwnScenario.model_validate(file.value)
    except ValidationError as error:
        raise ScenarioError(list(record_problems(OwnScenario, error, file))) from error
    work = _OwnFiles(folder, file, asked)
    source = work.source(shelf.settings.sizing)
    summaries = work.summaries()
    system = work.text(asked.system, ("system",)) if asked.system.endswith((".md", ".txt")) else asked.system
    work.problems += _odd_names(file, head.suite, folder.name)
    if source is None or work.problems:
        raise ScenarioError(work.problems)
    try:
        tokenizer = shelf.tokenizer(source.sizing)
        text = shelf.read(source)
        left_out = () if source.upto is None else _after(text, source, shelf)
    except CannotMake as error:
        work.problem(("document",), str(error))
        raise ScenarioError(work.problems) from error
    reader = OwnReader(
        scenario=asked,
        name=folder.name,
        parts=text.parts,
        tokenizer=tokenizer,
        summaries=summaries,
        left_out=left_out,
    )
    document = _with_probes(reader, work)
    if work.problems:
        raise ScenarioError(work.problems)
    ref = reference(folder.name, document, source, tokenizer.identity)
    return tuple(
        expand(
            document,
            ref,
            suite=head.suite,
            title=asked.title,
            language=asked.language,
            layouts=layouts_of(head.layouts, shelf.settings),
            system=system,
            tags=asked.tags,
            limits=asked.limits,
            scorers=head.scorers,
        )
    )


def _after(beginning: Document, source: Own, shelf: Shelf) -> tuple[str, ...]:
    """The parts that `upto` cuts off."""
    return shelf.read(source.model_copy(update={"upto": None})).parts[len(beginning.parts) :]


def _with_probes(reader: OwnReader, work: "_OwnFiles") -> Document:
    document = reader.document()
    for misplaced in reader.problems:
        work.problem(misplaced.place, str(misplaced))
    seen: set[str] = set()
    for probe in document.probes:
        if probe.id in seen:
            work.problem(("segments",), f"two questions are called {probe.id!r}; ids are unique")
        if _too_long(reader.name, probe):
            work.problem(("segments",), f"{probe.id!r} is too long beside the folder's name; shorten one")
        seen.add(probe.id)
    if not document.probes and not work.problems:
        work.problem((), "nothing is asked: add `segments` with questions, or `facts`")
    return document


def _is_told(path: Path, folder: Path) -> bool:
    """Whether a file of a folder of source code is part of the document."""
    inside = path.relative_to(folder).parts
    hidden = any(part.startswith((".", "__pycache__")) for part in inside)
    return not hidden and path.is_file() and holds_text(path)


@dataclass
class _OwnFiles:
    """Finds the files that a scenario names, and notes what cannot be read."""

    folder: Path
    file: YamlFile
    asked: OwnScenario
    problems: list[Problem] = field(default_factory=list)

    def source(self, sizing: str) -> Own | None:
        document = self.asked.text
        try:
            files = list(self._files())
        except OutOfPlace as error:
            self.problem(("document",), str(error))
            return None
        for file in files:
            if not file.is_file():
                self.problem(("document",), f"there is no file {file.name!r} beside the scenario")
        if not files:
            self.problem(("document", "folder"), "has no text files in it")
        names = tuple(map(str, files))
        folder = None if document.folder is None else str(self.folder / document.folder)
        return Own(files=names, folder=folder, split=document.split, upto=document.upto, sizing=sizing)

    def _files(self) -> Iterator[Path]:
        document = self.asked.text
        if document.folder is not None:
            folder = readable_folder(self.folder, document.folder)
            yield from sorted(path for path in folder.rglob("*") if _is_told(path, folder))
        for name in (*document.parts, *([document.file] if document.file else [])):
            yield readable_file(self.folder, name, MOST_BYTES)

    def summaries(self) -> dict[str, str]:
        named = [
            (n, one.expect.summary)
            for n, one in enumerate(self.asked.segments)
            if one.expect is not None and one.expect.summary is not None
        ]
        found = {}
        for n, name in named:
            place = ("segments", n, "expect", "summary")
            known = len(self.problems)
            found[name] = self.text(name, place)
            if not found[name] and len(self.problems) == known:
                self.problem(place, f"{name!r} is empty; write what a good summary says")
        return found

    def text(self, name: str, place: Place) -> str:
        try:
            return readable_file(self.folder, name).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError, OutOfPlace) as error:
            self.problem(place, f"cannot read {name!r} beside the scenario: {error}")
            return ""

    def problem(self, place: Place, message: str) -> None:
        where = ".".join(map(str, place))
        self.problems.append(
            Problem(file=self.file.path, line=self.file.line(place), field=where, message=message)
        )
