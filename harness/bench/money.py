"""What a bench may cost: who is charged is asked under a cap, and every request is written down before it is
sent, in the bench's own `spent.jsonl`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.budget import Caps, check_caps
from harness.clients.client import Gate, OpenGate
from harness.clients.gate import Gates
from harness.clients.purse import Purse
from harness.models.pricing import Tariff, prices_of
from harness.models.wanted import ModelError
from harness.registry.knowledge import COMPATIBLE, OURS, Knowledge
from harness.runs.ledger import open_ledger
from harness.runs.record import ModelVariant
from harness.runs.store import RunFolder

_OWN = frozenset({OURS, COMPATIBLE})


def tariff_of(variant: ModelVariant, known: Knowledge) -> Tariff:
    prices = prices_of([variant], known.registry, known.providers)
    return Tariff(prices=prices.get(variant.label))


def is_charged(variant: ModelVariant, tariff: Tariff) -> bool:
    """Whether somebody sends a bill: a price is known, or it is a provider's own endpoint."""
    if variant.label.startswith("local/"):
        return False
    return tariff.prices is not None or variant.provider not in _OWN


def check_money(variant: ModelVariant, tariff: Tariff, caps: Caps, known: Knowledge) -> None:
    """Raises `ModelError` for a charged model without a cap, `RunError` for a cap that nobody can hold."""
    if is_charged(variant, tariff) and not caps.are_set:
        raise ModelError(
            f"{variant.label} is charged for, and a load may be dear; say with --max-cost what it may cost"
        )
    check_caps([variant], {variant.label: tariff}, caps, known)


@contextmanager
def gated(
    variant: ModelVariant,
    tariff: Tariff,
    caps: Caps,
    known: Knowledge,
    *,
    folder: Path,
    concurrency: int,
    now: Callable[[], str],
) -> Iterator[Callable[[ModelVariant], Gate]]:
    """The gate of the bench's model; an open one where nothing is charged and no cap is set."""
    if not caps.are_set:
        yield lambda _: OpenGate()
        return
    with open_ledger(RunFolder(folder)) as ledger:
        purse = Purse(ledger=ledger, now=now, max_cost=caps.max_cost, max_tokens=caps.max_tokens)
        gates = Gates(
            known=known,
            tariffs={variant.label: tariff},
            purse=purse,
            concurrency=concurrency,
            limits=caps.limits,
        )
        yield gates.gate
