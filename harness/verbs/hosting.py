"""What `longspan report` may be told of machines of one's own: what an hour costs, and what they can do."""

from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from harness.bench.record import Bench
from harness.models.local_names import is_local
from harness.runs.record import Hosting, RunRecord
from harness.runs.store import RunError

_FILE = "bench.json"

GpuHourOption = Annotated[
    list[str] | None,
    typer.Option(
        "--gpu-hour",
        metavar="LOCAL/NAME=DOLLARS",
        help="What an hour of one GPU costs you (of the machine, where it has none), instead of what the run "
        "was told; repeatable.",
    ),
]
BenchOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--bench",
        metavar="FILE",
        help="A bench.json of `longspan models bench`: what a model of yours can do at most; repeatable.",
    ),
]


def rehosted(record: RunRecord, gpu_hours: Sequence[str]) -> RunRecord:
    """The record with other prices of hours. Raises `RunError`."""
    own = [model.label for model in record.models if is_local(model)]
    hosting = dict(record.hosting)
    for said in gpu_hours:
        label, _, price = said.rpartition("=")
        if label not in own:
            named = ", ".join(own) or "none"
            raise RunError(
                f"--gpu-hour {said}: write LOCAL/NAME=DOLLARS; this run's models of yours: {named}"
            )
        hosting[label] = hosting.get(label, Hosting()).model_copy(update={"gpu_hour": _dollars(said, price)})
    return record.model_copy(update={"hosting": hosting})


def read_benches(files: Sequence[Path], record: RunRecord) -> list[Bench]:
    """Benches of models of the run. Raises `RunError`."""
    labels = [model.label for model in record.models]
    found: list[Bench] = []
    for file in files:
        file = file / _FILE if file.is_dir() else file  # noqa: PLW2901 # a folder stands for the file in it
        try:
            bench = Bench.model_validate_json(file.read_bytes())
        except FileNotFoundError:
            made = "`longspan models bench` writes one"
            raise RunError(f"--bench {file}: there is no such file; {made}") from None
        except (OSError, ValueError) as error:
            why = " ".join(str(error).split())[:200]
            raise RunError(f"--bench {file} is no {_FILE} of this version: {why}") from error
        if bench.model.label not in labels:
            asked = ", ".join(labels)
            raise RunError(f"--bench {file} is of {bench.model.label}, and this run asked {asked}")
        found.append(bench)
    return found


def _dollars(said: str, price: str) -> float:
    try:
        dollars = float(price)
    except ValueError:
        dollars = -1.0
    if dollars < 0 or not isfinite(dollars):
        raise RunError(f"--gpu-hour {said}: {price!r} is no price; write dollars such as 2.5")
    return dollars
