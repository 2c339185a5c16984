"""The user's desk of a trial: what a simulated user does and costs is limited and written down here."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.trial.desk import Ended, TrialDesk
from harness.users.user import UserBroke
from scenarios.transcript import Exchange, ToolCall, ToolMessage, UserAction
from scenarios.user import SimulatedUser

_GARBLED = frozenset({"malformed", "unknown_tool", "schema"})


@dataclass(kw_only=True)
class TrialUserDesk:
    """Beside the agent's desk, in the same trial and over the same world."""

    desk: TrialDesk
    user: SimulatedUser
    exchanges: list[Exchange] = field(default_factory=list)
    steps: int = 0
    """Of this turn."""
    calls: int = 0
    """Of the whole conversation; `garbled`: those of them that no tool could be meant by."""
    garbled: int = 0

    def open_turn(self) -> None:
        self.steps = 0

    async def act(self, text: str, calls: Sequence[ToolCall]) -> tuple[ToolMessage, ...]:
        self.steps += 1
        if self.steps > self.user.limits.steps:
            raise UserBroke("steps", f"the user acted {self.user.limits.steps} times without speaking")
        if text and not self.user.text_with_calls:
            self._record(text, calls, [])
            raise UserBroke("protocol", "the user spoke and called tools in one message")
        results: list[ToolMessage] = []
        try:
            for call in calls:
                results.append(await self._call(call))
                self._count_errors(results[-1])
        finally:
            self._record(text, calls, results)
        return tuple(results)

    def asked(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        self.desk.worked += exchange.ms / 1e3

    def seconds(self) -> float:
        limit = self.desk.exam.scenario.limits.seconds
        if self.desk.worked >= limit:
            raise Ended("provider", "seconds", f"the {limit:g} s of the scenario were used up waiting")
        return limit - self.desk.worked

    async def _call(self, call: ToolCall) -> ToolMessage:
        most = self.desk.exam.scenario.limits.calls
        if self.calls >= most:
            raise UserBroke(
                "calls", f"the user made {most} calls, as many as the scenario allows either side"
            )
        self.calls += 1
        result = await self.desk.world.call(call, "user")
        self.desk.worked += result.ms / 1e3
        return result

    def _count_errors(self, result: ToolMessage) -> None:
        """Calls that no tool could be meant by are the user's own doing, whoever asked for them."""
        self.garbled += result.problem in _GARBLED
        try:
            self.desk.count_errors([result])
        except Ended:
            if self.user.faults == "exclude" and 2 * self.garbled > self.desk.errors:
                said = (
                    f"{self.garbled} of the user's calls named no tool of its own, or had no arguments for it"
                )
                raise UserBroke("errors", said) from None
            raise

    def _record(self, text: str, calls: Sequence[ToolCall], results: Sequence[ToolMessage]) -> None:
        self.desk.hops += 2
        action = UserAction(text=text, tool_calls=tuple(calls), results=tuple(results))
        self.desk.segments[-1][1].append(action)
