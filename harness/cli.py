"""The command line. A verb's module is imported when the verb is called, so that help costs little."""

import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

VERBS: Mapping[str, tuple[str, str]] = {
    "demo": ("harness.verbs.demo", "No key, no GPU, no network: reference models through the real loop."),
    "run": ("harness.verbs.run", "Play and grade suites with models; the same command resumes."),
    "plan": ("harness.verbs.plan", "Say what a run would send, cost and take, before anything is sent."),
    "check": (
        "harness.verbs.check",
        "Prove suites: gold scores 1, silence does not, every mutant is caught.",
    ),
    "grade": ("harness.verbs.grade", "Grade a run again, from its files alone."),
    "report": ("harness.verbs.report", "Write a run's report again, or export it."),
    "show": ("harness.verbs.show", "Read one trial as a conversation with its verdicts."),
    "list": ("harness.verbs.listing", "List suites, scenarios, models or runs."),
    "models": (
        "harness.verbs.models",
        "Show what is known of a model, examine its endpoint, serve our own.",
    ),
    "new": ("harness.verbs.new", "Start a scenario or a suite of your own."),
}
"""Verb → the module that holds its `app`, and one line of help."""


class _Verbs(TyperGroup):
    """The verbs by name and help; what stands behind one is imported when it is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, placeholder, rest = super().resolve_command(ctx, args)
        if name is None:
            return name, placeholder, rest
        return name, typer.main.get_command(import_module(VERBS[name][0]).app), rest


app = typer.Typer(
    cls=_Verbs,
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


def _placeholder() -> None:
    """Stand for a verb in the help."""


for _name, (_, _help) in VERBS.items():
    app.command(_name, help=_help)(_placeholder)


def main() -> None:
    """Run the command line. Files and pipes get UTF-8; a terminal shows `?` for a letter that it lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    app(prog_name="longspan")


if __name__ == "__main__":
    main()
