"""How a model of ours is served: what the study says of it; whatever is left out is chosen by what fits.

A part of it shapes what the model answers (its weights, the type of its cache, a stretched window, how far
calls are constrained) and belongs to what is asked. The rest (on which GPUs, in how many copies, at what
price) is how it is asked, and may change when a run goes on.
"""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PositiveInt, model_validator

from scenarios.documents.length import Length
from scenarios.record import Record

_GPUS = re.compile(r"(?:(?P<count>[1-9]\d*)x)?(?P<kind>[A-Za-z][A-Za-z0-9.]*(?:-\d+)?)")
_LAYOUT = re.compile(r"(?:(?:tp|pp|dp|dcp)[1-9]\d*|ep)(?:\+(?:(?:tp|pp|dp|dcp)[1-9]\d*|ep))*")

Strictness = Literal["auto", "function", "parameter"]
EngineName = Literal["vllm", "transformers"]
KvType = Literal["auto", "bf16", "fp8"]


def _gpus(text: str) -> str:
    if _GPUS.fullmatch(text) is None:
        raise ValueError(f"{text!r} names no GPUs; write a number and a kind, such as 4xH20-96")
    return text


def _layout(text: str) -> str:
    if _LAYOUT.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no layout; write such as tp4, tp8+ep, dp8+ep, tp8+pp2, tp8+dcp2")
    return text


GpuText = Annotated[str, AfterValidator(_gpus)]
"""A number of GPUs of one kind, named with their memory in GB: `4xH20-96`."""
LayoutText = Annotated[str, AfterValidator(_layout)]
"""How the model lies on the GPUs: `tp4`, `tp8+ep`, `dp8+ep`, `tp8+pp2`, `tp8+dcp2`."""
Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Serving(Record):
    """How a model of ours is served."""

    weights: str | None = None
    """One of the catalog's, such as `bf16`, `fp8`, `int4`; None: the first that it names."""
    kv: KvType = "auto"
    """The type of the attention cache; `auto`: that of the weights' computation."""
    context: Length | None = None
    """Tokens of prompt and answer together; None: the model's own, or what fits."""
    extend: bool = False
    """Stretch the window beyond what the model was trained for, by the method that its makers publish."""
    tool_strict_level: Strictness | None = None
    """How far the server's grammar bends calls; None: `auto`, or `parameter` where a first call is forced."""
    engine: EngineName = "vllm"
    flags: tuple[str, ...] = ()
    """Further arguments of the engine, last, so that they win."""

    gpus: GpuText | None = None
    """None: those of this machine. For a server that runs already: what it runs on (`cpu`: no GPU), for the
    costs."""
    layout: LayoutText | None = None
    """None: the best that fits."""
    replicas: PositiveInt = 1
    """Servers of the same model side by side, on so many GPUs each."""
    concurrency: PositiveInt | None = None
    """Requests that each server computes together."""
    gpu_hour: Dollars | None = None
    """Dollars for an hour of one GPU (or of the machine, where it has none); None: no cost is told."""
    gpu_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """How much of the GPUs' time this model's work is charged, for machines that do other work as well."""
    illustrative: bool = False
    """The price is made up, to show what a comparison looks like; every report says so."""
    kv_cache_gib: PositiveInt | None = None
    """Memory for the attention cache on a CPU."""
    threads: PositiveInt | None = None
    """Threads that compute on a CPU."""

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.extend and self.engine == "transformers":
            raise ValueError("extend is for vllm; leave one of extend, engine out")
        return self

    @property
    def shape(self) -> "Serving":
        """The part that shapes answers."""
        kept = ("weights", "kv", "context", "extend", "tool_strict_level", "engine", "flags")
        return Serving(**{name: getattr(self, name) for name in kept})


def gpus_of(text: str) -> tuple[int, str]:
    """The number and kind in a checked `GpuText`."""
    match = _GPUS.fullmatch(_gpus(text))
    return int(match["count"] or 1) if match else 1, match["kind"] if match else text
