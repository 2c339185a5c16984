"""`longspan run`: play and grade suites with models, then report."""

import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from harness.environment import read_environment
from harness.evaluation import Request, evaluate
from harness.models import ModelError, find_variant
from harness.progress import watch
from harness.run_record import FirstCall, ModelVariant
from harness.verbs.documents import (
    FillerOption,
    LayoutOption,
    SizingOption,
    TokensOption,
    document_settings,
)
from harness.verbs.planning import MaxCostOption, RegistryOption, WindowOption, tell_skipped, window_tokens
from harness.verbs.reporting import tell_outcome
from harness.verbs.setting import JsonFlag, consoles, run_async, spoken_errors
from scenarios.problem import Problem, ScenarioError
from scenarios.scenario import Transport
from scenarios.study import Study, StudyModel

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


@app.command(
    epilog="Example: longspan run shop travel -m chat:qwen3-30b-a3b@http://127.0.0.1:8000/v1 --repeats 4"
)
def run(  # noqa: PLR0913 # one parameter for each option of the command line
    what: Annotated[
        list[str], typer.Argument(help="Suites (a name, SUITE/SCENARIO or a folder), or one study.yaml.")
    ],
    model: Annotated[
        list[str] | None,
        typer.Option("--model", "-m", help="reference/NAME, local/NAME or chat:ID@BASE_URL; repeatable."),
    ] = None,
    *,
    repeats: Annotated[
        int | None, typer.Option(min=1, help="Trials of each scenario; 1 if not said.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many scenarios of each suite.")] = None,
    concurrency: Annotated[int | None, typer.Option(min=1, help="Trials at a time; 8 if not said.")] = None,
    first_call: Annotated[
        FirstCall, typer.Option(help="`required` forces a call in the first request of turns that need one.")
    ] = "auto",
    transport: Annotated[Transport, typer.Option(help="How built-in worlds are reached.")] = "memory",
    seed: Annotated[int | None, typer.Option(help="Of all that is drawn at random; 0 if not said.")] = None,
    layout: LayoutOption = None,
    tokens: TokensOption = None,
    sizing: SizingOption = None,
    filler: FillerOption = None,
    shuffle: Annotated[
        bool, typer.Option("--shuffle", help="Ask about documents in a random order, against every cache.")
    ] = False,
    allow_cold: Annotated[
        bool, typer.Option("--allow-cold", help="Go on although the provider's cache does not hit.")
    ] = False,
    max_cost: MaxCostOption = None,
    window: WindowOption = None,
    registry: RegistryOption = None,
    runs: Annotated[Path, typer.Option(help="The folder of run folders.")] = Path("runs"),
    new: Annotated[
        bool, typer.Option("--new", help="Start another run of the same instead of going on.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Play and grade; the same command resumes, more repeats extend, a finished run answers at once."""
    command = shlex.join(["longspan", *sys.argv[1:]])
    out, err = consoles()
    with spoken_errors(resume=command):
        study = asked_study(what, model or [], first_call)
        request = Request(
            suites=study.suites,
            models=variants_of(study.models),
            repeats=repeats or study.repeats,
            limit=limit,
            concurrency=concurrency or study.limits.concurrency,
            seed=study.seed if seed is None else seed,
            transport=transport,
            runs=runs,
            new=new,
            command=command,
            documents=document_settings(study, layout, tokens, sizing, filler),
            shuffled=shuffle,
            allow_cold=allow_cold,
            max_cost=study.limits.max_cost if max_cost is None else max_cost,
            window=window_tokens(window),
            registry=registry,
        )
        with watch(err, time.monotonic) as progress:
            outcome = run_async(evaluate(request, read_environment(), progress))
        tell_skipped(outcome.record, err)
        tell_outcome(outcome, out=out, err=err, as_json=as_json)


def asked_study(what: list[str], models: list[str], first_call: FirstCall) -> Study:
    """What the arguments ask for, as a study."""
    files = [name for name in what if name.endswith((".yaml", ".yml"))]
    if not files:
        if not models:
            raise ModelError("name a model to ask: --model reference/oracle, --model chat:ID@BASE_URL, …")
        named = tuple(StudyModel(name=name, first_call=first_call) for name in models)
        return Study(models=named, suites=tuple(what))
    if len(what) > 1 or models or first_call != "auto":
        message = "a study names its own suites and models, and how each is asked; give it alone"
        raise ScenarioError([Problem(file=Path(files[0]), message=message)])
    return Study.read(Path(files[0]))


def variants_of(models: Sequence[StudyModel]) -> tuple[ModelVariant, ...]:
    """What the names mean. Raises `ModelError` with a line for every name that means nothing."""
    found, wrong = [], []
    for asked in models:
        try:
            found.append(find_variant(asked.name, first_call=asked.first_call, sampling=asked.sampling))
        except ModelError as error:
            wrong.append(str(error))
    if wrong:
        raise ModelError("\n".join(wrong))
    return tuple(found)
