"""`longspan install`: a package of others whose data we read, in a folder of its own."""

from typing import Annotated

import typer

from harness.environment import read_environment
from harness.packages.install import PACKAGES, install_package
from harness.verbs.setting import JsonFlag, consoles, spoken_errors


def install(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(PACKAGES)}.")], *, as_json: JsonFlag = False
) -> None:
    """Install a benchmark's own package without what it pins; what is there already is kept."""
    _, err = consoles()
    if name not in PACKAGES:
        raise typer.BadParameter(f"no package is called {name!r}; there are: {', '.join(PACKAGES)}")
    with spoken_errors():
        done = install_package(name, read_environment().home, lambda text: err.print(text, markup=False))
    if as_json:
        typer.echo(done.model_dump_json())
    err.print(f"Ready: {PACKAGES[name].title} in {done.folder}", markup=False)
