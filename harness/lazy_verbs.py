"""Groups of verbs. A verb's module is imported when the verb is called, so that help costs little."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

Verbs = Mapping[str, tuple[str, str]]
"""Verb → where it is, as `module:name` of a function or of an app, and one line of help."""


def group_of(verbs: Verbs) -> type[TyperGroup]:
    """A group that knows its verbs by name and help; `add_verbs` puts them into its app."""

    class Lazy(TyperGroup):
        def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
            name, placeholder, rest = super().resolve_command(ctx, args)
            if name is None:
                return name, placeholder, rest
            return name, _command(name, verbs[name][0]), rest

    return Lazy


def add_verbs(app: typer.Typer, verbs: Verbs) -> None:
    """Let the app's help name the verbs."""
    for name, (_, help_line) in verbs.items():
        app.command(name, help=help_line)(_placeholder)


def _command(name: str, where: str) -> Any:
    module, _, attribute = where.partition(":")
    found = getattr(import_module(module), attribute)
    if not isinstance(found, typer.Typer):
        app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
        app.command(name)(found)
        found = app
    return typer.main.get_command(found)


def _placeholder() -> None:
    """Stand for a verb in the help."""
