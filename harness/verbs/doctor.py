"""`longspan models doctor`: whether an endpoint is fit to be measured, before a run relies on it."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from harness.clock import utc_now
from harness.doctor.examine import examine
from harness.doctor.finding import Finding, State
from harness.doctor.patient import Patient
from harness.environment import Environment, read_environment
from harness.models.opened import Opening
from harness.models.served import prepare, started
from harness.models.variants import find_variants
from harness.models.wanted import ModelError, Wanted
from harness.registry.knowledge import COMPATIBLE, OURS, Knowledge, load_knowledge
from harness.runs.record import ModelVariant
from harness.verbs.planning import RegistryOption, ThinkingOption, thinking_settings
from harness.verbs.setting import JsonFlag, consoles, run_async, spoken_errors
from scenarios.thinking import Thinking

_SIGNS: dict[State, tuple[str, str]] = {
    "good": ("ok", "green"),
    "poor": ("poor", "yellow"),
    "bad": ("BAD", "bold red"),
    "unknown": ("?", "dim"),
}
_TRIED = ("off", "on", "low", "1024")
"""Settings of thinking that are tried where the user names none and the model takes them."""
_SWITCH = ("off", "on")
"""Those of a model that nobody has described."""


def doctor(
    name: Annotated[
        str, typer.Argument(help="A name such as qwen3.7-plus, local/NAME, or FORMAT:ID@BASE_URL.")
    ],
    *,
    thinking: ThinkingOption = None,
    registry: RegistryOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Ask an endpoint about a dozen short questions, and say what a run can rely on there."""
    out, _ = consoles()
    with spoken_errors(), TemporaryDirectory(prefix="longspan-") as logs:
        known = load_knowledge(registry, datetime.now(UTC).date(), read_environment().catalog)
        settings = () if thinking is None else thinking_settings(thinking)
        found = run_async(_examined(name, settings, known, Path(logs), None if as_json else out))
    if as_json:
        findings = [finding.model_dump() for finding in found]
        typer.echo(json.dumps({"model": name, "findings": findings}, ensure_ascii=False))
    if any(finding.state == "bad" for finding in found):
        raise typer.Exit(1)


async def _examined(
    name: str, settings: tuple[Thinking, ...], known: Knowledge, logs: Path, out: Console | None
) -> list[Finding]:
    """Every finding, shown as it is made; a model of ours is served meanwhile."""
    environment = read_environment(providers=known.providers)
    find_variants(name, Wanted(), known)
    if not name.startswith("local/"):
        return await _shown(_patient(name, None, settings, known, environment, logs), out)
    variant = find_variants(name, Wanted(), known)[0]
    if variant.base_url is not None:
        address = f"chat:{variant.model}@{variant.base_url}"
        return await _shown(_patient(address, OURS, settings, known, environment, logs), out)
    async with started(prepare(variant, None, environment, known), environment, logs) as served:
        address = f"chat:{served.endpoint.model}@{served.endpoint.base_url}"
        return await _shown(_patient(address, OURS, settings, known, environment, logs), out)


def _patient(  # who is looked at, and with what
    name: str,
    provider: str | None,
    settings: tuple[Thinking, ...],
    known: Knowledge,
    environment: Environment,
    logs: Path,
) -> Patient:
    variant = find_variants(name, Wanted(provider=provider), known)[0]
    if variant.wire == "reference":
        raise ModelError(f"{name} is asked in process; there is no endpoint to look at")
    opening = Opening(environment=environment, known=known, logs=logs, concurrency=1, seed=0, now=utc_now)
    tried = _tried(name, provider, settings, known)
    return Patient(variant=variant, opening=opening, thinking=tuple(tried))


def _tried(
    name: str, provider: str | None, settings: tuple[Thinking, ...], known: Knowledge
) -> Iterator[ModelVariant]:
    """The model with the settings that the user names, else with those of a few that it takes."""
    known_here = find_variants(name, Wanted(provider=provider), known)[0].entry is not None
    tried = settings or tuple(Thinking.parse(one) for one in (_TRIED if known_here else _SWITCH))
    for setting in tried:
        try:
            yield from find_variants(name, Wanted(thinking=(setting,), provider=provider), known)
        except ModelError:
            if settings:
                raise


async def _shown(patient: Patient, out: Console | None) -> list[Finding]:
    found = []
    if out is not None:
        row = patient.opening.known.provider(patient.variant.provider or COMPATIBLE)
        out.print(Text(f"{patient.variant.label} over {patient.wire}, spoken to as {row.title}", "bold"))
    start = time.monotonic()
    async for finding in examine(patient):
        found.append(finding)
        if out is not None:
            sign, style = _SIGNS[finding.state]
            remedy = f"; {finding.remedy}" if finding.remedy else ""
            line = Text.assemble((f"{sign:<5}", style), f"{finding.check}: {finding.said}{remedy}")
            out.print(line, soft_wrap=True)
    if out is not None:
        out.print(Text(f"{len(found)} findings in {time.monotonic() - start:.0f} s", "dim"))
    return found
