"""The forms of the facts that a document of the task `segmented` tells; the words are in `segmented_en` and
`segmented_zh`.

`{name}` is an invented place or firm that one fact alone is about, so that a question which names it can mean
nothing else.
"""

from dataclasses import dataclass
from typing import Literal

Form = Literal["number", "code", "person"]
"""What a value looks like."""


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A fact with one value: where it is told (once or twice), and how it is asked about."""

    told: tuple[str, ...]
    """`{name}`, `{value}`, and for an entity `{person}` instead of the value in the first one."""
    asked: tuple[str, str, str]
    """Three wordings; of an entity with `{person}` instead of `{name}`."""
    form: Form


@dataclass(frozen=True, kw_only=True)
class Chronicle:
    """What happened at a place."""

    events: tuple[tuple[str, str], ...]
    """(id, sentence with `{name}` and `{date}`)."""
    asked: tuple[str, str, str]
    """`{name}` and `{events}`, which names them by their ids."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """What a firm paid."""

    items: tuple[str, ...]
    told: tuple[str, ...]
    """Ways to tell one payment: `{name}`, `{item}` and `{value}`."""
    entry: str
    """The question for one payment: `{name}` and `{item}`."""
    asked: tuple[str, str, str]
    """The question for the sum: `{name}` and `{items}`."""


@dataclass(frozen=True, kw_only=True)
class Plots:
    static: tuple[Plot, ...]
    update: tuple[Plot, ...]
    """Told twice: what holds at first, and what explicitly replaces it."""
    contradiction: tuple[Plot, ...]
    """Told twice, as if the other telling were not there."""
    entity: tuple[Plot, ...]
    """Told twice: who holds an office, and what is said of whoever holds it."""
    timeline: tuple[Chronicle, ...]
    ledger: tuple[Account, ...]
    conflicts: str
    """The question for the places, out of `{names}`, that the document contradicts itself about."""
    date: str
    """`{year}`, `{month}` and `{day}`."""
    months: tuple[str, ...]
    listed: tuple[str, str]
    """What stands between the items of a list in a question, and before the last one."""
