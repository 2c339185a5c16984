"""Every figure of consistency from a real model's answers, each with its n; a figure without any is an error.

    python scripts/real_consistency.py [--tokens 2k] [--repeats 2] [--layouts all] [--runs runs]

SmolLM2 on vLLM for CPU reads generated documents in every layout and in two orders of their parts. The
server's grammar holds it to the form `ANSWER: …`, which a model of this size seldom keeps by itself; what it
answers is its own. Its scores are poor and are printed as they are.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import yaml
from pydantic import JsonValue
from rich.console import Console

from harness.environment import read_environment
from harness.evaluation import evaluate
from harness.exams.grading import graded_trials
from harness.models.variants import find_variants
from harness.models.wanted import Wanted
from harness.progress import watch
from harness.registry.knowledge import load_knowledge
from harness.request import Request
from local_models.catalog import find_model
from local_models.install import installed
from scenarios.documents.length import parse_length
from scenarios.documents.shelf import DocumentSettings
from scenarios.reading import Layout
from scoring.consistency.figure import NothingObserved
from scoring.consistency.measure import figures_by_name, measure, require
from scoring.consistency.observation import observed

MODEL = "smollm2"
SAMPLING: Mapping[str, JsonValue] = {
    "temperature": 0.7,
    "max_tokens": 48,
    "structured_outputs": {"regex": r"ANSWER: [^\n]{1,80}"},
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tokens", type=parse_length, default="2k")
    parser.add_argument("--parts", type=int, default=6)
    parser.add_argument("--documents", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--layouts", default=",".join(get_args(Layout)))
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    asked = parser.parse_args()
    environment = read_environment()
    ready = installed(find_model(MODEL), environment.home)
    if ready is None:
        sys.exit(f"{MODEL} is not installed; run `longspan models install local/{MODEL} --engine cpu`")
    generate = {"task": "segmented", "tokens": asked.tokens, "parts": asked.parts}
    generate |= {"documents": asked.documents, "permutations": 2}
    with TemporaryDirectory() as work:
        suite = Path(work) / "real-consistency"
        suite.mkdir()
        head = {
            "title": "Consistency of a real model",
            "generate": generate,
            "layout": asked.layouts.split(","),
        }
        (suite / "suite.yaml").write_text(yaml.safe_dump(head), "utf-8")
        known = load_knowledge(None, datetime.now(UTC).date())
        request = Request(
            suites=(str(suite),),
            models=find_variants(f"local/{MODEL}", Wanted(sampling=SAMPLING), known),
            known=known,
            repeats=asked.repeats,
            concurrency=4,
            runs=asked.runs,
            documents=DocumentSettings(sizing=str(ready.weights)),
            command=" ".join(sys.argv),
        )
        with watch(Console(stderr=True), time.monotonic) as progress:
            outcome = asyncio.run(evaluate(request, environment, progress))
    graded = graded_trials(outcome.folder, outcome.record)
    seen = [one for _, exam, _, grade in graded if (one := observed(exam.scenario, grade)) is not None]
    figures = measure(seen)
    named = figures_by_name(figures)
    print(f"{figures.observations} answers of {figures.model}; run: {outcome.folder.path}")
    print(f"{'figure':<44}{'value':>8}{'low':>8}{'high':>8}{'n':>7}")
    for name, figure in named.items():
        values = (figure.value, figure.low, figure.high)
        said = "".join(f"{'–' if value is None else f'{value:.3f}':>8}" for value in values)
        print(f"{name:<44}{said}{figure.n:>7}  {figure.note if figure.value is None else ''}")
    try:
        require(figures, named)
    except NothingObserved as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
