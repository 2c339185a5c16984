"""What is asked about, a model of the catalog or any config.json: its weights, its window, its command."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from local_models.architecture import Architecture
from local_models.catalog import LocalModel, Precision, Weights
from local_models.command import Node, ServeSpec
from local_models.config_json import ModelConfig, Quantization, read_config
from local_models.fit.gpu import Gpus
from local_models.fit.memory import Stored, Usual
from local_models.fit.rank import LARGEST, Fit, Wanted, rank, sequences_each
from local_models.spec import CannotServe, Place, spec_of, window_of
from local_models.weights import Wanted as Installed
from scenarios.problem import choices
from scenarios.serving import Serving

PORT = 8000
"""Where vLLM listens when nobody says."""
HEAD = "HEAD_ADDRESS"
"""Stands for the first of several machines in a command."""
NARROW: tuple[Precision, ...] = ("bf16", "fp8", "int4", "nvfp4")
"""What may be asked about weights that nobody has published."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A model and the sets of weights that are looked at."""

    name: str
    architecture: Architecture
    weights: Mapping[str, Stored]
    native: int
    """Tokens that it reads as it is."""
    source: LocalModel | Path
    """An entry of the catalog, or the folder of a config.json."""
    notes: tuple[str, ...] = ()


def of_model(model: LocalModel, weights: str | None) -> Subject:
    """A model of the catalog. Raises `UnknownLocalModel` for weights that it has not."""
    every: dict[str, Weights] = model.weights if weights is None else {weights: model.weights_called(weights)}
    return Subject(
        name=model.name,
        architecture=model.architecture,
        weights=every,
        native=model.context,
        source=model,
        notes=model.unverified,
    )


def of_config(path: Path, weights: str | None) -> Subject:
    """A config.json or its folder. Raises `ConfigError`, and `CannotServe` for weights of no known kind."""
    config = read_config(path)
    notes: list[str] = []
    stored: Stored = _usual(weights) if weights is not None else _stored(config)
    if weights is not None:
        notes.append(f"weights in {weights} are counted on, whatever {path} says of its own")
    if config.window:
        notes.append(
            f"layers with a window of {config.window:,} tokens are counted as if they saw everything"
        )
    folder = (path if path.is_dir() else path.parent).resolve()
    return Subject(
        name=folder.name,
        architecture=config.architecture,
        weights={stored.precision: stored},
        native=config.context,
        source=folder,
        notes=tuple(notes),
    )


def _usual(name: str) -> Usual:
    for precision in NARROW:
        if precision == name:
            return Usual(precision=precision)
    raise CannotServe(f"nothing is known of weights called {name!r}; {choices(name, NARROW)}")


@dataclass(frozen=True, kw_only=True)
class _Read:
    """Weights as a config.json tells of them."""

    precision: Precision
    group: int | None = None


_BY_DTYPE: Mapping[str, Precision] = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}
_INT4_BITS = 4


def _stored(config: ModelConfig) -> _Read:
    told = config.quantization
    if told is None:
        return _Read(precision=_BY_DTYPE.get(config.dtype, "bf16"))
    return _Read(precision=_narrow(told), group=told.block[0] if told.block else None)


def _narrow(told: Quantization) -> Precision:
    """Raises `CannotServe` for a way to store weights that no formula covers."""
    if "fp4" in told.method:
        return "nvfp4"
    if "fp8" in told.method:
        return "fp8"
    if told.bits == _INT4_BITS:
        return "int4"
    bits = told.bits or "an unknown number of"
    raise CannotServe(
        f"weights stored by {told.method} with {bits} bits have no formula here; "
        f"ask with --weights {' or '.join(NARROW)} instead"
    )


def wanted(
    subject: Subject,
    *,
    context: int | None,
    concurrency: int | None = None,
    kv: Literal["auto", "bf16", "fp8"] = "auto",
    utilization: float = 0.9,
) -> Wanted:
    """What is asked of a server. Raises `CannotServe` for a window that nothing gives the model."""
    if context is None:
        window = subject.native
    elif isinstance(subject.source, LocalModel):
        window = window_of(subject.source, _serving(subject.source, context=context))
    elif context <= subject.native:
        window = context
    else:
        raise CannotServe(
            f"{subject.name} has {subject.native:,} positions, and {context:,} tokens are asked for; how its "
            "makers stretch it stands in no config.json: describe it in an entry of your own catalog"
        )
    return Wanted(
        window=window,
        shorter=context is None,
        concurrency=concurrency,
        kv=kv,
        utilization=utilization,
    )


def spec_for(subject: Subject, fit: Fit, asked: Wanted, home: Path) -> ServeSpec:
    """The server of a layout that fits; `home` is where weights that travel in a package are unpacked."""
    machines = fit.machines
    further = {
        "port": PORT,
        "gpu_memory": asked.utilization,
        "sequences": sequences_each(asked, fit.replicas),
        "node": Node(rank=0, count=machines, address=HEAD) if machines > 1 else None,
    }
    if not isinstance(subject.source, LocalModel):
        spec = ServeSpec(
            weights=str(subject.source),
            names=(subject.name,),
            parallel=fit.parallel,
            context=fit.window,
            kv=asked.kv,
        )
        return spec.model_copy(update=further)
    model = subject.source
    where, revision = _where(model, fit.weights, home)
    place = Place(weights=where, revision=revision, parallel=fit.parallel, context=fit.window)
    serving = _serving(model, context=fit.window, weights=fit.weights, kv=asked.kv)
    return spec_of(model, serving, place).model_copy(update=further)


def _serving(
    model: LocalModel,
    *,
    context: int,
    weights: str | None = None,
    kv: Literal["auto", "bf16", "fp8"] = "auto",
) -> Serving:
    return Serving(weights=weights, kv=kv, context=context, extend=context > model.context)


def _where(model: LocalModel, name: str, home: Path) -> tuple[str, str | None]:
    """What the engine loads, and its revision."""
    weights = model.weights_called(name)
    hub = weights.hub or weights.modelscope
    if hub is not None:
        return hub.repo, hub.revision
    return str(weights.folder or Installed(model=model, name=name).folder(home)), None


def fewest(subject: Subject, gpus: Gpus, asked: Wanted, most: int = LARGEST) -> tuple[Gpus, Fit] | None:
    """The fewest GPUs of the kind, in powers of two, that do what was asked, and how; None: none do."""
    count = 1
    while count <= most:
        some = gpus.model_copy(update={"count": count})
        best = rank(subject.architecture, subject.weights, some, asked)[0]
        if best.fits:
            return some, best
        count *= 2
    return None
