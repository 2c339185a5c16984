"""Looks at made-up servers of a model, and the requests that it was sent meanwhile."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.report.figures import Figures, Report
from harness.report.server_figures import ServerFigures, Session, Watched
from harness.runs.record import ModelVariant
from local_models.metrics import Sample, read_metrics
from scenarios.transcript import Exchange
from tests.harness.report.sample_costs import asked, spent
from tests.harness.report.sample_run import good, graded, model, record
from tests.local_models.metrics_page import histogram

BEGIN = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LOCAL = model("local/tiny-model-with-a-rather-long-name-30b")


def at(seconds: float) -> str:
    return (BEGIN + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def look(seconds: float, server: str = "http://127.0.0.1:1", **counts: Any) -> Sample:
    return Sample(at=at(seconds), server=server, **counts)


def missed(seconds: float, why: str = "ClientConnectorError: nobody is there") -> Sample:
    return look(seconds, missed=why)


def timed(seconds: float, times: Mapping[str, Sequence[float]], **counts: Any) -> Sample:
    """A look at a server with histograms, by what vLLM calls them."""
    page = "\n".join(histogram(f"vllm:{name}_seconds", found) for name, found in times.items())
    timings = read_metrics(page, at="", server="").timings
    return look(seconds, timings=timings, **counts)


def session(*looks: Sample) -> Session:
    found: dict[str, list[Sample]] = {}
    for one in looks:
        found.setdefault(one.server, []).append(one)
    return found


def figures(*sessions: Session, exchanges: Sequence[Exchange] = ()) -> ServerFigures:
    watched = Watched(sessions=sessions)
    watched.add(exchanges)
    found = watched.figures()
    assert found is not None
    return found


def watched_report(*sessions: Session, of: ModelVariant = LOCAL) -> Report:
    """Of one trial with one request of 100 + 20 tokens, ten seconds after the beginning."""
    trial = spent(good(), asked(at(10), ms=300.0, input=100, output=20, ttft_ms=100.0))
    found = Figures(record(of), watched={of.label: Watched(sessions=sessions)})
    for one in graded(trial, of=of):
        found.add(*one)
    return found.report({})


def busy() -> Session:
    """A server with everything that can be told of one, and a look that failed."""
    waits = [0.02] * 9 + [0.7]
    times = {"time_to_first_token": [0.3] * 19 + [2.0], "request_queue_time": waits}
    times |= {"request_prefill_time": [0.2, 9.0], "e2e_request_latency": [0.7, 0.8]}
    return session(
        look(0, prompt_tokens=1000, generation_tokens=7, cache_queries=0, cache_hits=0, preemptions=0)
        .model_copy(update={"kv_use": 0.0, "running": 0, "waiting": 0}),
        missed(5),
        timed(30, times, prompt_tokens=1150, generation_tokens=27, cache_queries=150, cache_hits=60)
        .model_copy(update={"kv_use": 0.5, "running": 4, "waiting": 3, "preemptions": 2}),
    )  # fmt: skip
