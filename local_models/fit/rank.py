"""Every layout of a model on some GPUs, best first, each with its figures or the reason against it.

Servers of the same layout stand side by side where one needs fewer GPUs than there are. The order:

1. what does what was asked before what does not;
2. the whole window before a shorter one, where no context was asked for;
3. the weights that are named first;
4. a server inside one machine before one over several;
5. room for two sequences of the window before less;
6. the plainest: TP, then TP with EP, then DP with EP, then DCP, then a pipeline, which waits on itself; over
   several machines TP within each and a pipeline across them is the plainest;
7. with room the fewest GPUs a server, and without it the most tokens that a sequence may have;
8. the most tokens in the caches of all GPUs.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field, PositiveInt

from local_models.architecture import Architecture
from local_models.catalog import Precision
from local_models.fit.gpu import GIGABYTE, Gpus
from local_models.fit.memory import CacheType, Demand, Stage, Stored, stages
from local_models.fit.rules import Case, refusal, remarks
from local_models.parallel import Parallel
from scenarios.record import Record
from scenarios.serving import KvType

MACHINE = 8
"""GPUs of one machine; where a server takes more, it spans several."""
LARGEST = 64
"""GPUs of the largest server that is looked at; with more of them, there are more servers."""
SHORTEST = 4096
"""Tokens of a window that is worth a server where none was asked for."""
SEQUENCES = 8
"""Computed together where nothing was asked."""
_ROOMY = 2
_MARGIN = 0.05
_KILO = 1024


class Wanted(Record):
    """What a server is to do."""

    window: PositiveInt
    """Tokens of prompt and answer together: those asked for, or the most that the model reads."""
    shorter: bool = False
    """Whether a shorter window will do."""
    concurrency: PositiveInt | None = None
    """Sequences that fill the window at the same time; None: one, and others as there is room."""
    kv: KvType = "auto"
    utilization: Annotated[float, Field(gt=0, le=1)] = 0.9
    """The part of each GPU's memory that the engine takes."""


class Load(Record):
    """Memory of one GPU of the tightest stage, in bytes."""

    budget: int
    weights: int
    activations: int
    overhead: int
    token: float
    """The cache of one token."""
    sequence: int
    """The state of one sequence, however long."""


class Fit(Record):
    """One layout, and whether it does what was asked."""

    weights: str
    precision: Precision
    cache: CacheType
    parallel: Parallel
    replicas: PositiveInt
    """Servers of this layout on the GPUs that there are."""
    fits: bool
    why: str
    """What it does, or why it does not."""
    window: int = 0
    """Tokens of a sequence that it can be started with."""
    longest: int = 0
    """Tokens that one sequence could have at most, were the model to read so many."""
    tokens: int = 0
    """In the caches of one server, DP's copies together."""
    sequences: int = 0
    """That fill the window at the same time, on one server."""
    load: Load | None = None
    remarks: tuple[str, ...] = ()

    @property
    def machines(self) -> int:
        return -(-self.parallel.gpus // MACHINE)


def rank(
    architecture: Architecture, weights: Mapping[str, Stored], gpus: Gpus, asked: Wanted
) -> tuple[Fit, ...]:
    """Every layout of every set of `weights` on `gpus`, in the order above."""
    names = list(weights)
    found = [
        _fit(architecture, name, weights[name], parallel, gpus, asked)
        for name in names
        for parallel in layouts(architecture, gpus.count)
    ]
    return tuple(sorted(found, key=lambda fit: _order(fit, names, asked)))


def layouts(architecture: Architecture, count: int) -> Iterator[Parallel]:
    """Every way to lay one server on `count` GPUs or fewer, as far as it is worth a look."""
    most = min(count, LARGEST)
    for size in range(1, most + 1):
        if count % size == 0 or size & (size - 1) == 0:
            yield from _of_size(architecture, size)


def _of_size(architecture: Architecture, size: int) -> Iterator[Parallel]:
    mixture = architecture.experts is not None
    for tp in _divisors(size):
        rest = size // tp
        yield from (
            Parallel(tp=tp, pp=rest, dcp=dcp) for dcp in _divisors(tp) if _splits(architecture, tp, dcp)
        )
        if mixture and tp > 1:
            yield Parallel(tp=tp, pp=rest, ep=True)
        if mixture and tp > 1 and rest == 1:
            dcps = (dcp for dcp in _divisors(tp)[1:] if _splits(architecture, tp, dcp))
            yield from (Parallel(tp=tp, ep=True, dcp=dcp) for dcp in dcps)
        if mixture and rest > 1:
            yield Parallel(tp=tp, dp=rest, ep=True)


def _splits(architecture: Architecture, tp: int, dcp: int) -> bool:
    """Whether DCP is worth a look: it is where a cache would repeat over TP."""
    heads = 1 if architecture.latent is not None else architecture.kv_heads
    return dcp == 1 or tp > heads


def _divisors(number: int) -> list[int]:
    return [part for part in range(1, number + 1) if number % part == 0]


def _fit(
    shape: Architecture, name: str, stored: Stored, parallel: Parallel, gpus: Gpus, asked: Wanted
) -> Fit:
    cache: CacheType = "fp8" if asked.kv == "fp8" else "bf16"
    fit = Fit(
        weights=name,
        precision=stored.precision,
        cache=cache,
        parallel=parallel,
        replicas=gpus.count // parallel.gpus,
        fits=False,
        why="",
    )
    case = Case(shape=shape, stored=stored, parallel=parallel, kind=gpus.kind, cache=cache)
    if (reason := refusal(case)) is not None:
        return fit.model_copy(update={"why": reason})
    demand = Demand(
        cache=cache, sequences=sequences_each(asked, gpus.count // parallel.gpus), batched=gpus.kind.batched
    )
    budget = int(asked.utilization * gpus.kind.bytes)
    measured = fit.model_copy(update={"remarks": remarks(case)})
    return _measure(measured, stages(shape, stored, parallel, demand), budget, asked)


def _measure(fit: Fit, pipeline: tuple[Stage, ...], budget: int, asked: Wanted) -> Fit:
    """The figures of a layout that vLLM accepts."""
    tight = min(pipeline, key=lambda stage: stage.room(budget) / max(stage.token, 1))
    room = tight.room(budget)
    load = Load(
        budget=budget,
        weights=tight.weights,
        activations=tight.activations,
        overhead=tight.overhead,
        token=tight.token,
        sequence=tight.sequence,
    )
    if room <= 0:
        fixed = tight.activations + tight.overhead
        why = (
            f"weights of {_gb(tight.weights)} a GPU and {_gb(fixed)} to compute with leave nothing of "
            f"{_gb(budget)} for a cache"
        )
        return fit.model_copy(update={"why": why, "load": load})
    longest = max(0, int((room - tight.sequence) / tight.token))
    window = _shortened(longest) if asked.shorter and longest < asked.window else asked.window
    held = _held(room, tight, window) * fit.parallel.dp
    states = tight.sequence * min(sequences_each(asked, fit.replicas), max(held, 1))
    tokens = max(0, int((room - states) / tight.token)) * fit.parallel.dp
    figures = {"load": load, "longest": longest, "tokens": tokens, "window": window, "sequences": held}
    return _judge(fit.model_copy(update=figures), asked)


def _shortened(longest: int) -> int:
    """A window with a twentieth left for what reckoning misses, rounded down to whole k."""
    return int(longest * (1 - _MARGIN)) // _KILO * _KILO


def sequences_each(asked: Wanted, replicas: int) -> int:
    """Sequences that one of several servers computes together."""
    return -(-asked.concurrency // replicas) if asked.concurrency else SEQUENCES


def _held(room: int, stage: Stage, window: int) -> int:
    return int(room / (window * stage.token + stage.sequence)) if window else 0


def _judge(fit: Fit, asked: Wanted) -> Fit:
    """Whether the figures are what was asked for."""
    wanted = asked.concurrency or 1
    held = fit.sequences * fit.replicas
    noun = "sequence" if held == 1 else "sequences"
    if asked.shorter and fit.window < min(SHORTEST, asked.window):
        why = f"its cache holds {fit.longest:,} tokens, too few for a window of {SHORTEST:,}"
        return fit.model_copy(update={"why": why})
    if fit.longest < fit.window:
        why = f"its cache holds {fit.longest:,} tokens of one sequence, and {fit.window:,} were asked for"
        return fit.model_copy(update={"why": why})
    if held < wanted:
        why = f"holds {held} {noun} of {fit.window:,} tokens at once, and {wanted} were asked for"
        return fit.model_copy(update={"why": why})
    shorter = f" (the model reads {asked.window:,})" if fit.window < asked.window else ""
    servers = f", on {fit.replicas} servers" if fit.replicas > 1 else ""
    why = f"holds {held} {noun} of {fit.window:,} tokens at once{servers}{shorter}"
    return fit.model_copy(update={"why": why, "fits": True})


def _order(fit: Fit, names: list[str], asked: Wanted) -> tuple[object, ...]:
    roomy = fit.sequences >= _ROOMY
    size = fit.parallel.gpus if roomy else -fit.longest
    return (
        not fit.fits,
        fit.window < asked.window,
        names.index(fit.weights),
        fit.machines > 1,
        not roomy,
        _talk(fit.parallel),
        size,
        -fit.tokens * fit.replicas,
    )


def _talk(parallel: Parallel) -> int:
    """How little a layout is trodden: 0 is the plainest."""
    across = parallel.gpus > MACHINE
    if parallel.dcp > 1:
        return 3
    if parallel.dp > 1:
        return 2
    plain_pipeline = across and parallel.tp == MACHINE
    if (parallel.pp > 1 and not plain_pipeline) or parallel.tp > MACHINE:
        return 4
    return 1 if parallel.ep else 0


def _gb(size: float) -> str:
    return f"{size / GIGABYTE:.1f} GB"
