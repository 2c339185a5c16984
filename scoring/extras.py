"""Packages that scoring uses when they are installed, imported where they are first needed.

ROUGE alone takes over a second to import; a run without summaries never pays for it.
"""

from functools import cache
from importlib import import_module
from importlib.metadata import version
from typing import Any


class NotInstalled(Exception):
    """A score needs a package that is not there; the message says how to install it."""


@cache
def optional(module: str, *, extra: str = "documents") -> Any:
    """The module of an optional package. Raises `NotInstalled`."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        missing = error.name or module
        raise NotInstalled(f"this score needs {missing}: pip install 'longspan[{extra}]'") from error


@cache
def named_version(package: str) -> str:
    """`rapidfuzz 3.14.6`: what a score says that it was computed with."""
    return f"{package} {version(package)}"
