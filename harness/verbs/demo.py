"""`longspan demo`: the whole way from scenarios to a report, with no key, no GPU and no network."""

import shlex
import sys
import time
from datetime import UTC, datetime

import typer

from harness.environment import read_environment
from harness.evaluation import evaluate
from harness.models.variants import find_variants
from harness.models.wanted import Wanted
from harness.progress import watch
from harness.registry.knowledge import load_knowledge
from harness.request import Request
from harness.runs.addresses import place_of
from harness.verbs.reporting import tell_outcome
from harness.verbs.setting import JsonFlag, RunsOption, consoles, run_async, spoken_errors

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)

SUITES = ("shop", "travel", "desk", "office", "needles", "segmented")
MODELS = ("reference/oracle", "reference/flawed", "reference/window:4k", "reference/refuser")


@app.command()
def demo(
    *,
    runs: RunsOption = "runs",
    as_json: JsonFlag = False,
) -> None:
    """Play tools and long documents with reference models through the real loop, grade, and report."""
    out, err = consoles()
    command = shlex.join(["longspan", *sys.argv[1:]])
    with spoken_errors(resume=command):
        known = load_knowledge(None, datetime.now(UTC).date())
        models = tuple(one for name in MODELS for one in find_variants(name, Wanted(), known))
        request = Request(suites=SUITES, models=models, runs=place_of(runs), command=command, known=known)
        with watch(err, time.monotonic) as progress:
            outcome = run_async(evaluate(request, read_environment(), progress))
        tell_outcome(outcome, out=out, err=err, as_json=as_json)
    if not as_json:
        said = "Next: longspan run shop -m chat:ID@BASE_URL, or longspan models install local/smollm2"
        err.print(said, markup=False, highlight=False, soft_wrap=True)
