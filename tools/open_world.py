"""Open a scenario's servers for one trial, and let a model call their tools.

A call is taken exactly as the model wrote it. Arguments that are not JSON or that break the tool's schema are
answered in words and never sent, because servers forgive them (`"1"` for `1`, names they do not know) and the
mistake would go unseen. Servers that break raise `WorldFailed`; everything else is an answer to the model.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from pydantic import JsonValue

from scenarios.exam import ToolSpec
from scenarios.fields import Side
from scenarios.scenario import Fault, Scenario
from scenarios.transcript import BadArguments, Change, ToolCall, ToolMessage, parse_arguments
from tools.answers import Answer, malformed, schema_violated, unknown_tool
from tools.distractors import distractors
from tools.faults import fault_of, spoilt, unsent
from tools.folder import trial_folder
from tools.home import WorldHome
from tools.launch import Place, needs_folder, placed
from tools.offers import Offer
from tools.results import Result
from tools.state import changes
from tools.targets import log_of

__all__ = ["OpenWorld", "WorldHome", "open_world"]


@dataclass(frozen=True, kw_only=True, eq=False)
class OpenWorld:
    """A scenario's servers while a trial runs."""

    tools: tuple[ToolSpec, ...]
    """Everything the model is offered: the servers' tools in their order, then the distractors."""
    user_tools: tuple[ToolSpec, ...]
    """What a simulated user is offered."""
    protocols: Mapping[str, str]
    """The negotiated MCP revision, by server."""
    scenario: Scenario
    home: WorldHome
    places: Mapping[str, Place]
    offers: Mapping[Side, Mapping[str, Offer]]
    _made: Counter[str] = field(default_factory=Counter)
    """How often each tool was called with arguments that its schema takes."""

    async def call(self, call: ToolCall, side: Side = "agent") -> ToolMessage:
        """Answer one call of one side. Raises `WorldFailed` when its server breaks."""
        began = self.home.clock()
        answer = await self._answer(call, side)
        return ToolMessage(
            call_id=call.id,
            text=answer.text,
            structured=answer.structured,
            problem=answer.problem,
            detail=answer.detail,
            ms=(self.home.clock() - began) * 1e3,
        )

    async def snapshot(self) -> dict[str, JsonValue]:
        """The present state of every server, unseen by the model; null where nobody watches. What two servers
        share stands under the name of the one that has it.
        """
        return {name: await place.witness() for name, place in self.places.items() if place.witness}

    async def changes(self, before: Mapping[str, JsonValue] | None) -> dict[str, tuple[Change, ...]]:
        """How every server's state differs from what it was before; None: nothing was called since. A world
        that keeps account of itself is asked in any case.
        """
        found: dict[str, tuple[Change, ...]] = {}
        for name, place in self.places.items():
            if place.account is not None:
                found[name] = place.account.changes()
            elif place.witness is not None and before is not None:
                found[name] = changes(before[name], await place.witness())
        return {name: changed for name, changed in found.items() if changed}

    def references(self) -> dict[str, tuple[Change, ...]]:
        """What other benchmarks' own reference runs change in their worlds, by server."""
        accounts = {name: place.account for name, place in self.places.items()}
        return {name: account.reference() for name, account in accounts.items() if account is not None}

    async def _answer(self, call: ToolCall, side: Side) -> Answer:
        language = self.scenario.language
        offer = self.offers[side].get(call.name)
        if offer is None:
            return unknown_tool(call.name, self.offers[side], language)
        try:
            arguments = parse_arguments(call.arguments_json)
        except BadArguments as error:
            return malformed(str(error), language)
        if violations := offer.violations(arguments):
            return schema_violated(call.name, violations, language)
        if offer.spec.distractor:
            return Answer(text=json.dumps(offer.answer, ensure_ascii=False), structured=offer.answer)
        self._made[call.name] += 1
        fault = fault_of(self.scenario.tools.faults, call.name, self._made[call.name])
        if fault is not None and fault.error in ("timeout", "error"):
            return unsent(fault, language)
        result = await self.places[offer.server].link.call(offer.tool, arguments, wraps=offer.wraps)
        return _from_result(result) if fault is None else await self._harmed(result, fault)

    async def _harmed(self, result: Result, fault: Fault) -> Answer:
        if fault.error == "slow":
            await self.home.sleep(fault.seconds)
            return _from_result(result, detail="slow")
        seed = f"{self.scenario.name} {fault.tool} {fault.nth}"
        return spoilt(fault, result.text, self.scenario.language, seed)


@asynccontextmanager
async def open_world(scenario: Scenario, *, home: WorldHome) -> AsyncIterator[OpenWorld]:
    """Open all servers side by side, and close them when the block ends, however it ends.

    Raises `WorldFailed` when a server does not open.
    """
    if not scenario.servers:
        yield _world(scenario, home, {})
        return
    raised: Exception | None = None
    with _trial_folder(scenario, home) as folder:
        places = await placed(scenario.servers, home, folder)
        try:
            async with anyio.create_task_group() as owners:
                for place in places.values():
                    owners.start_soon(place.link.own)
                try:
                    for place in places.values():
                        await place.link.opened()
                    yield _world(scenario, home, places)
                except Exception as error:
                    # Carried around the task group, which would wrap it.
                    raised = error
                for place in places.values():
                    place.link.close()
        finally:
            _tidy(places)
    if raised is not None:
        raise raised


def _world(scenario: Scenario, home: WorldHome, places: Mapping[str, Place]) -> OpenWorld:
    real = [offer for place in places.values() for offer in place.link.offers]
    extra = distractors(
        scenario.tools.distractors, scenario.name, scenario.language, avoid=frozenset(scenario.servers)
    )
    users = {offer.spec.name: offer for offer in real if scenario.servers[offer.server].side == "user"}
    agents = {one.spec.name: one for one in (*real, *extra) if one.spec.name not in users}
    return OpenWorld(
        tools=tuple(offer.spec for offer in agents.values()),
        user_tools=tuple(offer.spec for offer in users.values()),
        protocols={name: place.link.protocol for name, place in places.items()},
        scenario=scenario,
        home=home,
        places=places,
        offers={"agent": agents, "user": users},
    )


@contextmanager
def _trial_folder(scenario: Scenario, home: WorldHome) -> Iterator[Path]:
    if not any(needs_folder(server, home) for server in scenario.servers.values()):
        yield home.work
        return
    with trial_folder(home.work, scenario.id) as folder:
        yield folder


def _from_result(result: Result, detail: str | None = None) -> Answer:
    return Answer(
        text=result.text,
        structured=result.structured,
        problem="tool_error" if result.refused else None,
        detail=detail,
    )


def _tidy(places: Mapping[str, Place]) -> None:
    """A log stays only when its server failed."""
    for place in places.values():
        log = log_of(place.link.target)
        if log is not None and place.link.failure is None:
            log.unlink(missing_ok=True)
