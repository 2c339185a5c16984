"""`longspan models fit`: whether and how a model fits some GPUs, reckoned before anything is loaded."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from harness.environment import Environment, read_environment
from harness.models.wanted import ModelError
from harness.verbs.setting import JsonFlag, consoles, spoken_errors
from local_models.catalog import UnknownLocalModel, find_model
from local_models.config_json import ConfigError
from local_models.fit.gpu import GIGABYTE, Gpus, UnknownGpu, read_gpus
from local_models.fit.rank import Fit, Wanted, rank
from local_models.fit.subject import HEAD, Subject, fewest, of_config, of_model, spec_for, wanted
from local_models.launch import spell
from local_models.machine import NoDriver, see_machine
from local_models.parallel import Parallel
from local_models.spec import CannotServe
from scenarios.documents.length import parse_length

_SHOWN = 8
"""Layouts, and reasons against others, that a terminal gets unless it asks for all."""
_UNVERIFIED = (
    "Reckoned, not measured: no GPU has shown these figures; docs/fit.md has formulas and assumptions."
)


def fit(  # noqa: PLR0913  # one option each
    name: Annotated[
        str,
        typer.Argument(help="local/NAME, local/NAME:WEIGHTS, or the path of a config.json or its folder."),
    ],
    *,
    gpus: Annotated[
        str | None, typer.Option(help="Such as 4xH20-96; those of this machine, if not said.")
    ] = None,
    context: Annotated[
        str | None, typer.Option(help="Tokens of prompt and answer, such as 128k or 1M; the model's own.")
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option(min=1, help="Sequences of that length at the same time, on all GPUs.")
    ] = None,
    kv: Annotated[Literal["auto", "bf16", "fp8"], typer.Option(help="The type of the cache.")] = "auto",
    weights: Annotated[
        str | None, typer.Option(help="One of the model's, such as fp8; all of them, if not said.")
    ] = None,
    utilization: Annotated[
        float, typer.Option(min=0.05, max=1, help="The part of each GPU's memory that the engine takes.")
    ] = 0.9,
    layout: Annotated[
        str | None, typer.Option(help="This layout only, such as tp8+ep, and its command.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every layout and every reason.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Say which layouts of a model fit which GPUs, how much they hold, and why the others do not."""
    environment = read_environment()
    home = environment.home
    with spoken_errors():
        try:
            some = read_gpus(gpus) if gpus is not None else _here(environment)
            subject = _subject(name, weights, environment.catalog)
            tokens = None if context is None else parse_length(context)
            asked = wanted(subject, context=tokens, concurrency=concurrency, kv=kv, utilization=utilization)
            found = _only(rank(subject.architecture, subject.weights, some, asked), layout, some)
            commands = {fit: spell(spec_for(subject, fit, asked, home)) for fit in found if fit.fits}
        except (UnknownGpu, UnknownLocalModel, ConfigError, CannotServe, NoDriver, ValueError) as error:
            raise ModelError(str(error)) from error
    if as_json:
        typer.echo(json.dumps(_told(subject, some, asked, found, commands), ensure_ascii=False))
        return
    out, err = consoles()
    _print(out, subject, some, found, everything=everything)
    _print_advice(out, subject, some, asked, found, commands)
    err.print()
    for note in (*([some.assumed] if some.assumed else []), *subject.notes, _UNVERIFIED):
        err.print(note, markup=False, soft_wrap=True)


def _here(environment: Environment) -> Gpus:
    machine = see_machine(environment.variables)
    if machine.gpus is None:
        raise ModelError("this machine has no GPU that can be used; name some, such as --gpus 4xH20-96")
    return machine.gpus


def _subject(name: str, weights: str | None, own: Path) -> Subject:
    path = Path(name)
    if name.endswith(".json") or (not name.startswith("local/") and path.is_dir()):
        return of_config(path, weights)
    model, _, variant = name.removeprefix("local/").partition(":")
    if variant and weights and variant != weights:
        raise ModelError(f"{name} names {variant} and --weights {weights}; leave one out")
    return of_model(find_model(model, own), variant or weights)


def _only(found: tuple[Fit, ...], layout: str | None, gpus: Gpus) -> tuple[Fit, ...]:
    if layout is None:
        return found
    parallel = Parallel.parse(layout)
    kept = tuple(fit for fit in found if fit.parallel == parallel)
    if not kept:
        known = ", ".join(dict.fromkeys(str(fit.parallel) for fit in found))
        raise ValueError(f"{layout} is no layout that was looked at on {gpus}; there are: {known}")
    return kept


def _told(
    subject: Subject, gpus: Gpus, asked: Wanted, found: tuple[Fit, ...], commands: dict[Fit, str]
) -> dict[str, Any]:
    """The answer for programs; what is not known is null."""
    return {
        "model": subject.name,
        "gpus": str(gpus),
        "assumed": gpus.assumed,
        "asked": asked.model_dump(mode="json"),
        "layouts": [_layout(fit, gpus, commands.get(fit)) for fit in found],
        "unverified": [*subject.notes, _UNVERIFIED],
    }


def _layout(fit: Fit, gpus: Gpus, command: str | None) -> dict[str, Any]:
    parallel, load = fit.parallel, fit.load
    return {
        "gpus": f"{parallel.gpus}x{gpus.kind.name}",
        "dtype": fit.precision,
        "kv_dtype": fit.cache,
        "tp": parallel.tp,
        "pp": parallel.pp,
        "dp": parallel.dp,
        "ep": parallel.ep,
        "dcp": parallel.dcp,
        "fits": fit.fits,
        "why": fit.why,
        "kv_tokens": fit.tokens if load is not None else None,
        "command": command,
        "layout": str(parallel),
        "weights": fit.weights,
        "replicas": fit.replicas,
        "context": fit.window or None,
        "longest": fit.longest if load is not None else None,
        "concurrency": fit.sequences if load is not None else None,
        "bytes_per_gpu": None if load is None else load.model_dump(mode="json"),
        "remarks": list(fit.remarks),
    }


def _print(out: Console, subject: Subject, gpus: Gpus, found: tuple[Fit, ...], *, everything: bool) -> None:
    good = [fit for fit in found if fit.fits]
    shown = good if everything else good[:_SHOWN]
    out.print(f"{subject.name} on {gpus}: {len(good)} of {len(found)} layouts fit", markup=False)
    if shown:
        out.print(_table(shown))
    if len(shown) < len(good):
        out.print(f"… and {len(good) - len(shown)} more: --all shows them", markup=False)
    reasons: dict[str, list[str]] = {}
    for fit in found:
        if not fit.fits:
            reasons.setdefault(fit.why, []).append(f"{fit.weights} {fit.parallel}")
    if reasons:
        out.print("\nWhy the others do not:", markup=False)
    for why, which in list(reasons.items())[: None if everything else _SHOWN]:
        out.print(f"  {', '.join(which)}: {why}", markup=False, soft_wrap=True)
    if not everything and len(reasons) > _SHOWN:
        out.print(f"  … and {len(reasons) - _SHOWN} more reasons: --all shows them", markup=False)


def _table(shown: list[Fit]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("weights", "kv", "layout", "servers", "GB/GPU", "cache tokens", "context", "at once"):
        table.add_column(column, justify="left" if column in {"weights", "kv", "layout"} else "right")
    for fit in shown:
        weights = 0 if fit.load is None else fit.load.weights
        table.add_row(
            *(fit.weights, fit.cache, str(fit.parallel), str(fit.replicas), f"{weights / GIGABYTE:.1f}"),
            *(f"{fit.tokens:,}", f"{fit.window:,}", str(fit.sequences)),
        )
    return table


def _print_advice(
    out: Console,
    subject: Subject,
    gpus: Gpus,
    asked: Wanted,
    found: tuple[Fit, ...],
    commands: dict[Fit, str],
) -> None:
    """The command of the best layout, or what else would do."""
    best = found[0]
    if not best.fits:
        more = fewest(subject, gpus, asked)
        other = (
            f"{more[0]} would do, as {more[1].weights} {more[1].parallel}"
            if more
            else "No number of them does"
        )
        out.print(f"\n{other}.", markup=False)
        return
    out.print(f"\n{best.weights} {best.parallel} {best.why}.", markup=False, soft_wrap=True)
    for remark in best.remarks:
        out.print(f"  {remark}", markup=False, soft_wrap=True)
    out.print(commands[best], markup=False, soft_wrap=True)
    if best.machines > 1:
        others = f"on each other one --node-rank is its number and --headless is added; {HEAD} is the first's"
        out.print(f"  It spans {best.machines} machines: {others}.", markup=False, soft_wrap=True)
