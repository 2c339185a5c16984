"""`longspan models`: show, install and serve the open-weight models of the catalog."""

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import typer
import yaml

from harness.environment import read_environment
from harness.models import ModelError
from harness.verbs.setting import JsonFlag, consoles, run_async, spoken_errors
from local_models.catalog import LocalModel, UnknownLocalModel, find_model
from local_models.install import install, installed
from local_models.server import serve

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False, no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="local/NAME, as `longspan list models` shows it.")]


@app.command()
def show(
    name: Name,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Show what is known of a model, where it comes from, and whether it is installed."""
    with spoken_errors():
        model = _find(name)
        ready = installed(model, read_environment().home)
    facts = model.model_dump(mode="json", exclude_none=True)
    facts["installed"] = None if ready is None else ready.model_dump(mode="json")
    typer.echo(
        json.dumps(facts, ensure_ascii=False)
        if as_json
        else yaml.safe_dump(facts, sort_keys=False, allow_unicode=True, width=110).rstrip()
    )


@app.command("install")
def install_model(
    name: Name,
    *,
    engine: Annotated[
        Literal["cpu", "gpu"] | None, typer.Option(help="Which vLLM; the machine's, if not said.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Prepare a model's weights and vLLM in an environment of its own; what is there already is kept."""
    _, err = consoles()
    with spoken_errors():
        ready = install(
            _find(name), read_environment().home, lambda text: err.print(text, markup=False), engine
        )
    if as_json:
        typer.echo(ready.model_dump_json())
    err.print(
        f"Ready: {name} with {ready.engine} vLLM. Try: longspan run shop -m {name} --limit 2", markup=False
    )


@app.command("serve")
def serve_model(name: Name, *, as_json: JsonFlag = False) -> None:
    """Serve a model on a loopback port until Ctrl-C, for any client that speaks chat completions."""
    with spoken_errors(), TemporaryDirectory(prefix="longspan-") as logs:
        run_async(_serve(name, Path(logs), as_json=as_json))


async def _serve(name: str, logs: Path, *, as_json: bool) -> None:
    _, err = consoles()
    environment = read_environment()
    model = _find(name)
    ready = installed(model, environment.home)
    if ready is None:
        raise ModelError(f"{name} is not installed; run `longspan models install {name}`")
    err.print(f"Starting {name}; this takes a minute or two …", markup=False)
    async with serve(model, ready, logs=logs, environ=environment.variables) as endpoint:
        if as_json:
            typer.echo(json.dumps({"model": endpoint.model, "base_url": endpoint.base_url}))
        err.print(f"Serving chat:{endpoint.model}@{endpoint.base_url} (Ctrl-C stops it)", markup=False)
        while (failed := endpoint.ended()) is None:  # noqa: ASYNC110 # a process is watched, nobody sets an event
            await asyncio.sleep(1)
        raise failed


def _find(name: str) -> LocalModel:
    try:
        return find_model(name.removeprefix("local/"))
    except UnknownLocalModel as error:
        raise ModelError(str(error)) from error
