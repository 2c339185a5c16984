"""Suites of other benchmarks: found by the first word of a name such as `tau2/airline:test`.

Their tasks, policies and data stay in the packages that bring them; a loader reads them there and makes
scenarios of them. A package offers a loader of its own by the entry-point group `longspan.suites`: the first
word, and an object or a class without arguments that has `names()` and `load(name, data)`.
"""

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from scenarios.documents.shelf import Shelf
from scenarios.load import find_suite, library_suites, load_suite
from scenarios.problem import Problem, ScenarioError, choices
from scenarios.suite import Suite
from scenarios.tau2 import suites as tau2

GROUP = "longspan.suites"


class SuiteLoader(Protocol):
    def names(self) -> Sequence[str]:
        """The suites that there are, such as `tau2/airline`, whether or not their package is installed."""
        ...

    def load(self, name: str, data: Path | None) -> Suite:
        """Read one. `data` is a folder to read instead of the installed package's. Raises `ScenarioError`."""
        ...


Loaders = Mapping[str, SuiteLoader]

BUILT_IN: Loaders = MappingProxyType({tau2.BENCHMARK: tau2.Tau2Suites()})
"""By first word."""


def foreign_loaders(built_in: Loaders = BUILT_IN, offered: Iterable[EntryPoint] | None = None) -> Loaders:
    """Every loader by its first word. Raises `ScenarioError` when two share one, or one does not load."""
    entries = entry_points(group=GROUP) if offered is None else offered
    owners = dict.fromkeys(built_in, "Longspan itself")
    owners |= dict.fromkeys(library_suites(), "a suite of the library")
    mine: dict[str, EntryPoint] = {}
    for entry in sorted(entries, key=lambda entry: (entry.name, entry.value)):
        if entry.name in owners:
            said = f"two bring suites under this name: {owners[entry.name]} and {entry.value}; uninstall one"
            raise ScenarioError([Problem(file=Path(entry.name), message=said)])
        mine[entry.name] = entry
        owners[entry.name] = entry.value
    return MappingProxyType({**built_in, **{name: _loaded(entry) for name, entry in mine.items()}})


def named_suite(
    name: str,
    shelf: Shelf | None = None,
    *,
    data: Mapping[str, Path] | None = None,
    loaders: Loaders | None = None,
) -> Suite:
    """A suite by its name, whosever it is, or from its folder. Raises `ScenarioError`.

    `data` has folders of other benchmarks' data, by first word. A folder of one's own that begins with such
    a word is named with `./` before it.
    """
    loaders = foreign_loaders() if loaders is None else loaders
    first = name.partition("/")[0]
    if first not in loaders:
        return load_suite(find_suite(name, (*library_suites(), *foreign_names(loaders))), shelf)
    loader = loaders[first]
    if name.partition(":")[0] not in loader.names():
        said = f"no suite is called {name!r}; {choices(name, loader.names())}"
        raise ScenarioError([Problem(file=Path(name), message=said)])
    return loader.load(name, (data or {}).get(first))


def foreign_names(loaders: Loaders) -> tuple[str, ...]:
    """What `named_suite` finds beside the library and folders."""
    return tuple(name for word in sorted(loaders) for name in loaders[word].names())


def _loaded(entry: EntryPoint) -> SuiteLoader:
    try:
        loaded = entry.load()
        loader: SuiteLoader = loaded() if isinstance(loaded, type) else loaded
    except Exception as error:  # the boundary to code that is not ours
        said = f"its loader ({entry.value}) does not load: {error}"
        raise ScenarioError([Problem(file=Path(entry.name), message=said)]) from error
    if not callable(getattr(loader, "names", None)) or not callable(getattr(loader, "load", None)):
        said = f"its loader ({entry.value}) has no methods names() and load(name, data)"
        raise ScenarioError([Problem(file=Path(entry.name), message=said)])
    return loader
