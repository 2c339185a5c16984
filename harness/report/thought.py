"""Whether a model thought when it was asked to, and what thinking more brought and cost.

Variants of one model that differ in nothing but how they think are one series, from the least thinking to the
most; what the vendor recommends to sample with may go with the setting.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

from harness.report.interval import Interval
from harness.report.request_figures import Percentiles
from harness.runs.record import ModelVariant
from scenarios.record import Record
from scenarios.thinking import EFFORTS, Thinking
from scenarios.transcript import GRADED, AssistantMessage, Transcript

Order = tuple[int, int]
_MARK = "+thinking-"
"""Stands in a label before the setting that was asked for."""


class ThinkingPoint(Record):
    """One setting of one model."""

    model: str
    """The label."""
    setting: str
    """`off`, a number of tokens, an effort, `on`, `adaptive`; `default` where nobody said."""
    kind: Literal["off", "budget", "effort", "on", "free"]
    """`free`: the model or its vendor decides, so that it has no place on a scale."""
    trials: int
    graded: int
    success: Interval
    cost_per_trial_usd: float | None
    unpriced: int
    """Requests whose cost is not counted; above 0, the cost is a lower bound."""
    latency_ms: Percentiles
    reasoning_per_trial: float | None
    """Tokens."""
    judged: int | None
    """Graded trials that could show whether it thought; None where no thinking was asked for."""
    not_engaged: int | None
    """Those of them without a sign of it."""


class ThinkingSeries(Record):
    """One model at several settings."""

    name: str
    points: tuple[ThinkingPoint, ...]


def is_asked(variant: ModelVariant) -> bool:
    """Whether the model was told to think; an adaptive one may do without."""
    return variant.thinking is not None and Thinking.parse(variant.thinking).mode not in {"off", "adaptive"}


def engaged(variant: ModelVariant, transcript: Transcript) -> bool | None:
    """Whether anything shows that the model thought in a trial: a text, a count, or what its provider wants
    back. None where it was not asked to, or the trial cannot tell.
    """
    if not is_asked(variant) or transcript.ended not in GRADED or not transcript.exchanges:
        return None
    return any(exchange.usage.reasoning for exchange in transcript.exchanges) or any(
        message.reasoning or message.carried
        for segment in transcript.segments
        for message in segment.messages
        if isinstance(message, AssistantMessage)
    )


def series(models: Sequence[ModelVariant], points: Mapping[str, ThinkingPoint]) -> tuple[ThinkingSeries, ...]:
    """The models that were asked at several settings; `points` are by label."""
    found: defaultdict[tuple[str | None, ...], list[ThinkingPoint]] = defaultdict(list)
    for variant in models:
        if variant.label in points:
            found[_same(variant)].append(points[variant.label])
    return tuple(
        ThinkingSeries(name=str(same[0]), points=tuple(sorted(some, key=_order)))
        for same, some in found.items()
        if len(some) > 1
    )


def kind_of(variant: ModelVariant) -> Literal["off", "budget", "effort", "on", "free"]:
    mode = "adaptive" if variant.thinking is None else Thinking.parse(variant.thinking).mode
    return "free" if mode == "adaptive" else mode


def _same(variant: ModelVariant) -> tuple[str | None, ...]:
    """What variants have in common that differ in thinking alone."""
    name = variant.label.replace(f"{_MARK}{variant.thinking}", "")
    asked = (variant.wire, variant.model, variant.base_url, variant.provider)
    return name, *asked, variant.first_call, variant.agent


def _order(point: ThinkingPoint) -> Order:
    match point.kind:
        case "off":
            return 0, 0
        case "budget":
            return 1, int(point.setting)
        case "effort":
            return 2, [str(effort) for effort in EFFORTS].index(point.setting)
        case "on":
            return 3, 0
        case "free":
            return 4, 0
