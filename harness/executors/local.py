"""Play the models of a run one after another, in this process."""

from dataclasses import replace

from harness.agents.registry import open_agents
from harness.budget import how_to_go_on
from harness.clients.gate import Gates
from harness.models import Opening, OpenModel, open_model
from harness.run import CapReached, Runner, RunStopped, Tally
from harness.run_record import ModelVariant


async def play_all(runner: Runner, opening: Opening, gates: Gates, command: str) -> tuple[Tally, ...]:
    """Play the models one after another. Raises `RunStopped`, and says how to go on when a cap is reached."""
    models = runner.record.models
    try:
        return tuple([await _play(runner, variant, opening) for variant in models])
    except CapReached as reached:
        left = sum(len(runner.todo(variant)) for variant in models)
        said = how_to_go_on(gates.purse, command, left=left, trials=runner.record.trials)
        raise RunStopped(f"{reached}. {said}") from reached


async def _play(runner: Runner, variant: ModelVariant, opening: Opening) -> Tally:
    """Play one model's trials; a model with nothing left to play is not even opened."""
    if not runner.todo(variant):
        return runner.nothing_to_do(variant)
    runner = replace(runner, stage=replace(runner.stage, agents=await open_agents([variant.agent])))
    async with open_model(variant, opening) as opened:
        note_engine(runner, variant, opened)
        return await runner.run(opened.model, opened.gone)


def note_engine(runner: Runner, variant: ModelVariant, opened: OpenModel) -> None:
    """Write into the run what serves a model of ours."""
    if opened.engine is not None:
        record = runner.folder.record
        engines = {**record.engines, variant.label: opened.engine}
        runner.folder.write_record(record.model_copy(update={"engines": engines}))
