"""The most that a request can cost, known before it is sent.

Nobody can count another's tokens exactly, but a tokenizer that ends in bytes never makes more tokens than it
is given bytes. Where the provider itself has counted a part of the prompt before, that part is known and
only what is new is taken by its bytes. What the model may write is bounded by the limits that it is sent
with, and each token is taken at the dearest price that may apply to it.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from math import ceil

from harness.clients.client import Sending
from harness.models.pricing import UNPRICED, Tariff
from harness.registry.entry import Entry
from harness.registry.provider import Quirks
from harness.registry.rates import Rates
from harness.runs.ledger import Why
from harness.runs.record import ModelVariant
from scenarios.thinking import Thinking
from scenarios.transcript import Exchange, Usage

UNSEEN = 1024
"""Tokens of a prompt that are no part of the request: what a chat template and a provider put around it."""
_MILLION = 1_000_000
_BYTES = 3
"""Of a token, where a count need be no bound."""
_KEPT = 4096
"""Shared beginnings that are remembered."""


@dataclass(frozen=True, kw_only=True)
class Amount:
    """What a request costs, or may cost."""

    usd: float | None
    """None: nobody knows."""
    tokens: int | None
    """Of prompt and output; None: nobody can say."""


NOTHING = Amount(usd=0.0, tokens=0)


@dataclass(kw_only=True)
class Bounds:
    """The bounds of one model's requests."""

    tariff: Tariff = UNPRICED
    is_free: bool = False
    """It is served by us: its tokens count, and no dollar does."""
    window: int | None = None
    """Tokens of prompt and output together; None: nobody says."""
    most_input: int | None = None
    beyond: int | None = 0
    """Tokens that it may think beyond the output limit; None: nobody says how many."""
    _counted: OrderedDict[tuple[str, int], int] = field(default_factory=OrderedDict)
    """By the key of a shared beginning and its bytes: the fewest tokens of a prompt that has it."""
    _off: float = 1.0
    """How far a request went over its bound; later bounds are so much higher."""

    def most(self, sending: Sending) -> Amount:
        """What a request may cost at the most."""
        prompt, output = self._prompt(sending), self._output(sending)
        if output is None:
            return Amount(usd=0.0 if self.is_free else None, tokens=None)
        usd = 0.0 if self.is_free else most_dollars(self.tariff, prompt, output)
        return Amount(
            usd=None if usd is None else usd * self._off, tokens=ceil((prompt + output) * self._off)
        )

    def likely(self, sending: Sending) -> int:
        """About how many tokens a provider will count: three bytes for one, and the output limit in full, as
        providers count it before they know better.
        """
        prompt = min(known + new // _BYTES for known, new in self._counts(sending))
        return prompt + sending.output_tokens

    def paid(self, exchange: Exchange, most: Amount) -> tuple[Amount, Why]:
        """What a reply cost, and how that is known; its bound, where its usage does not tell."""
        usage, cost = exchange.usage, self.tariff.cost(exchange)
        counted = usage.input is not None and usage.output is not None and not usage.doubt
        tokens = (usage.input or 0) + (usage.output or 0) if counted else most.tokens
        if self.is_free:
            return Amount(usd=0.0, tokens=tokens), "usage" if counted else "bound"
        if cost.usd is None:
            return Amount(usd=most.usd, tokens=tokens), "bound"
        return Amount(usd=cost.usd, tokens=tokens), "reported" if cost.basis == "reported" else "usage"

    def learn(self, sending: Sending, usage: Usage, most: Amount, paid: Amount) -> None:
        """Remember what the provider counted, and how far it was over the bound should it ever be."""
        over = (_over(paid.usd, most.usd), _over(paid.tokens, most.tokens))
        self._off = max(self._off, *(self._off * times for times in over))
        beginning = sending.shared, sending.shared_bytes
        if all(beginning) and usage.input and not usage.doubt:
            known = self._counted.pop(beginning, usage.input)
            self._counted[beginning] = min(known, usage.input)
            if len(self._counted) > _KEPT:
                self._counted.popitem(last=False)

    def _prompt(self, sending: Sending) -> int:
        most = min(known + new for known, new in self._counts(sending)) + UNSEEN
        return min(most, self.window or most, self.most_input or most)

    def _counts(self, sending: Sending) -> list[tuple[int, int]]:
        """Ways to see the prompt: tokens that the provider has counted before, and bytes beside them."""
        ways = [(0, sending.size)]
        if sending.known_tokens is not None:
            ways.append((sending.known_tokens, sending.new_bytes))
        counted = self._counted.get((sending.shared, sending.shared_bytes))
        if counted is not None:
            ways.append((counted, sending.size - sending.shared_bytes))
        return ways

    def _output(self, sending: Sending) -> int | None:
        if self.beyond is None:
            return self.window
        output = sending.output_tokens + self.beyond
        return min(output, self.window or output)


def most_dollars(tariff: Tariff, prompt: int, output: int) -> float | None:
    """What so many tokens cost at the dearest rates that a prompt of at most this length may meet, whenever
    it is sent; None where nobody knows.
    """
    prices = tariff.prices
    if prices is None or (prices.currency != "USD" and tariff.rate is None):
        return None
    reached = (tier for tier in prices.tiers if prompt > tier.above)
    every = (prices, *reached, *prices.hours, *prices.later)
    return max(_dearest(one, prompt, output) for one in every) * (tariff.rate.usd if tariff.rate else 1.0)


def beyond_the_limit(variant: ModelVariant, entry: Entry, quirks: Quirks) -> int | None:
    """Tokens that a model may think beyond a request's output limit; None where nobody says.

    A budget counts in any case, since wire formats raise the limit by it where the limit covers thinking, and
    by the room that the quirk table has for thinking without one.
    """
    setting = Thinking.parse(variant.thinking) if variant.thinking else None
    if setting is not None and setting.tokens is not None:
        return setting.tokens
    if quirks.limit_covers_thinking:
        return quirks.limit(0, variant.thinking)
    if setting is not None and not setting.is_asked:
        return 0
    return (entry.thinking.most if entry.thinking else None) or entry.most_output


def _dearest(rates: Rates, prompt: int, output: int) -> float:
    every = rates.priced
    tokens_in = max(every.input, every.cached or 0.0, every.write or 0.0)
    return (prompt * tokens_in + output * max(every.output, every.thought or 0.0)) / _MILLION


def _over(paid: float | None, most: float | None) -> float:
    return paid / most if paid and most and paid > most else 1.0
