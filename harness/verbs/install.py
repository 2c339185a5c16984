"""`longspan models install`: a model's weights, and an engine to serve it, on this machine."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from harness.environment import read_environment
from harness.models.wanted import ModelError
from harness.registry.knowledge import load_knowledge
from harness.verbs.setting import JsonFlag, consoles, spoken_errors
from local_models.catalog import LocalModel, UnknownLocalModel, find_model, load_catalog
from local_models.hubs import HUB_TITLES, Hub
from local_models.install import Wanted, install
from local_models.step import Say

_LINE_EVERY_S = 60.0
"""How often a download is heard of where no terminal shows it."""


def install_model(
    name: Annotated[str, typer.Argument(help="local/NAME, or local/NAME:WEIGHTS such as …:fp8.")],
    *,
    origin: Annotated[
        str | None,
        typer.Option("--from", help="huggingface, modelscope, or the folder where the weights lie."),
    ] = None,
    engine: Annotated[
        Literal["cpu", "gpu", "transformers"] | None,
        typer.Option(help="vLLM for CPU or GPU, or transformers serve; this machine's vLLM, if not said."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Prepare a model's weights and an engine in an environment of its own; what is there already is kept."""
    _, err = consoles()
    with spoken_errors():
        environment = read_environment()
        model, weights = find_local(name, environment.home)
        wanted = Wanted(model=model, name=weights, origin=None if origin is None else _origin(origin))
        with _shown(err) as progress:
            ready = install(
                wanted,
                environment.home,
                lambda text: err.print(text, markup=False),
                engine,
                progress=progress,
                environ=environment.variables,
            )
    if as_json:
        typer.echo(ready.model_dump_json())
    title, served = (
        wanted.title,
        "transformers" if ready.engine == "transformers" else f"vLLM ({ready.engine})",
    )
    err.print(f"Ready: {title} with {served}. Try: longspan run shop -m {title} --limit 2", markup=False)


def find_local(name: str, home: Path) -> tuple[LocalModel, str | None]:
    """A model of the catalog or of the user's own in `home`, and the weights that `:WEIGHTS` names. Raises
    `ModelError`, also for a model that others serve.
    """
    own = home / "catalog"
    bare, _, weights = name.removeprefix("local/").partition(":")
    try:
        model = find_model(bare, own)
        model.weights_called(weights or None)
    except UnknownLocalModel as error:
        hosted = (
            None if name.startswith("local/") else load_knowledge(None, datetime.now(UTC).date()).served(name)
        )
        if hosted is None:
            raise ModelError(str(error)) from error
        ours = ", ".join(f"local/{one}" for one in load_catalog(own))
        raise ModelError(
            f"{name} is served by others, at {hosted.provider}; only models of the catalog are installed and "
            f"served here: {ours}"
        ) from error
    return model, weights or None


def _origin(text: str) -> Hub | Path:
    for hub in HUB_TITLES:
        if text == hub:
            return hub
    folder = Path(text).expanduser().absolute()
    if not folder.is_dir():
        raise ModelError(
            f"--from {text}: there is no such folder; give one, or a hub: {' or '.join(HUB_TITLES)}"
        )
    return folder


@contextmanager
def _shown(err: Console) -> Iterator[Say]:
    """One line that is rewritten in a terminal; elsewhere a line a minute."""
    if err.is_terminal:
        with err.status("") as status:
            yield lambda text: status.update(text.replace("[", r"\["))
        return
    last = time.monotonic()

    def now_and_then(text: str) -> None:
        nonlocal last
        if time.monotonic() - last >= _LINE_EVERY_S:
            last = time.monotonic()
            err.print(text, markup=False)

    yield now_and_then
