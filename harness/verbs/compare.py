"""`longspan compare`: two models of a run, or two runs, on what both played."""

import json
from collections.abc import Sequence
from itertools import combinations
from typing import Annotated

import typer

from harness.compare.compare import compare as compared
from harness.compare.played import Side, read_sides
from harness.compare.terminal import print_comparison
from harness.exams.grading import graded_trials
from harness.models.pricing import tariffs
from harness.runs.addresses import place_of
from harness.runs.record import ModelVariant, RunRecord
from harness.runs.store import RunError, RunFolder
from harness.verbs.setting import JsonFlag, RunArgument, consoles, spoken_errors
from scenarios.problem import choices

_NOT_MET = 3

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


@app.command(
    epilog="Example: longspan compare runs/8c2615650eed --models qwen3-max local/smollm2 --not-worse-by 0.05"
)
def compare(  # one parameter an option
    run: RunArgument,
    other: Annotated[
        str | None,
        typer.Argument(metavar="[RUN2]", help="Another run, which is held against the first."),
    ] = None,
    *,
    models: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="A B",
            help="B is held against A; of two runs, B of RUN2 against A of RUN. Otherwise every two models "
            "of the run, or every model that both runs have.",
        ),
    ] = None,
    not_worse_by: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="A gate: status 3 unless the whole interval says that the second succeeds at most so much "
            "less often (0.05: 5 points).",
        ),
    ] = None,
    detect: Annotated[
        float | None,
        typer.Option(
            min=0.001,
            max=1,
            help="How many scenarios or repeats it takes to see a difference in success of so much.",
        ),
    ] = None,
    even_so: Annotated[
        bool,
        typer.Option("--even-so", help="Compare scenarios too whose contents or simulated user differ."),
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Say what changes from one model to another, and whether it may be chance."""
    out, err = consoles()
    with spoken_errors():
        first = RunFolder(place_of(run))
        second = first if other is None else RunFolder(place_of(other))
        wanted = _chosen(first.record, second.record if other else None, models)
        pairs = _read(first, second, wanted)
        seed = first.record.seed
        found = compared(pairs, seed=seed, even_so=even_so, margin=not_worse_by, detect=detect)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, allow_nan=False))
    else:
        print_comparison(found, out, err)
    if not found.gates_met:
        raise typer.Exit(_NOT_MET)


def _chosen(
    first: RunRecord, second: RunRecord | None, models: tuple[str, str] | None
) -> list[tuple[ModelVariant, ModelVariant]]:
    """Which models are held against which. Raises `RunError`."""
    if models is not None:
        one, other = _model(first, models[0]), _model(second or first, models[1])
        if second is None and one.label == other.label:
            raise RunError(f"{one.label} cannot be held against itself; name two models, or two runs")
        return [(one, other)]
    if second is None:
        if len(first.models) == 1:
            raise RunError(
                f"{first.id} has one model, {first.models[0].label}; name another run to hold it against"
            )
        return list(combinations(first.models, 2))
    there = {model.label: model for model in second.models}
    both = [(model, there[model.label]) for model in first.models if model.label in there]
    if not both:
        has = [", ".join(model.label for model in record.models) for record in (first, second)]
        raise RunError(f"the runs have no model in common ({has[0]}; {has[1]}); name two with --models A B")
    return both


def _model(record: RunRecord, name: str) -> ModelVariant:
    """The one model that a name, or a part of it, means."""
    labels = {model.label: model for model in record.models}
    near = [label for label in labels if name in label]
    if name in labels:
        return labels[name]
    if len(near) == 1:
        return labels[near[0]]
    raise RunError(f"no model of run {record.id} is called {name!r}; {choices(name, labels)}")


def _read(
    first: RunFolder, second: RunFolder, wanted: Sequence[tuple[ModelVariant, ModelVariant]]
) -> list[tuple[Side, Side]]:
    """Both sides of every pair with their trials; each run is read once."""
    if first == second:
        chosen = {model.label: model for pair in wanted for model in pair}
        sides = _sides(first, list(chosen.values()))
        return [(sides[one.label], sides[other.label]) for one, other in wanted]
    firsts = _sides(first, [one for one, _ in wanted])
    seconds = _sides(second, [other for _, other in wanted])
    return [(firsts[one.label], seconds[other.label]) for one, other in wanted]


def _sides(folder: RunFolder, models: Sequence[ModelVariant]) -> dict[str, Side]:
    record = folder.record
    exams, prices = folder.exams(record), tariffs(record)
    sides = {
        model.label: Side(
            run=str(folder), record=record, model=model, exams=exams, tariff=prices[model.label]
        )
        for model in models
    }
    read_sides(sides.values(), graded_trials(folder, record.model_copy(update={"models": tuple(models)})))
    return sides
