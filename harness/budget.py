"""What a run may cost in all: what is checked before it begins, and what is said when a cap is reached.

The caps are those of the run folder. What was spent in it before counts, whoever spent it and whatever became
of the trial, so that a run that goes on under the same cap never costs more than the cap.
"""

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil, floor, log10

from harness.clients.gate import Gates, unbounded
from harness.clients.purse import Purse
from harness.models.pricing import UNPRICED, Tariff, tariffs
from harness.money import dollars_text
from harness.registry.knowledge import Knowledge
from harness.runs.ledger import Ledger, open_ledger
from harness.runs.record import ModelVariant, RunRecord
from harness.runs.store import RunError, RunFolder
from scenarios.study import ModelLimits

_SPARE = 1.25
"""A suggested cap has so much more than what is left will likely cost."""


@dataclass(frozen=True, kw_only=True)
class Caps:
    max_cost: float | None = None
    """Dollars of a whole run."""
    max_tokens: int | None = None
    """Tokens of a whole run, prompts and output together."""
    limits: Mapping[str, ModelLimits] = field(default_factory=dict)
    """By a model's label: how often it may be asked."""

    @property
    def are_set(self) -> bool:
        return self.max_cost is not None or self.max_tokens is not None


def check_caps(
    models: Iterable[ModelVariant], prices: Mapping[str, Tariff], caps: Caps, known: Knowledge
) -> None:
    """Raises `RunError` when nobody can say what a request of some model may cost at the most."""
    if not caps.are_set:
        return
    in_dollars = caps.max_cost is not None
    said = (unbounded(one, known, prices.get(one.label, UNPRICED), in_dollars=in_dollars) for one in models)
    if wrong := [why for why in said if why]:
        raise RunError(f"{caps_text(caps)}: " + "; ".join(wrong))


@contextmanager
def open_gates(
    folder: RunFolder,
    record: RunRecord,
    caps: Caps,
    known: Knowledge,
    concurrency: int,
    now: Callable[[], str],
) -> Iterator[Gates]:
    """The gates of a run's models. Raises `RunError` when nobody knows what was spent in it before."""
    with open_ledger(folder) as ledger:
        _check_spent(ledger, caps)
        purse = Purse(ledger=ledger, now=now, max_cost=caps.max_cost, max_tokens=caps.max_tokens)
        yield Gates(
            known=known,
            tariffs=tariffs(record),
            purse=purse,
            concurrency=concurrency,
            limits=caps.limits,
        )


def how_to_go_on(purse: Purse, command: str, *, left: int, trials: int) -> str:
    """What is left to play once a cap is reached, and the command that goes on with a higher one."""
    plural = "" if left == 1 else "s"
    said = f"{left:,} of {trials:,} trial{plural} are left to play; what was finished is kept"
    share = trials / max(1, trials - left) * _SPARE
    options: list[tuple[str, str]] = []
    refused = purse.refused
    if purse.max_cost is not None:
        need = max(purse.max_cost, purse.ledger.usd * share) + (refused.usd or 0.0 if refused else 0.0)
        options.append(("--max-cost", f"{_rounded_up(need):.10f}".rstrip("0").rstrip(".")))
    if purse.max_tokens is not None:
        tokens = max(purse.max_tokens, purse.ledger.tokens * share) + (refused.tokens or 0 if refused else 0)
        options.append(("--max-tokens", f"{_rounded_up(tokens):.0f}"))
    for option, value in options:
        command = with_option(command, option, value)
    return f"{said}. Go on with: {command}"


def with_option(command: str, option: str, value: str) -> str:
    """The command line with an option set to another value."""
    kept: list[str] = []
    words: Sequence[str] = shlex.split(command)
    for place, word in enumerate(words):
        is_value = place > 0 and words[place - 1] == option
        if word != option and not is_value and not word.startswith(f"{option}="):
            kept.append(word)
    return shlex.join([*kept, option, value])


def caps_text(caps: Caps) -> str:
    """The caps as they are asked for."""
    cost = [] if caps.max_cost is None else [f"--max-cost {dollars_text(caps.max_cost)}"]
    tokens = [] if caps.max_tokens is None else [f"--max-tokens {caps.max_tokens}"]
    return " ".join(cost + tokens)


def _check_spent(ledger: Ledger, caps: Caps) -> None:
    unknown = ledger.unknown if caps.max_cost is not None else 0
    unknown = max(unknown, ledger.uncounted if caps.max_tokens is not None else 0)
    if unknown:
        raise RunError(
            f"{caps_text(caps)}: {unknown:,} requests of this run were sent when nobody knew what they cost "
            "(spent.jsonl has them); start another with --new"
        )


def _rounded_up(value: float) -> float:
    """To two digits."""
    if value <= 0:
        return 0.0
    unit = 10.0 ** (floor(log10(value)) - 1)
    return ceil(round(value / unit, 6)) * unit
