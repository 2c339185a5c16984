"""What machines could do at most, from tokens that they were seen to go through.

A rate of trials is feasible where neither their input nor their output needs more than was seen at one and
the same time: whatever mix of prompts and output was measured, it is a lower bound of what there is to be had
(as long as no more of the prompts came from a cache than does in the trials).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from harness.bench.record import Bench, Level
from harness.report.hosting_figures import Source
from harness.report.server_figures import Window
from scoring.ratio import Figure, Floats, divided

_HOUR = 3600.0


@dataclass(frozen=True, kw_only=True)
class Throughput:
    """Tokens a second, seen at once."""

    source: Source
    input: float
    output: float
    detail: str = ""
    cached_share: float | None = None

    def trials_per_hour(self, input_per_trial: float, output_per_trial: float) -> float:
        """So many that neither side of them needs more."""
        needed = max(input_per_trial / self.input, output_per_trial / self.output)
        return _HOUR / needed if needed else 0.0

    def cost(self, hour_usd: float) -> Figure:
        """Dollars for each, from sums of input, of output, and of what is to be told for each."""

        def figure(sums: Floats) -> Floats:
            seconds = np.maximum(sums[:, 0] / self.input, sums[:, 1] / self.output)
            return divided(seconds * hour_usd / _HOUR, sums[:, 2])

        return figure


def of_bench(bench: Bench) -> Iterator[Throughput]:
    """Each of its levels that counted tokens."""
    for level in bench.levels:
        found = level.figures
        if found.seconds > 0 and found.input_tokens and found.output_tokens:
            yield Throughput(
                source="bench",
                input=found.input_tokens / found.seconds,
                output=found.output_tokens / found.seconds,
                detail=f"{bench.id}, {bench.workload.spec.partition(':')[0]}, {_load(level)}",
                cached_share=found.cached_share,
            )


def of_windows(windows: Iterable[Window], cached_share: float | None) -> Iterator[Throughput]:
    """Each stretch of time in which the servers took in and gave out tokens."""
    for window in windows:
        if window.prompt > 0 and window.generation > 0:
            yield Throughput(
                source="samples",
                input=window.prompt / window.seconds,
                output=window.generation / window.seconds,
                cached_share=cached_share,
            )


def best(found: Iterable[Throughput], input_per_trial: float, output_per_trial: float) -> Throughput | None:
    """The one that allows the most trials."""
    return max(found, key=lambda one: one.trials_per_hour(input_per_trial, output_per_trial), default=None)


def _load(level: Level) -> str:
    name = level.load.name
    return name if level.load.concurrency is None else f"concurrency {name}"
