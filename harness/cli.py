"""The command line: every verb with one line of help."""

import sys
from importlib.metadata import version
from io import TextIOWrapper
from typing import Annotated

import typer

from harness.lazy_verbs import Verbs, add_verbs, group_of

VERBS: Verbs = {
    "demo": ("harness.verbs.demo:app", "No key, no GPU, no network: reference models through the real loop."),
    "run": ("harness.verbs.run:app", "Play and grade suites with models; the same command resumes."),
    "plan": ("harness.verbs.plan:app", "Say what a run would send, cost and take, before anything is sent."),
    "check": (
        "harness.verbs.check:app",
        "Prove suites: gold scores 1, silence does not, every mutant is caught.",
    ),
    "grade": ("harness.verbs.grade:app", "Grade a run again, from its files alone."),
    "report": ("harness.verbs.report:app", "Write a run's report again, or export it."),
    "compare": (
        "harness.verbs.compare:app",
        "Hold two models, or two runs, against each other on what both played.",
    ),
    "show": ("harness.verbs.show:app", "Read one trial as a conversation with its verdicts."),
    "list": ("harness.verbs.listing:app", "List suites, scenarios, models or runs."),
    "models": (
        "harness.verbs.models:app",
        "Show what is known of a model, examine its endpoint, serve our own.",
    ),
    "install": (
        "harness.verbs.install_package:install",
        "Install a benchmark's own package, such as bfcl, in a folder of ours.",
    ),
    "new": ("harness.verbs.new:app", "Start a scenario or a suite of your own."),
}

app = typer.Typer(
    cls=group_of(VERBS),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Evaluate models on long tool-using work over MCP: correctness, reliability, latency and tokens.",
    epilog="Exit status: 0 done, 1 failed, 2 wrong use, 3 a gate was not met.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"longspan {version('longspan')}")
        raise typer.Exit


@app.callback()
def _longspan(
    *,
    version: Annotated[  # acts by its callback
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the options that belong to no verb."""


add_verbs(app, VERBS)


def main() -> None:
    """Run the command line. Files and pipes get UTF-8; a terminal shows `?` for a letter that it lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    app(prog_name="longspan")


if __name__ == "__main__":
    main()
