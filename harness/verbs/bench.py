"""`longspan models bench`: how fast an endpoint is, and how that changes under load."""

import json
import secrets
import shlex
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from harness.bench.asked import Asked, parse_loads, parse_slo, parse_spec
from harness.bench.load import Measure
from harness.bench.start import benched
from harness.bench.table import line, show
from harness.budget import Caps
from harness.environment import read_environment
from harness.models.local_names import LOCAL
from harness.models.variants import find_variants
from harness.models.wanted import ModelError, Wanted
from harness.registry.knowledge import OURS, Knowledge, load_knowledge
from harness.runs.addresses import WrongAddress, place_of
from harness.runs.record import ModelVariant
from harness.verbs.documents import FillerOption, LayoutOption, SizingOption, TokensOption, document_settings
from harness.verbs.planning import (
    MaxCostOption,
    MaxTokensOption,
    RegistryOption,
    ThinkingOption,
    patient,
    thinking_settings,
)
from harness.verbs.serving import ServeOption, parse_serving
from harness.verbs.setting import JsonFlag, consoles, run_async, spoken_errors
from scenarios.serving import Serving
from scenarios.study import Study, StudyModel, StudyPatience

_MOST_SEED = 2**31


def bench(  # noqa: PLR0913 # one parameter for each option of the command line
    name: Annotated[
        str,
        typer.Argument(help="As in `run -m`: local/NAME, local/NAME@URL, qwen3.7-plus, FORMAT:ID@BASE_URL."),
    ],
    *,
    workload: Annotated[
        str,
        typer.Option(
            "--workload",
            "-w",
            help="random:IN/OUT (tokens), agent:SUITE or documents:SUITE.",
        ),
    ] = "random:1024/128",
    concurrency: Annotated[
        str | None, typer.Option(help="Closed loop: clients at a time, one level each; 1,2,4,8 if not said.")
    ] = None,
    rate: Annotated[
        str | None, typer.Option(help="Open loop: conversations that begin in a second, such as 0.5,1,2.")
    ] = None,
    burstiness: Annotated[
        float, typer.Option(help="Of an open loop: 1 is Poisson, less comes in bursts, more is more even.")
    ] = 1.0,
    requests: Annotated[
        int | None,
        typer.Option(min=1, help="Requests of a level; 10 a client or a minute's worth, at least 20."),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Seconds of a level instead; replies are waited for.")
    ] = None,
    warm_up: Annotated[int, typer.Option(min=1, help="Requests before the first level, in no figure.")] = 4,
    ramp: Annotated[
        float, typer.Option(min=0, help="Seconds in which each load grows; what is sent in them is left out.")
    ] = 0.0,
    think: Annotated[
        float, typer.Option(min=0, help="Mean seconds that a user takes before another turn.")
    ] = 0.0,
    in_flight: Annotated[
        int, typer.Option(min=1, help="Conversations of an open loop at a time, at the most.")
    ] = 256,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds that a reply may take.")] = 600.0,
    slo: Annotated[
        str | None, typer.Option(help='Service levels in ms, for goodput: "ttft:2000 tpot:50 e2el:30000".')
    ] = None,
    ignore_eos: Annotated[
        bool | None,
        typer.Option(help="Make replies as long as asked; if not said, for models that we serve."),
    ] = None,
    thinking: ThinkingOption = None,
    serve: ServeOption = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many scenarios of each suite.")] = None,
    layout: LayoutOption = None,
    tokens: TokensOption = None,
    sizing: SizingOption = None,
    filler: FillerOption = None,
    seed: Annotated[
        int | None, typer.Option(help="Of all that is drawn; another one each time if not said.")
    ] = None,
    max_cost: MaxCostOption = None,
    max_tokens: MaxTokensOption = None,
    registry: RegistryOption = None,
    runs: Annotated[str, typer.Option(help="The folder of run folders, on a disk.")] = "runs",
    as_json: JsonFlag = False,
) -> None:
    """Time an endpoint under one load after the other: TTFT, TPOT, ITL, latency, throughput, goodput."""
    out, err = consoles()

    def say(text: str) -> None:
        err.print(text, markup=False, highlight=False, soft_wrap=True)

    with spoken_errors():
        if requests is not None and seconds is not None:
            raise ModelError("a level ends by --requests or by --seconds; leave one out")
        catalog = read_environment().catalog
        known = load_knowledge(registry, datetime.now(UTC).date(), catalog)
        known = patient(known, _patience(timeout))
        serving = parse_serving(serve or ())
        wanted = Wanted(thinking=() if thinking is None else thinking_settings(thinking), serving=serving)
        variant, whole = _variant(name, wanted, ignore_eos, known)
        drawn = secrets.randbelow(_MOST_SEED) if seed is None else seed
        settings = document_settings(
            Study(models=(StudyModel(name=name),), suites=("bench",)), layout, tokens, sizing, filler
        )
        asked = Asked(
            variant=variant,
            spec=replace(parse_spec(workload), limit=limit, documents=replace(settings, seed=drawn)),
            loads=parse_loads(concurrency, rate, burstiness),
            measure=Measure(
                requests=requests,
                seconds=seconds,
                ramp=ramp,
                think=think,
                in_flight=in_flight,
                patience=timeout,
            ),
            warm_up=warm_up,
            slo=parse_slo(slo),
            seed=drawn,
            ignore_eos=whole,
            caps=Caps(max_cost=max_cost, max_tokens=max_tokens),
            runs=_disk(runs),
            command=shlex.join(["longspan", *sys.argv[1:]]),
            serving=serving,
        )
        environment = read_environment(providers=known.providers)
        folder, found = run_async(benched(asked, environment, known, lambda one: say(line(one)), say))
    if as_json:
        typer.echo(json.dumps({"folder": str(folder), **found.summary}, ensure_ascii=False))
    else:
        show(found, out, err)
    if found.stopped is not None or all(level.figures.answered == 0 for level in found.levels):
        raise typer.Exit(1)


def _disk(runs: str) -> Path:
    """A folder of this machine. Raises `WrongAddress` for a store: a bench writes while it measures."""
    place = place_of(runs)
    if not isinstance(place, Path):
        raise WrongAddress(f"a bench is kept on a disk, and {runs} is none; name a folder, and copy it there")
    return place


def _patience(seconds: float) -> StudyPatience:
    """A server under load may be silent for long; what is too long is said once, for the whole reply."""
    return StudyPatience(first_byte=seconds, idle=seconds, total=seconds)


def _variant(
    name: str, wanted: Wanted, ignore_eos: bool | None, known: Knowledge
) -> tuple[ModelVariant, bool]:
    """The model, and whether its replies are made as long as is asked. Raises `ModelError`."""
    if wanted.serving != Serving() and not name.startswith(LOCAL):
        raise ModelError("--serve is for models of ours, which are called local/NAME; leave it out")
    variants = find_variants(name, wanted, known)
    if len(variants) > 1:
        labels = ", ".join(one.label for one in variants)
        raise ModelError(f"a bench is of one model with one setting; here are {labels}")
    (variant,) = variants
    whole = variant.provider == OURS if ignore_eos is None else ignore_eos
    if not whole:
        return variant, False
    if variant.wire != "chat":
        raise ModelError(f"{variant.label}: --ignore-eos is of chat completions only; leave it out")
    sampling = {**variant.sampling, "ignore_eos": True}
    return variant.model_copy(update={"sampling": sampling}), True
