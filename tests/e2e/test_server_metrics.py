"""What vLLM says at /metrics during a run: stored, shown, and right to the token."""

import json
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.runs.samples import sessions
from harness.runs.store import RunFolder
from local_models.metrics import read_metrics
from tests.e2e.served import LONGSPAN, MODEL, counters, weights

pytestmark = pytest.mark.e2e

SUITES = ["filesystem/todo-from-notes", "shop/gift-card-balance"]
SECONDS = 900
_ORACLE = """
import json, sys
from prometheus_client.parser import text_string_to_metric_families
found = {}
for family in text_string_to_metric_families(sys.stdin.read()):
    for sample in family.samples:
        if sample.name.startswith("vllm:") and not sample.name.endswith("_created"):
            key = sample.name + " " + sample.labels.get("le", "")
            found[key] = found.get(key, 0) + sample.value
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def watched(smollm2: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A run's answer, its server's page after it, and by how much its counters grew."""
    folder = tmp_path_factory.mktemp("metrics")
    model = {
        "name": f"local/{MODEL}@{smollm2}",
        "sampling": {"temperature": 0, "max_tokens": 48},
        "first_call": "required",
    }
    study = {"models": [model], "suites": SUITES, "limits": {"concurrency": 2}}
    (folder / "study.yaml").write_text(yaml.safe_dump(study), "utf-8")
    before = counters(smollm2)
    command = (str(LONGSPAN), "run", str(folder / "study.yaml"), "--runs", str(folder / "runs"), "--json")
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    after = counters(smollm2)
    with urllib.request.urlopen(f"{smollm2.removesuffix('/v1')}/metrics", timeout=20) as reply:  # noqa: S310 # a loopback address
        page = reply.read().decode()
    assert done.returncode == 0, done.stderr[-3000:]
    grown = {name: after[name] - before[name] for name in after}
    return {**json.loads(done.stdout), "grown": grown, "page": page}


def test_the_report_counts_what_the_server_counted(watched: dict[str, Any]) -> None:
    (model,) = watched["report"]["models"]
    server, grown = model["server"], watched["grown"]
    assert server["prompt_tokens"] == server["usage_prompt_tokens"] == grown["prompt_tokens"]
    assert server["generation_tokens"] == server["usage_generation_tokens"] == grown["generation_tokens"]
    assert (server["difference"], server["doubt"], server["missed"]) == (0.0, None, {})


def test_its_cache_hits_are_those_of_the_replies(watched: dict[str, Any]) -> None:
    (model,) = watched["report"]["models"]
    assert model["server"]["cached_tokens"] == model["usage"]["cached"]
    assert 0 <= model["server"]["hit_rate"] < 1


def test_every_request_is_in_its_histograms(watched: dict[str, Any]) -> None:
    (model,) = watched["report"]["models"]
    times = model["server"]["times"]
    assert set(times) == {"ttft", "queue", "prefill", "decode", "itl", "e2e"}
    assert times["ttft"]["n"] == times["e2e"]["n"] == model["requests"]
    assert times["ttft"]["mean_ms"] < times["e2e"]["mean_ms"]


def test_the_looks_are_kept_in_the_run(watched: dict[str, Any]) -> None:
    folder = RunFolder(Path(watched["run"]))
    (variant,) = folder.record.models
    (session,) = sessions(folder, variant)
    (looks,) = session.values()
    assert len(looks) == watched["report"]["models"][0]["server"]["looks"] >= 2


def test_our_reading_of_the_page_is_that_of_prometheus(watched: dict[str, Any]) -> None:
    """Its own client library, in the engine's environment, reads the same page."""
    ready = weights()
    done = subprocess.run(
        (str(ready.python), "-c", _ORACLE), input=watched["page"], capture_output=True, text=True, check=True
    )
    theirs, ours = json.loads(done.stdout), read_metrics(watched["page"], at="", server="")
    assert ours.prompt_tokens == theirs["vllm:prompt_tokens_total "]
    assert ours.cache_hits == theirs["vllm:prefix_cache_hits_total "]
    assert ours.requests == theirs["vllm:request_success_total "]
    ttft = ours.timings["ttft"]
    assert ttft.sum == pytest.approx(theirs["vllm:time_to_first_token_seconds_sum "])
    bounds = {
        name.split()[1]: n
        for name, n in theirs.items()
        if name.startswith("vllm:time_to_first_token_seconds_bucket")
    }
    assert {bound: ttft.at(float(bound)) for bound in bounds if bound != "+Inf"} == {
        bound: n for bound, n in bounds.items() if bound != "+Inf"
    }
