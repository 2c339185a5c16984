"""Where other benchmarks' data is read, when it is not what their installed packages bring."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

Tau2DataOption = Annotated[
    Path | None,
    typer.Option(
        "--tau2-data",
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="A newer checkout of tau2-bench, or its data folder, instead of the installed package's data.",
    ),
]


def foreign_data(tau2: Path | None) -> Mapping[str, Path]:
    """The folders by the first word of the suites' names."""
    return {} if tau2 is None else {"tau2": tau2.resolve()}
