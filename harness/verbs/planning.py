"""What the command line may say of cost and room: a cap, a window, a registry of one's own."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from harness.budget import Caps
from harness.registry.knowledge import Knowledge
from harness.registry.provider import Provider
from harness.runs.record import ModelVariant, RunRecord
from scenarios.documents.length import parse_length
from scenarios.problem import Problem, ScenarioError
from scenarios.study import Study, StudyModel, StudyPatience
from scenarios.thinking import Thinking

MaxCostOption = Annotated[
    float | None,
    typer.Option(
        min=0,
        help="Dollars that the run may cost in all; nothing is sent that may go over, or is planned to.",
    ),
]
MaxTokensOption = Annotated[
    int | None,
    typer.Option(min=0, help="Tokens, prompts and output, that the run may use in all; as --max-cost."),
]
WindowOption = Annotated[
    str | None,
    typer.Option(
        help="Tokens that the models take, such as 128k; of the registry or the catalog if not said."
    ),
]
RegistryOption = Annotated[
    Path | None, typer.Option(help="A YAML file with models of your own: window, prices, cache rule, pace.")
]
ThinkingOption = Annotated[
    str | None,
    typer.Option(
        help="off, on, adaptive, tokens (8192, 8k) or an effort (low, …); commas make one row of each."
    ),
]


def caps_of(
    study: Study,
    max_cost: float | None,
    max_tokens: int | None,
    models: Iterable[tuple[StudyModel, Iterable[ModelVariant]]],
) -> Caps:
    """The caps of a command line, or else of its study."""
    return Caps(
        max_cost=study.limits.max_cost if max_cost is None else max_cost,
        max_tokens=study.limits.max_tokens if max_tokens is None else max_tokens,
        limits={variant.label: asked.limits for asked, variants in models for variant in variants},
    )


def patient(known: Knowledge, own: StudyPatience) -> Knowledge:
    """What is known, with the study's time-outs for every endpoint."""
    told = own.model_dump(exclude_none=True)
    if not told:
        return known
    rows = {name: _patient(row, told) for name, row in known.providers.providers.items()}
    return replace(known, providers=known.providers.model_copy(update={"providers": rows}))


def _patient(row: Provider, told: Mapping[str, float]) -> Provider:
    wires = {}
    for name, dialect in row.wires.items():
        patience = dialect.quirks.patience.model_copy(update=told)
        quirks = dialect.quirks.model_copy(update={"patience": patience})
        wires[name] = dialect.model_copy(update={"quirks": quirks})
    return row.model_copy(update={"wires": wires})


def thinking_settings(text: str) -> tuple[Thinking, ...]:
    """Raises `ScenarioError` for what is no setting."""
    try:
        return tuple(Thinking.parse(one) for one in text.split(","))
    except ValueError as error:
        raise ScenarioError([Problem(file=Path("--thinking"), message=str(error))]) from error


def tell_skipped(record: RunRecord, err: Console) -> None:
    """Name the questions that are not asked of a model, with the numbers of the last of each reason."""
    for model, skipped in record.skipped.items():
        for why in dict.fromkeys(skipped.values()):
            names = [name for name, reason in skipped.items() if reason == why]
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            said = f"{model} is not asked {names[0]}{more}: {why}"
            err.print(said, markup=False, highlight=False, soft_wrap=True)


def window_tokens(text: str | None) -> int | None:
    """Raises `ScenarioError` for what is no length."""
    try:
        return None if text is None else parse_length(text)
    except ValueError as error:
        raise ScenarioError([Problem(file=Path("--window"), message=str(error))]) from error
