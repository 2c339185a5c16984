"""In what the compared rows differ beside the model: whoever reads a difference in cost has to know.

A study asks each model as its makers recommend, and machines of ours run with settings of ours. Nothing of
that is levelled out here; it is named.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from pydantic import JsonValue

from harness.report.hosting_figures import Aspect, Difference, HostingRow
from harness.runs.record import ModelVariant, RunRecord


def differences(record: RunRecord, rows: Sequence[HostingRow]) -> Iterator[Difference]:
    """Every aspect in which not all rows are known to be alike; a single row differs from nothing."""
    variants = {variant.label: variant for variant in record.models}
    found = {
        row.model: _aspects(variants[row.model], row, _facts(record.engines.get(row.model))) for row in rows
    }
    for aspect in get_args(Aspect):
        values = {model: aspects[aspect] for model, aspects in found.items()}
        if len(set(values.values())) > 1:
            yield Difference(aspect=aspect, values=values)


def _aspects(
    variant: ModelVariant, row: HostingRow, engine: Mapping[str, JsonValue]
) -> dict[Aspect, str | None]:
    serving = variant.serving
    weights = _facts(engine.get("weights"))
    window = engine.get("max_model_len")
    return {
        "sampling": json.dumps(variant.sampling, sort_keys=True)
        if variant.sampling
        else "the provider's own",
        "thinking": variant.thinking or "not said",
        "first_call": variant.first_call,
        "agent": variant.agent,
        "window": f"{window:,}" if isinstance(window, int) else None,
        "weights": (serving.weights if serving else None) or _text(weights.get("source")),
        "kv": serving.kv if serving else None,
        "engine": _text(engine.get("served_by") or engine.get("engine")),
        "endpoint": variant.provider if row.where == "hosted" else "own machines",
        "strict": _text(engine.get("tool_strict_level")),
        "sequences": str(row.hosting.concurrency) if row.hosting and row.hosting.concurrency else None,
        "in_flight": None if row.in_flight is None else f"{row.in_flight:.1f}",
    }


def _facts(value: JsonValue | None) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _text(value: JsonValue | None) -> str | None:
    return None if value is None else str(value)
