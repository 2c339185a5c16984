"""What servers said of themselves in words, the same in every report that is text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.report.figures import ModelFigures
from harness.report.plain_text import visible
from harness.report.request_figures import Percentiles
from harness.report.server_figures import BucketTime, Level, ServerFigures
from harness.report.wording import UNKNOWN, label, milliseconds, percent, whole
from local_models.metrics import Timing

LEGEND = (
    "As the servers say at /metrics. Their percentiles lie on a straight line through a bucket of a "
    "histogram (≤: in its lowest bucket, >: beyond its highest); means are exact."
)
_DOUBTS = {
    "more": "somebody else used the server meanwhile, trials were played again, or it worked for replies "
    "that never arrived",
    "fewer": "the server began again, or looks at it failed",
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """A model with what its servers told."""

    model: ModelFigures
    server: ServerFigures

    @property
    def label(self) -> str:
        return label(self.model)


def told(models: Sequence[ModelFigures]) -> list[Told]:
    """The models of which anything was seen."""
    return [Told(model=model, server=model.server) for model in models if model.server and model.server.looks]


def remarks(models: Sequence[ModelFigures]) -> Iterator[str]:
    """What has to be known beside the figures."""
    for model in models:
        if model.server is not None:
            for said in _remarks(model.server):
                yield f"{label(model)}: {said}"


def level(found: Level | None, *, share: bool = False) -> str:
    """Mean and most."""
    if found is None:
        return UNKNOWN
    if share:
        return f"{percent(found.mean)} / {percent(found.most)}"
    return f"{found.mean:,.2f} / {found.most:,.0f}"


def bucket(found: BucketTime | None) -> str:
    if found is None:
        return UNKNOWN
    if found.high_ms is None:
        return f"> {milliseconds(found.low_ms)}"
    return milliseconds(found.ms) if found.low_ms > 0 else f"≤ {milliseconds(found.high_ms)}"


def pair(found: ServerFigures, name: Timing) -> str:
    """Median and 95th percentile of one of the server's own times."""
    time = found.times.get(name)
    return UNKNOWN if time is None else f"{bucket(time.p50)} / {bucket(time.p95)}"


def mean_ms(found: ServerFigures, name: Timing) -> str:
    time = found.times.get(name)
    return UNKNOWN if time is None else milliseconds(time.mean_ms)


def ours(found: Percentiles) -> str:
    return UNKNOWN if found.p50 is None else f"{milliseconds(found.p50)} / {milliseconds(found.p95)}"


def tokens(found: ServerFigures) -> str:
    """Prompt and output as the server counted them."""
    return f"{whole(found.prompt_tokens)} + {whole(found.generation_tokens)}"


def reported(found: ServerFigures) -> str:
    """The same as its replies told."""
    return f"{whole(found.usage_prompt_tokens)} + {whole(found.usage_generation_tokens)}"


def _remarks(found: ServerFigures) -> Iterator[str]:
    missed = sum(found.missed.values())
    if missed:
        of = f"{whole(missed)} of {whole(missed + found.looks)}"
        reasons = "; ".join(f"{visible(why)} ({whole(n)})" for why, n in found.missed.items())
        yield f"{of} looks at its server brought nothing: {reasons}"
    if found.restarts:
        times = "once" if found.restarts == 1 else f"{whole(found.restarts)} times"
        yield f"its server began again {times} while it was watched"
    if found.doubt and found.difference is not None:
        apart = f"{100 * found.difference:+.1f} %".replace("-", "−")
        yield (
            f"its server counted {tokens(found)} tokens of prompts and output, its replies reported "
            f"{reported(found)} ({apart}): {_DOUBTS[found.doubt]}"
        )
