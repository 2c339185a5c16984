"""`longspan plan`: what a run would send, cost and take, before anything is sent."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from math import log10
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.clients.gate import limits_of
from harness.clock import utc_now
from harness.environment import read_environment
from harness.exams.prepare import load_scenarios, prepare_exams, world_home
from harness.models.notices import notices
from harness.money import amount_text
from harness.plan.judges import with_judge
from harness.plan.outlook import dollar_prices, forbidden
from harness.plan.plan import ModelPlan, Plan, nothing_fits
from harness.plan.planner import Asked, Planner
from harness.plan.talks import Oracle
from harness.plan.users import with_users
from harness.registry.knowledge import Knowledge, load_knowledge
from harness.run import shuffled
from harness.runs.record import ModelVariant
from harness.runs.store import RunError
from harness.trial.play import Stage
from harness.users.chosen import user_record
from harness.verbs.documents import (
    FillerOption,
    LayoutOption,
    SizingOption,
    TokensOption,
    document_settings,
)
from harness.verbs.foreign import Tau2DataOption, foreign_data
from harness.verbs.planning import (
    MaxCostOption,
    MaxTokensOption,
    RegistryOption,
    ThinkingOption,
    WindowOption,
    caps_of,
    window_tokens,
)
from harness.verbs.run import (
    AgentOption,
    Beside,
    JudgeModelOption,
    UserModelOption,
    asked_study,
    judge_variant,
    user_variant,
    variants_of,
)
from harness.verbs.serving import ServeOption
from harness.verbs.setting import JsonFlag, consoles, run_async, spoken_errors
from scenarios.documents.shelf import DocumentSettings, Shelf
from scenarios.study import Study, StudyModel

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)

_MINUTE, _HOUR = 60, 3600
_THOUSAND, _MILLION = 1000, 1_000_000


@app.command(epilog="Example: longspan plan needles --tokens 64k,256k -m gpt-4.1 -m claude-sonnet-4.6")
def plan(  # noqa: PLR0913 # one parameter for each option of the command line
    what: Annotated[
        list[str], typer.Argument(help="Suites (a name, SUITE/SCENARIO or a folder), or one study.yaml.")
    ],
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model", "-m", help="As in `run`, or a name of the registry such as gpt-4.1; repeatable."
        ),
    ] = None,
    *,
    repeats: Annotated[
        int | None, typer.Option(min=1, help="Trials of each scenario; 1 if not said.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many scenarios of each suite.")] = None,
    concurrency: Annotated[int | None, typer.Option(min=1, help="Trials at a time; 8 if not said.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of all that is drawn at random; 0 if not said.")] = None,
    layout: LayoutOption = None,
    tokens: TokensOption = None,
    sizing: SizingOption = None,
    filler: FillerOption = None,
    shuffle: Annotated[
        bool, typer.Option("--shuffle", help="Ask about documents in a random order, against every cache.")
    ] = False,
    thinking: ThinkingOption = None,
    serve: ServeOption = None,
    agent: AgentOption = None,
    tau2_data: Tau2DataOption = None,
    user_model: UserModelOption = None,
    judge_model: JudgeModelOption = None,
    max_cost: MaxCostOption = None,
    max_tokens: MaxTokensOption = None,
    window: WindowOption = None,
    registry: RegistryOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Trials, requests, tokens, cached tokens, dollars and time of a run; nothing is sent."""
    out, err = consoles()
    with spoken_errors():
        known = load_knowledge(registry, datetime.now(UTC).date(), read_environment().catalog)
        beside = Beside(user=user_model, judge=judge_model)
        study = asked_study(what, model or [], "auto", thinking, agent, serve, beside)
        seeded = study.seed if seed is None else seed
        asked = Asked(
            repeats=repeats or study.repeats,
            concurrency=concurrency or study.limits.concurrency,
            window=window_tokens(window),
            order=shuffled(seeded) if shuffle else list,
            warm=not shuffle,
        )
        settings = replace(document_settings(study, layout, tokens, sizing, filler), seed=seeded)
        by_name = [(one, _variants(one, known)) for one in study.models]
        models = [variant for _, variants in by_name for variant in variants]
        for notice in notices(models, known):
            err.print(f"Note: {notice}.", markup=False, highlight=False, soft_wrap=True)
        data = foreign_data(tau2_data or study.tau2_data)
        found = run_async(_planned(study, data, limit, models, known, asked, settings))
        if as_json:
            typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
        else:
            _show(found, out, err)
        caps = caps_of(study, max_cost, max_tokens, by_name)
        limits = {one.label: limits_of(one, known, caps.limits) for one in models}
        if why := nothing_fits(found.models) or forbidden(found, caps, limits):
            raise RunError(why)


async def _planned(  # what is asked, of whom, and how
    study: Study,
    data: Mapping[str, Path],
    limit: int | None,
    models: Sequence[ModelVariant],
    known: Knowledge,
    asked: Asked,
    settings: DocumentSettings,
) -> Plan:
    environment = read_environment(providers=known.providers)
    user, judge = user_variant(study.user_model, known), judge_variant(study.judge_model, known)
    beside = [one for one in (user, judge) if one is not None]
    shelf = Shelf(replace(settings, cache=environment.fillers))
    scenarios = load_scenarios(study.suites, limit, shelf, data)
    with TemporaryDirectory(prefix="longspan-") as work:
        home = world_home(environment, Path(work))
        exams = await prepare_exams(scenarios, home)
        user_record(user, tuple(models), exams)  # what a run refuses is not planned
        stage = Stage(home=home, now=utc_now, clock=time.perf_counter)
        planner = Planner(
            registry=known.registry,
            providers=known.providers.providers,
            prices=dollar_prices([*models, *beside], known, study.exchange),
            shelf=shelf,
            home=environment.home,
            oracle=Oracle(stage),
            asked=asked,
        )
        found = await planner.plan_for(exams, models)
        if user is not None:
            found = await with_users(found, planner, exams, user)
        return found if judge is None else await with_judge(found, planner, exams, judge, models=len(models))


def _variants(asked: StudyModel, known: Knowledge) -> tuple[ModelVariant, ...]:
    """A model as `run` takes it, or one that nobody serves, since nothing is sent."""
    entry = known.registry.models.get(asked.name)
    if entry is not None and entry.provider is None and asked.name != "local":
        return (ModelVariant(label=asked.name, wire="chat", model=asked.name, sampling=asked.sampling),)
    return variants_of([asked], known)


def _show(found: Plan, out: Console, err: Console) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim underline")
    table.add_column("model", overflow="fold", min_width=10)
    counts = ("trials", "req.", "input", "cached", "uncached", "output")
    for name in (*counts, "$ low", "likely", "high", "time"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found.models:
        table.add_row(Text(one.model), *_figures(one))
    if len(found.models) > 1:
        table.add_row(Text("together", "bold"), *_figures(found))
    out.print(table)
    for one in found.models:
        _explain(one, err)


def _figures(one: ModelPlan | Plan) -> list[str]:
    tokens, cost = one.tokens, one.cost_usd
    return [
        f"{one.trials:,}",
        f"{one.requests:,}",
        *(_count(count) for count in (tokens.input, tokens.cached, tokens.uncached, tokens.output)),
        *("–" if amount is None else amount_text(amount) for amount in (cost.low, cost.likely, cost.high)),
        _duration(one.seconds),
    ]


def _explain(one: ModelPlan, err: Console) -> None:
    counted = f"counted by {one.counted_by}, {one.margin:.0%} more or less"
    priced = f"; prices of {one.prices_as_of}" if one.prices_as_of else ""
    lines = [f"{one.model}: {counted}{priced}", *(f"  {note}" for note in one.notes)]
    for skipped in one.skipped:
        questions = f"{len(skipped.scenarios)} question" + "s" * (len(skipped.scenarios) > 1)
        lines.append(f"  not asked: {questions} on {skipped.document} ({skipped.layout}): {skipped.why}")
    for line in lines:
        err.print(line, markup=False, highlight=False, soft_wrap=True)


def _count(tokens: int) -> str:
    """With three digits: 908k, 95.7M."""
    if tokens < _THOUSAND:
        return str(tokens)
    size, unit = (tokens / _MILLION, "M") if tokens >= _MILLION else (tokens / _THOUSAND, "k")
    return f"{size:,.{max(0, 2 - int(log10(size)))}f}{unit}"


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    if seconds < _HOUR:
        return f"{seconds:.0f} s" if seconds < _MINUTE else f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.1f} h"
