"""The loop of our own: ask, call, show the results, until the model answers without a call."""

from harness.agents.agent import Desk


class Native:
    """Adds nothing and leaves nothing out."""

    notes: tuple[str, ...] = ()

    async def turn(self, desk: Desk) -> None:
        while calls := (await desk.ask()).tool_calls:
            for call in calls:
                await desk.call(call)
