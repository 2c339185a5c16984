"""A self-hosted-or-hosted report from real measurements, at prices that are made up.

    python scripts/self_hosted_demo.py [--runs runs] [--repeats 2] [--suites filesystem/which-ana,…]

Two servers of this machine stand for the two sides: one that `longspan run` starts and pays by the hour, and
one that is asked as a stranger's endpoint and paid by the token. Requests, tokens, times and successes are
measured; the prices are not, and every page of the report says ILLUSTRATIVE. A short `longspan models bench`
tells what the first one can do at saturation.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

LONGSPAN = str(Path(sys.executable).with_name("longspan"))
MODEL = "smollm2"
SUITES = (
    *("filesystem/todo-from-notes", "filesystem/which-ana", "shop/gift-card-balance"),
    *("office/which-okafor", "shop/zh-which-wang-fang"),
)
MACHINE_HOUR = 0.40
"""Dollars; made up."""
TOKENS = {"input": 0.05, "cached": 0.0125, "output": 0.20}
"""Dollars for a million of them; made up."""
ASKED: dict[str, Any] = {
    "sampling": {"temperature": 0, "top_p": 1, "max_tokens": 64},
    "first_call": "required",
}
_WAIT_S = 60


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--suites", type=lambda text: text.split(","), default=SUITES)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--concurrency", type=int, default=4)
    asked = parser.parse_args()
    folder = asked.runs / "self-hosted-demo"
    folder.mkdir(parents=True, exist_ok=True)
    registry = folder / "registry.yaml"
    registry.write_text(yaml.safe_dump(made_up_prices()), "utf-8")
    with endpoint() as url:
        study = folder / "study.yaml"
        study.write_text(
            yaml.safe_dump(
                {
                    "models": rows(url),
                    "suites": list(asked.suites),
                    "repeats": asked.repeats,
                    "limits": {"concurrency": asked.concurrency},
                }
            ),
            "utf-8",
        )
        run = said("run", str(study), "--runs", str(asked.runs), "--registry", str(registry), "--json")["run"]
    bench = said(
        *("models", "bench", f"local/{MODEL}", "--workload", f"agent:{','.join(asked.suites)}"),
        *("--concurrency", f"1,{asked.concurrency}", "--requests", "16", "--runs", str(asked.runs), "--json"),
    )["folder"]
    report = (LONGSPAN, "report", run, "--bench", bench)
    subprocess.run(report, check=True)  # noqa: S603 # our own command


def made_up_prices() -> dict[str, Any]:
    """A registry in which the stranger's endpoint has a price."""
    known = {"as_of": "2026-01-01", "source": "made up for this demonstration", "known": "assumption"}
    entry = {"ids": [MODEL], "source": "made up for this demonstration", "prices": {**TOKENS, **known}}
    return {"models": {"hosted-demo": entry}}


def rows(url: str) -> list[dict[str, Any]]:
    """The same weights, ours and a stranger's."""
    own = {"name": f"local/{MODEL}", "serve": {"gpu_hour": MACHINE_HOUR, "illustrative": True}, **ASKED}
    return [own, {"name": f"chat:{MODEL}@{url}", "provider": "vllm", **ASKED}]


@contextmanager
def endpoint() -> Iterator[str]:
    """Somebody else's server, as far as the run can see; its URL."""
    command = (LONGSPAN, "models", "serve", f"local/{MODEL}", "--strict", "parameter", "--json")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)  # noqa: S603 # our own command
    with process:
        try:
            assert process.stdout is not None  # noqa: S101 # for the type checker: it is a pipe
            yield json.loads(process.stdout.readline())["base_url"]
        finally:
            process.terminate()
            process.wait(_WAIT_S)


def said(*arguments: str) -> dict[str, Any]:
    """What a command answers as JSON; its own words go to the terminal."""
    command = (LONGSPAN, *arguments)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 # our own command
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


if __name__ == "__main__":
    main()
