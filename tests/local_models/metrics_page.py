"""What a server says at /metrics, as several versions of vLLM would say it."""

from collections.abc import Mapping, Sequence

LABELS = '{engine="0",model_name="tiny"}'
BOUNDS = (0.1, 0.5, 1.0, 2.5)


def labelled(engine: int, **more: str) -> str:
    said = {"engine": str(engine), **more, "model_name": "tiny"}
    return "{" + ",".join(f'{name}="{value}"' for name, value in said.items()) + "}"


def histogram(name: str, seconds: Sequence[float], engine: int = 0) -> str:
    """All lines of one."""
    bounds = [*map(str, BOUNDS), "+Inf"]
    lines = [f"# HELP {name} Histogram of something in seconds.", f"# TYPE {name} histogram"]
    for bound in bounds:
        count = sum(one <= float(bound) for one in seconds)
        lines.append(f"{name}_bucket{labelled(engine, le=bound)} {float(count)}")
    lines += [
        f"{name}_count{labelled(engine)} {float(len(seconds))}",
        f"{name}_sum{labelled(engine)} {sum(seconds)}",
        f"{name}_created{labelled(engine)} 1.7637e+09",
    ]
    return "\n".join(lines)


def page(
    counters: Mapping[str, float],
    gauges: Mapping[str, float] | None = None,
    ttft: Sequence[float] = (),
    *,
    engine: int = 0,
    total: str = "_total",
) -> str:
    """Of vLLM 0.32; its counters have `_total`, which other versions leave out."""
    lines = [
        "# HELP python_gc_objects_collected_total Objects collected during gc",
        "# TYPE python_gc_objects_collected_total counter",
        'python_gc_objects_collected_total{generation="0"} 12082.0',
    ]
    for name, value in counters.items():
        lines += [f"# TYPE vllm:{name} counter", f"vllm:{name}{total}{labelled(engine)} {float(value)}"]
        lines.append(f"vllm:{name}_created{labelled(engine)} 1.7637e+09")
    lines += [f"vllm:{name}{labelled(engine)} {value}" for name, value in (gauges or {}).items()]
    if ttft:
        lines.append(histogram("vllm:time_to_first_token_seconds", ttft, engine))
    return "\n".join(lines) + "\n"
