"""`longspan models bench` beside `vllm bench serve`, in turns on one real server; the whole is
scripts/bench/bench_agreement.py.
"""

import json
import subprocess
from pathlib import Path

import pytest

from scripts.bench.bench_agreement import LONGSPAN, Work, ratio, rounds, target
from tests.e2e.served import MODEL, weights
from tests.harness.bench.clocked_endpoint import Clocked, in_a_thread

pytestmark = pytest.mark.e2e


def test_both_say_the_same_of_an_endpoint_whose_pauses_are_known() -> None:
    works = [Work(concurrency=4, requests=12, input=64, output=32, seed=seed) for seed in (1, 2)]
    weights()

    with in_a_thread(Clocked(before=0.1, between=0.03)) as known:
        found = rounds(works, target(known, "m"))

    for own, other in found:
        assert own["answered"] == other["answered"] == 12
        assert own["output tokens"] == other["output tokens"] == 12 * 32
    for name in ("output tokens/s", "ttft p50 ms", "tpot p50 ms", "itl p50 ms", "e2el p50 ms"):
        # Not a bound on time, but on what two clients make of the same pauses, on a machine that is busy.
        assert 0.75 < ratio([(own[name], other[name]) for own, other in found])[0] < 1.33, name


def test_the_same_work_has_the_same_tokens_and_figures_of_the_same_size(smollm2: str) -> None:
    works = [Work(concurrency=2, requests=6, input=96, output=24, seed=seed) for seed in (1, 2)]

    found = rounds(works, target(smollm2, MODEL))

    for own, other in found:
        assert own["answered"] == other["answered"] == 6
        assert own["output tokens"] == other["output tokens"] == 6 * 24
        assert own["input tokens"] == pytest.approx(other["input tokens"], rel=0.02)
    for name in ("output tokens/s", "ttft p50 ms", "tpot p50 ms", "itl p50 ms", "e2el p50 ms"):
        # Not a bound on time: a machine that others use may be twice as slow in one turn as in the next.
        assert 0.4 < ratio([(own[name], other[name]) for own, other in found])[0] < 2.5, name


def test_agents_work_finds_its_beginnings_in_the_cache_of_a_server_that_is_attached_to(
    smollm2: str, tmp_path: Path
) -> None:
    command = (
        LONGSPAN,
        "models",
        "bench",
        f"local/{MODEL}@{smollm2}",
        "--workload",
        "agent:shop",
        "--limit",
        "2",
    )
    sweep = ("--concurrency", "1", "--requests", "4", "--warm-up", "1", "--json", "--runs", tmp_path)

    done = subprocess.run((*command, *sweep), capture_output=True, encoding="utf-8", timeout=900, check=False)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    (level,) = told["levels"]
    found = level["figures"]
    assert (found["answered"], found["failed"]) == (4, {})
    assert found["cached_share"] > 0.3
    rows = json.loads((Path(told["folder"]) / "bench.json").read_text("utf-8"))["levels"][0]["rows"]
    assert [row["output"] for row in rows] == [row["asked"] for row in rows]
    assert all(row["finish"] == "length" for row in rows)
