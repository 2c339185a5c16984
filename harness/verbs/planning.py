"""What the command line may say of cost and room: a cap, a window, a registry of one's own."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from harness.run_record import RunRecord
from scenarios.documents.length import parse_length
from scenarios.problem import Problem, ScenarioError

MaxCostOption = Annotated[
    float | None,
    typer.Option(min=0, help="Dollars; what is planned to cost more is refused before anything is sent."),
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
