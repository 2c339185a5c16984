"""The folder that a server works in during one trial: made before it, and gone after it, whatever is in it.

A model can nest folders deeper than Python calls, and a server can take our rights to what it made; so
nothing here calls itself, and rights are taken back first.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.failure import WorldFailed, in_short


@contextmanager
def trial_folder(parent: Path, name: str) -> Iterator[Path]:
    """A folder of this trial alone; it is gone when the block ends."""
    parent.mkdir(parents=True, exist_ok=True)
    folder = tempfile.mkdtemp(prefix=f"{name}-", dir=parent)
    try:
        yield Path(folder)
    finally:
        _remove(folder)


def fresh_copy(server: str, original: str | None, folder: Path) -> None:
    """Make the server's own folder, with what stands in the original. Raises `WorldFailed`."""
    try:
        if original is None:
            folder.mkdir(parents=True)
        else:
            # Links are copied as what they point to, so that no trial reaches the originals through one.
            shutil.copytree(original, folder)
    except (OSError, RecursionError) as error:
        message = in_short(f"its working folder cannot be made: {error}")
        raise WorldFailed("folder", server, message) from error


def _remove(folder: str) -> None:
    """Remove a folder with all that it holds; what cannot be removed stays."""
    folders = [folder]
    for here in folders:  # which grows meanwhile
        with suppress(OSError):
            os.chmod(here, 0o700)  # noqa: PTH101 # a path may be longer than `Path` can join
            folders += _emptied(here)
    for here in reversed(folders):
        with suppress(OSError):
            os.rmdir(here)  # noqa: PTH106 # as above


def _emptied(folder: str) -> Iterator[str]:
    """Remove the files of a folder and give the folders in it."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield entry.path
            else:
                with suppress(OSError):
                    os.unlink(entry.path)  # noqa: PTH108 # as above
