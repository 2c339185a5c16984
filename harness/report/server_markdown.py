"""What servers said of themselves, in `report.md`."""

from collections.abc import Iterator, Sequence

from harness.report.figures import ModelFigures
from harness.report.markdown_table import escaped, table
from harness.report.server_wording import (
    LEGEND,
    Told,
    level,
    mean_ms,
    ours,
    pair,
    remarks,
    reported,
    tokens,
    told,
)
from harness.report.wording import percent, whole
from local_models.metrics import Timing

_TIMES: dict[Timing, str] = {
    "ttft": "TTFT",
    "queue": "waiting",
    "prefill": "prefill",
    "decode": "decode",
    "itl": "between tokens",
    "e2e": "whole request",
}


def servers(models: Sequence[ModelFigures]) -> Iterator[str]:
    """The parts of the section; none where nobody looked at a server."""
    found, said = told(models), list(remarks(models))
    if not found and not said:
        return
    yield "## What the servers said"
    if found:
        yield LEGEND
        yield _load(found)
        yield _times(found)
    if said:
        yield "\n".join(f"- {escaped(line)}" for line in said)


def _load(found: Sequence[Told]) -> str:
    heads = ["Model", "Servers", "Looks", "Prefix-cache hits", "KV use mean / max", "Running mean / max"]
    heads += ["Waiting mean / max", "Preemptions", "Tokens by the server (in + out)", "By the replies"]
    return table(
        heads,
        [
            [
                *(escaped(one.label), whole(one.server.servers), whole(one.server.looks)),
                *(percent(one.server.hit_rate), level(one.server.kv_use, share=True)),
                *(level(one.server.running), level(one.server.waiting), whole(one.server.preemptions)),
                *(tokens(one.server), reported(one.server)),
            ]
            for one in found
        ],
    )


def _times(found: Sequence[Told]) -> str:
    heads = ["Model", "ms of a request", "Mean", "p50 / p95", "Our clock p50 / p95"]
    return table(
        heads,
        [
            [
                *(escaped(one.label), title, mean_ms(one.server, name), pair(one.server, name)),
                {"ttft": ours(one.model.ttft_ms), "e2e": ours(one.model.latency_ms)}.get(name, ""),
            ]
            for one in found
            for name, title in _TIMES.items()
            if name in one.server.times
        ],
    )
