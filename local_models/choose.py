"""Where a model is served on this machine: the best layout that fits, or a refusal before anything is loaded.

What is said of GPUs is arithmetic (see `fit`), which a server may still contradict; it says so. On a CPU the
cache is as large as the context needs, and the memory that is left has to hold it beside the weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from local_models.catalog import LocalModel
from local_models.fit.gpu import GIGABYTE, Gpus, UnknownGpu, read_gpus
from local_models.fit.memory import cache_of_token
from local_models.fit.rank import Fit, Wanted, rank
from local_models.machine import Machine
from local_models.parallel import Parallel
from local_models.spec import CannotServe, Place, window_of
from scenarios.serving import Serving

_GIB = 2**30
_ENGINE_BYTES = 3 * _GIB // 2
"""An engine's own on a CPU, beside weights and cache; measured with vLLM 0.32."""
_SPARE = 1.05
"""A cache is made of blocks, of which the last is seldom full."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """How a model is going to be served, and what is said of it before it is loaded."""

    place: Place
    said: str
    gpus: Gpus | None = None
    """Those of one server; None: it runs on a CPU."""


def choose(model: LocalModel, serving: Serving, machine: Machine, weights: str, sequences: int) -> Chosen:
    """The place of one server. Raises `CannotServe` with the reason and the remedy."""
    if serving.engine == "transformers":
        return _unmeasured(model, serving, machine, weights)
    if machine.gpus is None:
        return _on_a_cpu(model, serving, machine, weights, sequences)
    return _on_gpus(model, serving, machine, weights, sequences)


def _on_gpus(model: LocalModel, serving: Serving, machine: Machine, weights: str, sequences: int) -> Chosen:
    gpus = _gpus_of_one(serving, machine)
    name = serving.weights or model.default_weights
    stored = {name: model.weights_called(name)}
    asked = Wanted(
        window=window_of(model, serving),
        shorter=serving.context is None,
        concurrency=serving.concurrency if serving.context else None,
        kv=serving.kv,
    )
    fits = rank(model.architecture, stored, gpus, asked)
    whole = [fit for fit in fits if machine.nodes == 1 or fit.parallel.gpus == gpus.count]
    fit = _best(model, serving, whole, gpus)
    used = Gpus(count=fit.parallel.gpus, kind=gpus.kind)
    place = Place(
        weights=weights,
        parallel=fit.parallel,
        devices=machine.devices[: used.count] or None,
        context=fit.window,
        sequences=sequences,
    )
    return Chosen(place=place, gpus=used, said=_told(model, name, fit, used, asked, machine))


def _gpus_of_one(serving: Serving, machine: Machine) -> Gpus:
    """The GPUs that one server may have. Raises `CannotServe` when the study means others than there are."""
    there = machine.gpus
    assert there is not None  # noqa: S101 # the caller looked
    asked = there
    if serving.gpus is not None:
        try:
            asked = read_gpus(serving.gpus)
        except UnknownGpu as error:
            raise CannotServe(str(error)) from error
    if asked.kind.name != there.kind.name or asked.count > there.count:
        raise CannotServe(
            f"{asked} are asked for, and this process may use {there}; ask for those, or leave gpus out"
        )
    count = asked.count // serving.replicas
    if not count:
        raise CannotServe(f"{serving.replicas} replicas do not stand on {asked}; ask for {asked.count}")
    return Gpus(count=count, kind=asked.kind)


def _best(model: LocalModel, serving: Serving, fits: Sequence[Fit], gpus: Gpus) -> Fit:
    """The first that fits, of the layout that is asked for."""
    wanted = None if serving.layout is None else Parallel.parse(serving.layout)
    able = [fit for fit in fits if wanted is None or fit.parallel == wanted]
    lists = f"`longspan models fit local/{model.name} --gpus {gpus}` lists every layout"
    if not able:
        raise CannotServe(f"local/{model.name}: {serving.layout} is no layout of {gpus}; {lists}")
    if not able[0].fits:
        layout = f" as {wanted}" if wanted is not None else ""
        nearest = max(able, key=lambda fit: (fit.load is not None, fit.longest, fit.parallel.gpus))
        raise CannotServe(
            f"local/{model.name} does not fit on {gpus}{layout}: {nearest.why} ({nearest.parallel}); take "
            f"more GPUs, other weights ({', '.join(model.weights)}), a shorter context, fewer requests at "
            f"a time or an fp8 cache; {lists}"
        )
    return able[0]


def _told(model: LocalModel, name: str, fit: Fit, used: Gpus, asked: Wanted, machine: Machine) -> str:
    shorter = f" of {asked.window:,}" if fit.window < asked.window else ""
    parts = [
        f"local/{model.name} with {name} weights ({model.weights_called(name).gigabytes:g} GB) on {used}"
        f" as {fit.parallel}",
        f"context {fit.window:,}{shorter} tokens",
        f"a cache ({fit.cache}) of {fit.tokens:,} tokens, by arithmetic",
        *fit.remarks,
        *((machine.note,) if machine.note else ()),
    ]
    return "; ".join(parts)


def _on_a_cpu(model: LocalModel, serving: Serving, machine: Machine, weights: str, sequences: int) -> Chosen:
    if serving.gpus is not None or serving.layout is not None:
        wish = serving.gpus or serving.layout
        raise CannotServe(
            f"local/{model.name}: {wish} is asked for, and this machine shows no GPU; look at nvidia-smi and "
            "CUDA_VISIBLE_DEVICES, or leave it out to serve on the CPU"
        )
    window, size = window_of(model, serving), model.weights_called(serving.weights).gigabytes
    token = cache_of_token(model.architecture, Parallel(), "bf16", range(model.architecture.layers))
    gib = serving.kv_cache_gib or max(1, -(-int(window * token * _SPARE) // _GIB))
    tokens = int(gib * _GIB / token)
    if tokens < window:
        raise CannotServe(
            f"local/{model.name}: a cache of {gib} GiB holds {tokens:,} tokens and the context is "
            f"{window:,}; raise kv_cache_gib, or ask for a shorter context"
        )
    needed = serving.replicas * (int(size * GIGABYTE) + gib * _GIB + _ENGINE_BYTES)
    free = "" if machine.memory is None else f" of {machine.memory / GIGABYTE:.1f} GB that are free"
    if machine.memory is not None and needed > machine.memory:
        raise CannotServe(
            f"local/{model.name} needs about {needed / GIGABYTE:.1f} GB of memory{free} ({size:g} GB of "
            f"weights, {gib} GiB of cache for {window:,} tokens); close other programs, ask for a shorter "
            "context, or serve a smaller model"
        )
    said = (
        f"local/{model.name} on the CPU; context {window:,} tokens; a cache of {tokens:,} tokens; about "
        f"{needed / GIGABYTE:.1f} GB of memory{free}"
    )
    place = Place(weights=weights, cpu=True, kv_cache_gib=gib, context=window, sequences=sequences)
    return Chosen(place=place, said=said)


def _unmeasured(model: LocalModel, serving: Serving, machine: Machine, weights: str) -> Chosen:
    """`transformers serve` spreads layers itself, and nobody has worked out what it needs."""
    where = "the CPU" if machine.gpus is None else str(machine.gpus)
    said = (
        f"local/{model.name} by transformers serve on {where}: whether it fits is not worked out, its window "
        "is the model's own, and calls are read out of formats that it knows by itself only"
    )
    place = Place(
        weights=weights,
        cpu=machine.gpus is None,
        devices=machine.devices or None,
        context=window_of(model, serving),
    )
    return Chosen(place=place, said=said, gpus=machine.gpus)
