"""Play the trials of a model in this process."""

from dataclasses import dataclass, replace

from harness.agents.registry import open_agents
from harness.budget import how_to_go_on
from harness.clients.gate import Gates
from harness.models.opened import OpenModel
from harness.run import Runner, Tally


@dataclass(frozen=True)
class InProcess:
    gates: Gates

    async def play(self, runner: Runner, opened: OpenModel) -> Tally:
        agents = await open_agents([opened.model.variant.agent])
        runner = replace(runner, stage=replace(runner.stage, agents=agents))
        return await runner.run(opened.model, opened.gone)

    async def how_to_go_on(self, command: str, *, left: int, trials: int) -> str:
        return how_to_go_on(self.gates.purse, command, left=left, trials=trials)
