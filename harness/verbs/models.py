"""`longspan models`: what is known of any model, whether its endpoint is fit; install and serve our own."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

import typer
import yaml
from pydantic import JsonValue

from harness.environment import read_environment
from harness.registry.knowledge import load_knowledge
from harness.variants import ModelError
from harness.verbs.doctor import doctor
from harness.verbs.model_facts import facts, find_entry
from harness.verbs.planning import RegistryOption
from harness.verbs.setting import JsonFlag, consoles, run_async, spoken_errors
from local_models.catalog import LocalModel, UnknownLocalModel, find_model, load_catalog
from local_models.install import install, installed
from local_models.server import serve

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False, no_args_is_help=True)

_LONG = 30
"""Letters of a thing in a list that gets a line of its own."""

app.command()(doctor)

Name = Annotated[str, typer.Argument(help="local/NAME, as `longspan list models` shows it.")]


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A name such as qwen3.7-plus or local/NAME, or a vendor's id.")],
    *,
    registry: RegistryOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what is known of a model and by whom, whether it has ended, and whether it could be asked now."""
    with spoken_errors():
        shown = _local_facts(name) if _is_local(name) else _hosted_facts(name, registry)
    typer.echo(json.dumps(shown, ensure_ascii=False) if as_json else _page(shown))


class _Page(yaml.SafeDumper):
    """YAML to read: a list of numbers or words stands on one line."""

    def represent_list(self, data: Any) -> yaml.SequenceNode:
        short = all(len(str(one)) < _LONG for one in data)
        return self.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=short)


_Page.add_representer(list, _Page.represent_list)


def _page(shown: dict[str, JsonValue]) -> str:
    page: str = yaml.dump(shown, Dumper=_Page, sort_keys=False, allow_unicode=True, width=110)
    return page.rstrip()


def _is_local(name: str) -> bool:
    return name.startswith("local/") or name in load_catalog()


def _local_facts(name: str) -> dict[str, JsonValue]:
    model = _find(name)
    ready = installed(model, read_environment().home)
    told: dict[str, JsonValue] = model.model_dump(mode="json", exclude_none=True)
    return {**told, "installed": None if ready is None else ready.model_dump(mode="json")}


def _hosted_facts(name: str, registry: Path | None) -> dict[str, JsonValue]:
    known = load_knowledge(registry, datetime.now(UTC).date())
    return facts(*find_entry(name, known), known, read_environment())


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
    """A model of the catalog. Raises `ModelError`, also for one that others serve."""
    hosted = None if _is_local(name) else load_knowledge(None, datetime.now(UTC).date()).served(name)
    if hosted is not None:
        ours = ", ".join(f"local/{one}" for one in load_catalog())
        raise ModelError(
            f"{name} is served by others, at {hosted.provider}; only models of the catalog are installed and "
            f"served here: {ours}"
        )
    try:
        return find_model(name.removeprefix("local/"))
    except UnknownLocalModel as error:
        raise ModelError(str(error)) from error
