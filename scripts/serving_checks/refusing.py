"""Bad starts: each is refused before anything is loaded, or fails at once, with its cause and a remedy."""

import shutil
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from scripts.serving_checks.product import Broken, longspan

_MODEL = "local/tiny-qwen3"
_LOST = "tiny-lost"


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A command that cannot work."""

    title: str
    arguments: Sequence[str]
    cause: str
    """What its one line has to say."""
    remedy: str


_RUN = ("run", "shop/gift-card-balance", "-m")
REFUSALS = (
    Refusal(
        title="missing weights",
        arguments=(*_RUN, "local/qwen3-0.6b"),
        cause="cannot be served yet",
        remedy="longspan models install local/qwen3-0.6b",
    ),
    Refusal(
        title="weights that are gone",
        arguments=(*_RUN, f"local/{_LOST}"),
        cause="cannot be served yet",
        remedy="longspan models install",
    ),
    Refusal(
        title="a context beyond the model",
        arguments=(*_RUN, _MODEL, "--serve", "context=64k"),
        cause="reads 32,768 tokens, and 65,536 are asked for",
        remedy="ask for no more than 32,768",
    ),
    Refusal(
        title="a context that only stretching gives",
        arguments=(*_RUN, f"{_MODEL}-yarn", "--serve", "context=8k"),
        cause="reads 2,048 tokens, and 8,192 are asked for",
        remedy="say extend",
    ),
    Refusal(
        title="an unknown tool parser",
        arguments=(*_RUN, _MODEL, "--serve", "flags=--tool-call-parser hermez"),
        cause="vLLM 0.32 has no tool parser 'hermez'",
        remedy="hermes",
    ),
    Refusal(
        title="too little memory",
        arguments=(*_RUN, _MODEL, "--serve", "kv_cache_gib=4000"),
        cause="needs about",
        remedy="close other programs, ask for a shorter context",
    ),
    Refusal(
        title="GPUs that are not there",
        arguments=(*_RUN, _MODEL, "--serve", "gpus=4xH20-96"),
        cause="this machine shows no GPU",
        remedy="look at nvidia-smi",
    ),
    Refusal(
        title="nobody at the address",
        arguments=(*_RUN, f"{_MODEL}@http://127.0.0.1:9/v1"),
        cause="cannot attach to http://127.0.0.1:9/v1",
        remedy="start the server or correct the URL",
    ),
)
"""Known before anything is loaded."""
ENGINE_REFUSALS = (
    Refusal(
        title="a flag that the engine has not",
        arguments=(*_RUN, _MODEL, "--serve", "flags=--no-such-flag"),
        cause="the server did not start: bad flag",
        remedy="correct the flags",
    ),
    Refusal(
        title="a context that only the engine refuses",
        arguments=(*_RUN, _MODEL, "--serve", "flags=--max-model-len 65536"),
        cause="the server did not start: context beyond the model",
        remedy="serve a context that the model has",
    ),
)
"""Known to the engine, which says it as soon as it is started."""


def see_refusal(refusal: Refusal, place: Path, home: Path) -> str:
    """Wrong use, said in one line, and no run is left."""
    said = longspan(*refusal.arguments, cwd=place, home=home)
    if said.status != 2 or refusal.cause not in said.err or refusal.remedy not in said.err:  # noqa: PLR2004 # wrong use
        raise Broken(f"status {said.status}: {said.err}")
    if (place / "runs").exists() and any((place / "runs").iterdir()):
        raise Broken("a run was begun")
    return said.last.removeprefix("error: ").replace(str(home), "HOME")


def see_engine_refusal(refusal: Refusal, place: Path, home: Path) -> str:
    """Said in one line, with where the log is."""
    said = longspan(*refusal.arguments, cwd=place, home=home)
    if not said.status or refusal.cause not in said.last or refusal.remedy not in said.last:
        raise Broken(f"status {said.status}: {said.err}")
    return said.last.partition(" (log:")[0].removeprefix("error: ")


def see_taken_port() -> str:
    """Another program has the port: said as soon as the engine tries to take it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = longspan("models", "serve", _MODEL, "--port", port)
    if said.status != 1 or "port taken" not in said.last or "name a free one" not in said.last:
        raise Broken(f"status {said.status}: {said.last}")
    return said.last.partition(" (log:")[0].removeprefix("error: ")


def spare_home(home: Path, place: Path) -> Path:
    """A home with the same engines and models of one's own, one of which has lost its weights."""
    catalog = place / "catalog"
    catalog.mkdir(parents=True)
    (place / "envs").symlink_to(home / "envs")
    for name in (_MODEL, f"{_MODEL}-yarn"):
        file = f"{name.removeprefix('local/')}.yaml"
        shutil.copy(home / "catalog" / file, catalog / file)
    entry = yaml.safe_load((catalog / "tiny-qwen3.yaml").read_text("utf-8"))
    entry["weights"]["bf16"]["folder"] = str(place / "nowhere")
    (catalog / f"{_LOST}.yaml").write_text(yaml.safe_dump(entry), "utf-8")
    return place
