"""`longspan models bench` beside `vllm bench serve`, on the same server, in turns.

    python scripts/bench/bench_agreement.py [--rounds 4] [--concurrency 1,2,4] [--requests 16]
                                            [--lengths 256/64] [--url http://127.0.0.1:8000/v1 --model NAME]

SmolLM2 is served by vLLM for CPU, unless `--url` names a server that runs. In every round both programs send
as many prompts of the same length, as many at a time, each to be answered with the same number of tokens; who
goes first changes from round to round, and no prompt is ever sent twice, so that no cache helps anybody. Both
leave sampling to the server, and neither warms up in a measured round.

For every figure the table has the median of the rounds of both with their least and largest, and the ratio
ours / theirs: the geometric mean of the rounds' ratios with its 95 % interval (Student's t on logarithms). An
interval that holds 1 is agreement within the noise of the machine.

`vllm bench serve` is called as the module that the command calls, since the CPU build has no working `vllm`
command; it needs nothing beside vLLM for random prompts (`datasets` and `pandas` are for others).
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import exp, log, sqrt
from pathlib import Path
from statistics import fmean, median, stdev
from tempfile import TemporaryDirectory

from harness.environment import read_environment
from local_models.catalog import find_model
from local_models.install import installed

MODEL = "smollm2"
LONGSPAN = Path(sys.executable).with_name("longspan")
_SECONDS = 1800
_THEIRS = """\
from vllm.benchmarks.serve import add_cli_args, main
from vllm.utils.argparse_utils import FlexibleArgumentParser
parser = FlexibleArgumentParser()
add_cli_args(parser)
main(parser.parse_args())
"""
_T = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}
"""Student's t for 95 %, by degrees of freedom."""
_MANY = 1.96

Figures = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Target:
    """The server, and what `vllm bench serve` needs to ask it."""

    url: str
    """Ends in `/v1`."""
    model: str
    weights: str
    """The folder of its tokenizer."""
    python: str
    """Of the environment that has vLLM."""


@dataclass(frozen=True, kw_only=True)
class Work:
    concurrency: int
    requests: int
    input: int
    output: int
    seed: int


@contextmanager
def served() -> Iterator[str]:
    """`longspan models serve`; the base URL."""
    command = (str(LONGSPAN), "models", "serve", f"local/{MODEL}", "--json")
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 # our own command
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                sys.exit("the server did not start; its reason is above")
            yield json.loads(line)["base_url"]
        finally:
            process.terminate()
            process.wait(60)


def target(url: str, model: str) -> Target:
    ready = installed(find_model(MODEL), read_environment().home)
    if ready is None:
        sys.exit(f"install it first: longspan models install local/{MODEL} --engine cpu")
    return Target(url=url, model=model, weights=str(ready.weights), python=str(ready.python))


def ours(work: Work, at: Target, folder: Path) -> Figures:
    command = (
        *(str(LONGSPAN), "models", "bench", f"chat:{at.model}@{at.url}", "--ignore-eos"),
        *("--workload", f"random:{work.input}/{work.output}", "--concurrency", str(work.concurrency)),
        *("--requests", str(work.requests), "--seed", str(work.seed), "--warm-up", "1"),
        *("--runs", str(folder), "--json"),
    )
    (level,) = json.loads(_said(command))["levels"]
    found = level["figures"]
    names = {"ttft": "ttft_ms", "tpot": "tpot_ms", "itl": "itl_ms", "e2el": "e2el_ms"}
    return {
        "requests/s": found["request_throughput"],
        "output tokens/s": found["output_throughput"],
        "total tokens/s": found["total_throughput"],
        **{f"{short} mean ms": found[name]["mean"] for short, name in names.items()},
        **{f"{short} p50 ms": found[name]["p50"] for short, name in names.items()},
        "input tokens": found["input_tokens"],
        "output tokens": found["output_tokens"],
        "answered": found["answered"],
    }


def theirs(work: Work, at: Target, folder: Path) -> Figures:
    command = (
        *(at.python, "-c", _THEIRS, "--backend", "openai-chat", "--base-url", at.url.removesuffix("/v1")),
        *("--endpoint", "/v1/chat/completions", "--model", at.model, "--tokenizer", at.weights),
        *("--dataset-name", "random", "--random-input-len", str(work.input)),
        *("--random-output-len", str(work.output), "--num-prompts", str(work.requests)),
        *("--max-concurrency", str(work.concurrency), "--ignore-eos", "--seed", str(work.seed)),
        *("--ready-check-timeout-sec", "0", "--num-warmups", "0", "--disable-tqdm", "--save-result"),
        *("--save-detailed", "--result-dir", str(folder), "--result-filename", "theirs.json"),
        *("--percentile-metrics", "ttft,tpot,itl,e2el", "--metric-percentiles", "50"),
    )
    _said(command)
    found = json.loads((folder / "theirs.json").read_text("utf-8"))
    gaps = [gap * 1e3 for one in found["itls"] for gap in one[1:]]
    names = ("ttft", "tpot", "itl", "e2el")
    return {
        "requests/s": found["request_throughput"],
        "output tokens/s": found["output_throughput"],
        "total tokens/s": found["total_token_throughput"],
        **{f"{name} mean ms": found[f"mean_{name}_ms"] for name in names},
        **{f"{name} p50 ms": found[f"p50_{name}_ms"] for name in names},
        "itl mean ms, without the role's chunk": fmean(gaps),
        "input tokens": found["total_input_tokens"],
        "output tokens": found["total_output_tokens"],
        "answered": found["completed"],
    }


def rounds(works: Sequence[Work], at: Target) -> list[tuple[Figures, Figures]]:
    """Both in turns: ours first, then theirs first."""
    found: list[tuple[Figures, Figures]] = []
    for number, work in enumerate(works):
        with TemporaryDirectory(prefix="longspan-") as made:
            folder = Path(made)
            if number % 2:
                other = theirs(work, at, folder)
                own = ours(work, at, folder)
            else:
                own = ours(work, at, folder)
                other = theirs(work, at, folder)
        own = {**own, "itl mean ms, without the role's chunk": own["itl mean ms"]}
        found.append((own, other))
        print(
            f"  round {number + 1}: output tokens/s {own['output tokens/s']:.2f} and "
            f"{other['output tokens/s']:.2f}",
            file=sys.stderr,
            flush=True,
        )
    return found


def ratio(pairs: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Ours / theirs with its 95 % interval; of one round there is none."""
    logs = [log(own / other) for own, other in pairs]
    middle = fmean(logs)
    if len(logs) == 1:
        return exp(middle), 0.0, float("inf")
    half = _T.get(len(logs) - 1, _MANY) * stdev(logs) / sqrt(len(logs))
    return exp(middle), exp(middle - half), exp(middle + half)


def table(found: Sequence[tuple[Figures, Figures]]) -> Iterator[str]:
    yield f"{'':38} {'ours':>24} {'theirs':>24} {'ratio':>22}"
    for name in found[0][1]:
        pairs = [(own[name], other[name]) for own, other in found]
        if all(own == other for own, other in pairs):
            yield f"{name:40} {_spread([own for own, _ in pairs]):>24} {'the same':>24}"
            continue
        middle, low, high = ratio(pairs)
        verdict = "" if low <= 1 <= high else "  *"
        told = f"{middle:.3f} [{low:.3f}, {high:.3f}]"
        columns = (_spread([own for own, _ in pairs]), _spread([other for _, other in pairs]), told)
        yield f"{name:40} {columns[0]:>24} {columns[1]:>24} {columns[2]:>22}{verdict}"


def _spread(values: Sequence[float]) -> str:
    return f"{median(values):.2f} [{min(values):.2f}, {max(values):.2f}]"


def _said(command: Sequence[str]) -> str:
    environ = {**os.environ, "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}
    done = subprocess.run(  # noqa: S603 # our own command lines
        command, env=environ, capture_output=True, encoding="utf-8", timeout=_SECONDS, check=False
    )
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--concurrency", default="1,2,4")
    parser.add_argument("--requests", type=int, default=16)
    parser.add_argument("--lengths", default="256/64")
    parser.add_argument("--url")
    parser.add_argument("--model", default=MODEL)
    parser.add_argument("--seed", type=int, default=1000)
    asked = parser.parse_args()
    if asked.url:
        _compare(asked, target(asked.url, asked.model))
        return
    with served() as url:
        _compare(asked, target(url, MODEL))


def _compare(asked: argparse.Namespace, at: Target) -> None:
    prompt, reply = map(int, asked.lengths.split("/"))
    seed = asked.seed
    for concurrency in map(int, asked.concurrency.split(",")):
        works = [
            Work(
                concurrency=concurrency,
                requests=asked.requests,
                input=prompt,
                output=reply,
                seed=seed + number,
            )
            for number in range(asked.rounds)
        ]
        seed += asked.rounds
        print(
            f"\n{concurrency} at a time, {asked.requests} requests of {prompt}/{reply} tokens in each round:"
        )
        for line in table(rounds(works, at)):
            print(line, flush=True)
    print(
        "\nMedian of the rounds [least, largest]; ratio with its 95 % interval; * means that 1 is not in it."
    )


if __name__ == "__main__":
    main()
