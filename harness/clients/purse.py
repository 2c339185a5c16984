"""The money and the tokens of a run: what was spent, what is held for requests on their way, and the caps.

A request that may cost more than is left waits while those on their way may still free enough, and is never
sent when they cannot. First come, first served, so that a dear request is not overtaken for ever.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from harness.clients.bounds import NOTHING, Amount
from harness.clients.client import OverBudget
from harness.money import dollars_text
from harness.runs.ledger import Ledger, Line, Why


@dataclass(kw_only=True)
class Purse:
    ledger: Ledger
    now: Callable[[], str]
    """UTC, ISO 8601."""
    max_cost: float | None = None
    """Dollars of the whole run; None: no cap."""
    max_tokens: int | None = None
    refused: Amount | None = None
    """What the last request that was never sent may have cost."""
    _held: dict[int, Amount] = field(default_factory=dict)
    _line: asyncio.Lock = field(default_factory=asyncio.Lock)
    _freed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_capped(self) -> bool:
        return self.max_cost is not None or self.max_tokens is not None

    async def hold(self, model: str, most: Amount) -> int:
        """Set aside what a request may cost, waiting until there is as much; the number of the request.

        Raises `OverBudget` when it may cost more than will ever be left.
        """
        if not self.is_capped:
            return await self._written(self._begin(model, most), model)
        async with self._line:
            while not self._fits(most):
                self._freed.clear()
                await self._freed.wait()  # ends with the next request on its way, which has a time-out
            request = self._begin(model, most)
        return await self._written(request, model)

    def settle(self, request: int, model: str, paid: Amount, why: Why) -> None:
        """Note what a request cost, and set the rest of what was held for it free."""
        del self._held[request]
        self._freed.set()
        with suppress(OSError):  # it stands there as held, and whoever sends next is told
            self.ledger.write(self._noted(request, model, paid, why))

    def _begin(self, model: str, most: Amount) -> int:
        number = self.ledger.begin()
        try:
            self.ledger.write(self._noted(number, model, most, "held"))
        except OSError as error:
            raise _cannot_write(error) from error
        self._held[number] = most
        return number

    async def _written(self, request: int, model: str) -> int:
        """The request's number, once the ledger has it for good: nothing is sent before."""
        try:
            await self.ledger.kept()
        except BaseException as error:
            self.settle(request, model, NOTHING, "refused")
            if isinstance(error, OSError):
                raise _cannot_write(error) from error
            raise
        return request

    def _noted(self, request: int, model: str, amount: Amount, why: Why) -> Line:
        return Line(
            request=request, model=model, at=self.now(), usd=amount.usd, tokens=amount.tokens, why=why
        )

    def _fits(self, most: Amount) -> bool:
        """Whether there is room for it now. Raises `OverBudget` when there never will be."""
        held, spent = self._held.values(), self.ledger
        fits, self.refused = True, most
        if self.max_cost is not None:
            if most.usd is None or spent.usd + most.usd > self.max_cost:
                raise OverBudget("max_cost", _over_cost(self.max_cost, spent.usd, most.usd))
            fits = spent.usd + sum(one.usd or 0.0 for one in held) + most.usd <= self.max_cost
        if self.max_tokens is not None:
            if most.tokens is None or spent.tokens + most.tokens > self.max_tokens:
                raise OverBudget("max_tokens", _over_tokens(self.max_tokens, spent.tokens, most.tokens))
            room = self.max_tokens - spent.tokens - sum(one.tokens or 0 for one in held)
            fits = fits and most.tokens <= room
        self.refused = None
        return fits


def _cannot_write(error: OSError) -> OverBudget:
    return OverBudget("ledger", f"cannot write what is spent: {error}; make room")


def _over_cost(cap: float, spent: float, most: float | None) -> str:
    told = "nobody knows what the next request may cost"
    if most is not None:
        told = f"the next request may cost up to {dollars_text(most)}"
    return f"--max-cost {dollars_text(cap)}: {dollars_text(spent)} is spent, and {told}"


def _over_tokens(cap: int, spent: int, most: int | None) -> str:
    told = "nobody knows how many the next request may use"
    if most is not None:
        told = f"the next request may use up to {most:,}"
    return f"--max-tokens {cap}: {spent:,} are used, and {told}"
