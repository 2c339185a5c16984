"""The whole of a bench: a warm-up, then one level of load after the other, each written down when it is over.

Nothing is sent twice: a request that fails is a failure of the load that it was part of. What was measured is
kept however the bench ends, and the level that was going on with it.
"""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.bench.client import Watch
from harness.bench.figures import figures
from harness.bench.load import LevelRun, Measure
from harness.bench.random_text import PROBES, Lengths, calibrated, random_talks
from harness.bench.record import Bench, Level, Load, Row
from harness.bench.talk import Talk, endless
from harness.clients.client import Model
from harness.clients.retry import RetryingModel
from harness.models.opened import OpenModel
from harness.models.pricing import UNPRICED, Tariff
from harness.runs.places import write_whole
from harness.stopped import RunStopped

_AT_LEAST = 20
"""Requests of a level, where nobody says how many."""
_A_CLIENT = 10
"""And so many for each client of a closed loop."""
_MINUTE = 60
"""Seconds that an open loop is kept up for, where nobody says."""


class BenchFailed(RunStopped):
    """Nothing can be measured; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """What is sent: talks of our own scenarios, or random text of given lengths."""

    talks: Sequence[Talk] = ()
    lengths: Lengths | None = None


@dataclass(frozen=True, kw_only=True)
class Levels:
    loads: Sequence[Load]
    measure: Measure
    warm_up: int


@dataclass(kw_only=True)
class Benching:
    """A bench as it goes on."""

    bench: Bench
    folder: Path
    source: Source
    levels: Levels
    clock: Callable[[], float]
    cpu: Callable[[], float]
    now: Callable[[], str]
    """UTC, ISO 8601."""
    tariff: Tariff = UNPRICED
    told: Callable[[Level], None] = lambda _: None
    """Called after every level."""
    _words: int = field(default=0, init=False)

    async def play(self, opened: OpenModel) -> None:
        """Everything in order. Raises `BenchFailed` when the model does not answer at all."""
        model = asked_once(opened.model)
        self._note(engine=opened.engine, hosting=opened.hosting)
        await self._warm_up(model, opened)
        for number, load in enumerate(self.levels.loads, start=1):
            run = self._run(load, self._measure(load), model, opened, f"{self.bench.seed}/{number}")
            await self._level(run)
            if run.ends_bench:
                self._note(stopped=run.stopped)
                return

    async def _level(self, run: LevelRun) -> None:
        started, watch = self.now(), Watch(clock=self.clock, cpu=self.cpu)
        try:
            async with watch.watching():
                await run.play()
        except asyncio.CancelledError:
            run.stopped = "interrupted"
            raise
        finally:
            self._keep(run, started, watch)

    def _keep(self, run: LevelRun, started: str, watch: Watch) -> None:
        found = figures(run.rows, self.bench.slo, run.measure.ramp)
        level = Level(
            load=run.load,
            started=started,
            ramp=run.measure.ramp,
            stopped=run.stopped,
            figures=found,
            client=watch.seen(found, run.held_back),
            rows=tuple(run.rows),
        )
        self._note(levels=(*self.bench.levels, level))
        self.told(level)

    async def _warm_up(self, model: Model, opened: OpenModel) -> None:
        """What every endpoint is asked before it counts: engines compile, and dialects are agreed upon."""
        measure = replace(
            self.levels.measure, requests=self.levels.warm_up, seconds=None, ramp=0.0, think=0.0
        )
        together = max(load.concurrency or 1 for load in self.levels.loads)
        load = Load(concurrency=min(together, self.levels.warm_up))
        rows: list[Row] = []
        if self.source.lengths is not None:
            rows += await self._calibrate(self.source.lengths, model, opened)
        run = self._run(load, measure, model, opened, f"{self.bench.seed}/warm-up")
        await run.play()
        rows += run.rows
        self._note(warm_up=tuple(rows))
        if not any(row.failed is None for row in run.rows):
            said = next((f"{row.failed}: {row.message}" for row in run.rows), "nothing was sent")
            why = run.stopped if run.ends_bench else said
            raise BenchFailed(f"{self.bench.model.label} answers no request of the warm-up: {why}")

    async def _calibrate(self, lengths: Lengths, model: Model, opened: OpenModel) -> list[Row]:
        """Learn how many words make the prompt that is wanted."""
        counted: list[Row] = []
        for words in PROBES:
            one = Measure(requests=1, patience=self.levels.measure.patience)
            run = self._run(Load(concurrency=1), one, model, opened, f"{self.bench.seed}/{words}")
            run.talks = random_talks(words, 1, run.seed)
            await run.play()
            counted += run.rows
        found = calibrated(lengths, (_input(counted[:1]), _input(counted[1:])))
        notes = self.bench.workload.notes
        if found.overhead is None:
            notes = (*notes, "nobody counted the prompts' tokens: a word is taken for one")
        self._words = found.words
        told = {"words": found.words, "overhead": found.overhead, "notes": notes}
        self._note(workload=self.bench.workload.model_copy(update=told))
        return counted

    def _run(self, load: Load, measure: Measure, model: Model, opened: OpenModel, seed: str) -> LevelRun:
        return LevelRun(
            load=load,
            measure=measure,
            model=model,
            talks=self._talks(seed),
            tariff=self.tariff,
            seed=seed,
            clock=self.clock,
            gone=opened.gone,
        )

    def _talks(self, seed: str) -> Iterator[Talk]:
        if self.source.lengths is not None:
            return random_talks(self._words, self.source.lengths.output, seed)
        order = random.Random(self.bench.seed)  # noqa: S311 # reproducible, not secret
        talks = order.sample(self.source.talks, len(self.source.talks))
        return endless(talks, f"{random.Random(seed).getrandbits(32):08x}")  # noqa: S311 # as above

    def _measure(self, load: Load) -> Measure:
        asked = self.levels.measure
        if asked.requests is not None or asked.seconds is not None:
            return asked
        enough = _A_CLIENT * load.concurrency if load.concurrency else round(_MINUTE * (load.rate or 0))
        return replace(asked, requests=max(_AT_LEAST, enough))

    def _note(self, **told: object) -> None:
        """Write down what is known by now."""
        self.bench = self.bench.model_copy(update=told)
        write_whole(self.folder / "bench.json", self.bench.model_dump_json().encode())


def asked_once(model: Model) -> Model:
    """The model without anybody who asks again: a load that sends twice is another load."""
    return model.inner if isinstance(model, RetryingModel) else model


def _input(rows: Sequence[Row]) -> int | None:
    return rows[0].input if rows else None
