"""Read scenario folders and suites. A folder's name is the scenario's id, its parent's the suite's.

Files that a scenario names (policy, world, working folder) are read here, so that a loaded scenario is whole.
Everything wrong with a folder is reported in one go.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, JsonValue, ValidationError

from scenarios.documents.generate import Generate
from scenarios.documents.shelf import Shelf
from scenarios.documents.suite import Head, generated_scenarios, own_scenarios, reads_a_document
from scenarios.fields import as_list
from scenarios.mcp_servers import read_mcp_servers
from scenarios.places import LIBRARY, OutOfPlace, readable_file, readable_folder
from scenarios.problem import Problem, ScenarioError, choices
from scenarios.reading import Layout
from scenarios.record import Record
from scenarios.references import reference_problems
from scenarios.scenario import Scenario
from scenarios.suite import Suite
from scenarios.validation import read_record, record_problems
from scenarios.yaml_file import Place, YamlFile, read_yaml

_NOT_WRITTEN = {
    "suite": "comes from the folder's name",
    "id": "comes from the folder's name",
    "reading": "is made from `document:` or `generate:`",
    "history": "is given to the suites of other benchmarks by what reads them",
    "theirs": "is given to the suites of other benchmarks by what reads them",
}
"""Fields of a scenario that no file has."""
_PLACES = frozenset({"sizing", "filler"})
"""Names that may be paths, which are others on another machine."""


class SuiteFile(Record):
    """What a `suite.yaml` says."""

    title: str
    scorers: tuple[str, ...] = ()
    """Installed plug-in scorers that every scenario of the suite wants."""
    needs: str = ""
    """What has to be installed beside Longspan, in one line with the command."""
    generate: Annotated[tuple[Generate, ...], BeforeValidator(as_list)] = ()
    """Documents that are made, and what is asked about them: one entry or a list."""
    layout: Annotated[tuple[Layout, ...], BeforeValidator(as_list)] = ()
    """How its documents are read: one layout or a list; `single` if not said."""

    @property
    def of_documents(self) -> bool:
        return bool(self.generate or self.layout)


def library_suites() -> tuple[str, ...]:
    """The names of the suites that Longspan ships."""
    return tuple(sorted(file.parent.name for file in LIBRARY.glob("*/suite.yaml")))


def find_suite(name: str, known: Sequence[str] = ()) -> Path:
    """The folder of a library suite, a `suite/scenario` or a path. Raises `ScenarioError` for neither, which
    says what is `known`: the library, if not said.
    """
    for folder in (LIBRARY / name, Path(name)):
        if (folder / "suite.yaml").is_file() or (folder / "scenario.yaml").is_file():
            return folder.resolve()
    folder = Path(name)
    if folder.is_dir():
        message = "has neither suite.yaml nor scenario.yaml; name a suite's or a scenario's folder"
        raise ScenarioError([Problem(file=folder, message=message)])
    message = (
        f"no suite is called {name!r} and no folder is there; {choices(name, known or library_suites())}"
    )
    raise ScenarioError([Problem(file=folder, message=message)])


def load_suite(folder: Path, shelf: Shelf | None = None) -> Suite:
    """Read a suite's folder, or one scenario's as a suite of one; raises like `load_scenario`.

    `shelf` makes the documents; without one they are sized by its defaults.
    """
    shelf = shelf or Shelf()
    if (folder / "scenario.yaml").is_file():
        above = folder.parent / "suite.yaml"
        head = read_record(SuiteFile, read_yaml(above)) if above.is_file() else SuiteFile(title="")
        some = _scenarios(folder.resolve(), head, shelf, None)
        return Suite(name=some[0].suite, title=some[0].title, needs=head.needs, scenarios=some)
    problems: list[Problem] = []
    head = SuiteFile(title=folder.name)
    scenarios: list[Scenario] = []
    try:
        file = read_yaml(folder / "suite.yaml")
        head = read_record(SuiteFile, file)
        scenarios += generated_scenarios(head.generate, _head(folder.name, head), shelf, file)
    except ScenarioError as error:
        problems += error.problems
    worlds: dict[Path, JsonValue] = {}
    for place in sorted(folder.glob("*/scenario.yaml")):
        try:
            scenarios += _scenarios(place.parent, head, shelf, worlds)
        except ScenarioError as error:
            problems += error.problems
    if not scenarios and not problems:
        problems.append(Problem(file=folder, message="is a suite without a scenario; add NAME/scenario.yaml"))
    if problems:
        raise ScenarioError(problems)
    return Suite(name=folder.name, title=head.title, needs=head.needs, scenarios=tuple(scenarios))


def _scenarios(
    folder: Path, head: SuiteFile, shelf: Shelf, worlds: dict[Path, JsonValue] | None
) -> tuple[Scenario, ...]:
    """What one scenario.yaml asks: itself, or every question on its document."""
    file = read_yaml(folder / "scenario.yaml")
    if reads_a_document(file.value):
        return own_scenarios(folder, file, _head(folder.parent.name, head), shelf)
    return (load_scenario(folder, scorers=head.scorers, worlds=worlds),)


def _head(suite: str, head: SuiteFile) -> Head:
    return Head(suite=suite, title=head.title, layouts=head.layout, scorers=head.scorers)


def load_scenario(
    folder: Path, *, scorers: tuple[str, ...] = (), worlds: dict[Path, JsonValue] | None = None
) -> Scenario:
    """Read one scenario's folder with every file it names. Raises `ScenarioError` with every problem.

    `worlds` keeps the state files that were read, for the scenarios of a suite that share them.
    """
    folder = folder.resolve()
    file = read_yaml(folder / "scenario.yaml")
    if not isinstance(file.value, dict):
        raise ScenarioError([Problem(file=file.path, message="must be a mapping with title and segments")])
    reading = _Reading(folder, file, {} if worlds is None else worlds)
    data = reading.whole(file.value)
    for name, why in _NOT_WRITTEN.items():
        if name in data:
            reading.problem((name,), f"{why}; leave it out")
    data |= {"suite": folder.parent.name, "id": folder.name}
    data["scorers"] = [*scorers, *_list(data.get("scorers"))]
    problems = reading.problems + list(reference_problems(file, data))
    scenario: Scenario | None = None
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        problems += record_problems(Scenario, error, file)
    if problems or scenario is None:
        raise ScenarioError(problems)
    return scenario


def digest(scenario: Scenario) -> str:
    """SHA-256 over all that a scenario asks, working folders by their contents; the same on every machine."""
    data = scenario.model_dump(mode="json", exclude_defaults=True)
    for name, server in scenario.servers.items():
        if server.folder is not None:
            data["servers"][name]["folder"] = dict(_hashes(Path(server.folder)))
        if scenario.theirs is not None and server.state is not None:  # its data is known by its hash
            data["servers"][name]["state"].pop("folder", None)
    if scenario.reading is not None:  # its text is known by its digest, wherever its files are
        source = data["reading"]["document"]["source"]
        data["reading"]["document"]["source"] = {
            name: Path(value).name if name in _PLACES and isinstance(value, str) else value
            for name, value in source.items()
            if name not in {"files", "folder"}
        }
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def merge(base: JsonValue, over: JsonValue) -> JsonValue:
    """Objects key by key, where null removes a key; anything else is replaced."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    merged = {**base, **{k: merge(base.get(k), v) for k, v in over.items()}}
    return {k: v for k, v in merged.items() if not (v is None and k in over)}


@dataclass
class _Reading:
    """Replaces the names of files in a scenario by what they hold, and notes what cannot be read."""

    folder: Path
    file: YamlFile
    worlds: dict[Path, JsonValue]
    problems: list[Problem] = field(default_factory=list)

    def whole(self, data: Mapping[str, JsonValue]) -> dict[str, Any]:
        found = dict(data)
        if isinstance(system := data.get("system"), str) and system.endswith((".md", ".txt")):
            found["system"] = self._text(system, ("system",))
        servers = dict(self._mcp_servers(found.pop("mcp_servers", None)))
        for name, server in _dict(data.get("servers")).items():
            # What other tools' file says of a server is completed here: its folder, how it is watched.
            servers[name] = {**_dict(servers.get(name)), **server} if isinstance(server, dict) else server
        for name, server in servers.items():
            servers[name] = self._server(server, ("servers", name)) if isinstance(server, dict) else server
        return found | ({"servers": servers} if servers else {})

    def _server(self, server: dict[str, JsonValue], place: Place) -> JsonValue:
        found = dict(server)
        if "state" in server:
            parts = server["state"] if isinstance(server["state"], list) else [server["state"]]
            state: JsonValue = {}
            for part in parts:
                state = merge(state, self._yaml(part, (*place, "state")) if isinstance(part, str) else part)
            found["state"] = state
        if isinstance(folder := server.get("folder"), str):
            found["folder"] = str(self.folder / folder)
            try:
                readable_folder(self.folder, folder)
            except (OSError, OutOfPlace) as error:
                self.problem((*place, "folder"), str(error))
        return found

    def _mcp_servers(self, name: JsonValue) -> Mapping[str, JsonValue]:
        if name is None:
            return {}
        if not isinstance(name, str):
            self.problem(("mcp_servers",), f"needs the name of a JSON file; found {name!r}")
            return {}
        try:
            servers = read_mcp_servers(readable_file(self.folder, name))
        except ScenarioError as error:
            self.problems.extend(error.problems)
            return {}
        except OutOfPlace as error:
            self.problem(("mcp_servers",), str(error))
            return {}
        return {key: server.model_dump(mode="json", exclude_defaults=True) for key, server in servers.items()}

    def _text(self, name: str, place: Place) -> str:
        try:
            return readable_file(self.folder, name).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError, OutOfPlace) as error:
            self.problem(place, f"cannot read {name!r} beside the scenario: {error}")
            return ""

    def _yaml(self, name: str, place: Place) -> JsonValue:
        try:
            file = readable_file(self.folder, name)
            if file not in self.worlds:
                self.worlds[file] = read_yaml(file).value
            return self.worlds[file]
        except (ScenarioError, OutOfPlace) as error:
            self.problem(place, f"cannot use {name!r}: {error}")
            return {}

    def problem(self, place: Place, message: str) -> None:
        where = ".".join(map(str, place))
        self.problems.append(
            Problem(file=self.file.path, line=self.file.line(place), field=where, message=message)
        )


def _hashes(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield file.relative_to(folder).as_posix(), hashlib.sha256(file.read_bytes()).hexdigest()


def _dict(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
