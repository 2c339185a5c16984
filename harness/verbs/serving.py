"""How models of ours are to be served, as the command line says it: the fields of a study's `serve:`."""

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from harness.models.local_names import is_local
from harness.runs.record import ModelVariant
from scenarios.problem import Problem, ScenarioError, choices
from scenarios.serving import Serving
from scenarios.study import StudyModel

ServeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--serve",
        metavar="KEY=VALUE",
        help="How models of ours are served: weights=fp8, context=128k, kv=fp8, gpus=4xH20-96 …; repeatable.",
    ),
]


def parse_serving(said: Sequence[str]) -> Serving:
    """Raises `ScenarioError` with a line for every setting that is none."""
    found: dict[str, Any] = {}
    problems = []
    for one in said:
        key, sign, value = one.partition("=")
        if not sign or key not in Serving.model_fields:
            known = choices(key, Serving.model_fields)
            problems.append(_problem("", f"{one!r} is no setting; write KEY=VALUE; {known}"))
        elif key in found:
            problems.append(_problem(key, "is said twice; say it once"))
        else:
            found[key] = tuple(shlex.split(value)) if key == "flags" else value
    if problems:
        raise ScenarioError(problems)
    return read_serving(found)


def read_serving(found: dict[str, Any]) -> Serving:
    """Raises `ScenarioError` with a line for every value that is none."""
    try:
        return Serving.model_validate(found)
    except ValidationError as error:
        raise ScenarioError(
            [
                _problem(".".join(map(str, one["loc"])), one["msg"].removeprefix("Value error, "))
                for one in error.errors()
            ]
        ) from error


def _problem(key: str, message: str) -> Problem:
    return Problem(file=Path("--serve"), field=key, message=message)


def serving_by_label(models: Iterable[tuple[StudyModel, Iterable[ModelVariant]]]) -> dict[str, Serving]:
    """What is said of serving each row of ours."""
    return {
        variant.label: asked.serve for asked, variants in models for variant in variants if is_local(variant)
    }
