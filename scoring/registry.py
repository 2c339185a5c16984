"""Scorers by name: those that grade every trial, and those that installed packages bring.

A package offers a scorer by the entry-point group `longspan.scorers`: the name, and an object or a class
without arguments that has `score(exam, transcript)`. A scenario asks for it by name.
"""

from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points

from scoring.score import Scorer

GROUP = "longspan.scorers"

BUILT_IN: Mapping[str, str] = {
    "state": "F1 of the leaves of the worlds that changed or had to",
    "answer": "share of the facts that the replies state",
    "calls": "F1 of the calls by optimal one-to-one assignment, exact arguments",
    "order": "share of the dependencies between calls that were kept",
    "rules": "whether nothing forbidden was done",
    "recovery": "share of the calls hit by a fault that were recovered from",
    "efficiency": "gold calls per call made",
}
"""What every trial is scored on, and what it measures."""


class UnknownScorer(LookupError):
    """A scorer is named that is not installed, or cannot be used."""


class ScorerClash(ValueError):
    """Two scorers have the same name; neither overrides the other."""


def installed() -> tuple[EntryPoint, ...]:
    """What installed packages offer, by name; nothing is loaded yet."""
    return tuple(sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)))


def find_scorers(names: Iterable[str], offered: Iterable[EntryPoint]) -> dict[str, Scorer]:
    """The plug-in scorers of these names; the built-in ones need not be asked for.

    Raises `UnknownScorer` for a name that nobody offers, and `ScorerClash` when two offers share a name.
    """
    entries = _by_name(offered)
    wanted = [name for name in dict.fromkeys(names) if name not in BUILT_IN]
    unknown = [name for name in wanted if name not in entries]
    if unknown:
        there_are = ", ".join([*BUILT_IN, *entries])
        raise UnknownScorer(
            f"no scorer is called {', '.join(map(repr, unknown))}; there are {there_are}. "
            f"Install the package that brings it (entry-point group {GROUP})"
        )
    return {name: _load(entries[name]) for name in wanted}


def _by_name(offered: Iterable[EntryPoint]) -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for entry in offered:
        other = found.get(entry.name)
        if entry.name in BUILT_IN or other is not None:
            owner = f"{other.value}" if other is not None else "a built-in scorer"
            raise ScorerClash(
                f"two scorers are called {entry.name!r}: {owner} and {entry.value}; uninstall one of them"
            )
        found[entry.name] = entry
    return found


def _load(entry: EntryPoint) -> Scorer:
    try:
        loaded = entry.load()
        scorer: Scorer = loaded() if isinstance(loaded, type) else loaded
    except Exception as error:  # the boundary to code that is not ours
        raise UnknownScorer(f"scorer {entry.name!r} ({entry.value}) does not load: {error}") from error
    if not callable(getattr(scorer, "score", None)):
        raise UnknownScorer(f"scorer {entry.name!r} ({entry.value}) has no method score(exam, transcript)")
    return scorer
