"""Packages of others that are read and not depended on: one folder each under the home of Longspan.

They are installed by pip with its resolver off and from a complete list with hashes, since what they pin
would clash with what we need. What is new is put together beside the folder and then takes its place, so that
what was there stays until it is whole. Nothing of ours imports them by accident: the folder is on nobody's
path.
"""

import hashlib
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from local_models.step import AGAIN, Causes, InstallError, Say, one_at_a_time, run_step
from scenarios.bfcl.package import FOLDER, MARKER
from scenarios.record import Record


@dataclass(frozen=True, kw_only=True)
class Package:
    title: str
    requirements: Path
    folder: Path
    """Under the home of Longspan."""
    megabytes: int


PACKAGES: Mapping[str, Package] = MappingProxyType(
    {
        "bfcl": Package(
            title="BFCL (bfcl-eval, Apache-2.0)",
            requirements=Path(__file__).parent / "bfcl.txt",
            folder=FOLDER,
            megabytes=16,
        )
    }
)
_CAUSES: Causes = (
    (
        r"DO NOT MATCH THE HASHES",
        "a file is not the one that we know",
        "look at pip's index, empty its cache (pip cache purge), then " + AGAIN,
    ),
    (
        r"No module named pip",
        "this Python has no pip",
        f"install it ({sys.executable} -m ensurepip), then " + AGAIN,
    ),
)


class InstalledPackage(Record):
    """What the marker says: it is written last."""

    name: str
    folder: Path
    requirements_sha256: str


def install_package(
    name: str, home: Path, say: Say, packages: Mapping[str, Package] = PACKAGES
) -> InstalledPackage:
    """Install one, or find it whole and made from today's list. Raises `InstallError`."""
    package = packages.get(name)
    if package is None:
        raise InstallError(f"no package is called {name!r}; there are: {', '.join(packages)}")
    home = home.expanduser().absolute()
    wanted = InstalledPackage(
        name=name,
        folder=home / package.folder,
        requirements_sha256=hashlib.sha256(package.requirements.read_bytes()).hexdigest(),
    )
    with one_at_a_time(home / "install.lock", say):
        marker = wanted.folder / MARKER
        if _is(marker, wanted):
            say(f"{package.title} is installed in {wanted.folder}")
            return wanted
        say(f"Installing {package.title} into {wanted.folder} ({package.megabytes} MB)")
        new = wanted.folder.with_name(f"{wanted.folder.name}.new")
        _remove(new)
        quiet = ("--no-input", "--disable-pip-version-check", "--progress-bar", "off")
        run_step(
            f"installing {name}",
            (
                *(sys.executable, "-m", "pip", "install", *quiet, "--no-deps", "--no-compile"),
                *("--only-binary", ":all:", "--target", new, "-r", package.requirements),
            ),
            log=home / "logs" / f"install-{name}.log",
            seconds=600,
            causes=_CAUSES,
        )
        (new / MARKER).write_text(wanted.model_dump_json(indent=2), encoding="utf-8")
        _remove(wanted.folder)
        new.rename(wanted.folder)
    return wanted


def _remove(folder: Path) -> None:
    """Raises `OSError` for what cannot be removed."""
    if folder.exists():
        shutil.rmtree(folder)


def _is(marker: Path, wanted: InstalledPackage) -> bool:
    try:
        return InstalledPackage.model_validate_json(marker.read_text(encoding="utf-8")) == wanted
    except (FileNotFoundError, ValueError):
        return False
