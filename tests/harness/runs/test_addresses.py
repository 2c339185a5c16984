"""What may be written where a run is asked for, and what is refused before anything is asked of a store."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from harness.runs.addresses import WrongAddress, place_of
from harness.runs.places import Bucket


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("runs", Path("runs")),
        ("/nfs/runs/8c26", Path("/nfs/runs/8c26")),
        ("file:///nfs/runs", Path("/nfs/runs")),
        ("memory://runs/", Bucket("memory://runs")),
        ("s3://bucket/a b/~runs", Bucket("s3://bucket/a b/~runs")),
    ],
)
def test_a_path_stays_a_path_and_any_other_address_is_a_bucket(text: str, place: Path | Bucket) -> None:
    assert place_of(text) == place


@pytest.mark.parametrize(
    "text",
    [
        "s3://AKIA123:s3cr3t@bucket/runs",
        "s3://bucket/runs?key=AKIA123&secret=s3cr3t",
        "sftp://me:s3cr3t@host/runs",
        "s3://bucket/runs#s3cr3t",
        "s3://[s3cr3t/runs",
    ],
)
def test_an_address_with_a_key_in_it_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(WrongAddress) as refused:
        place_of(text)

    assert "s3cr3t" not in str(refused.value)
    assert "AKIA" not in str(refused.value.args)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("nothing://x", "nobody knows nothing://"),
        ("https://example.org/runs", "nothing can be kept there"),
        ("simplecache::s3://bucket/runs", "nothing can be kept there"),
        ("file://runs", "write file:///FOLDER"),
    ],
)
def test_an_address_at_which_nothing_can_be_kept_is_said_with_what_can(text: str, part: str) -> None:
    with pytest.raises(WrongAddress, match=part):
        place_of(text)


class Without:
    """An environment in which a package was never installed."""

    def __init__(self, package: str) -> None:
        self.package = package

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name.partition(".")[0] == self.package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


@contextmanager
def without(package: str) -> Iterator[None]:
    finder = Without(package)
    sys.meta_path.insert(0, finder)
    yield
    sys.meta_path.remove(finder)


@pytest.mark.parametrize(
    ("text", "package", "remedy"),
    [
        ("gs://bucket/runs", "gcsfs", "pip install gcsfs"),
        ("sftp://me@host/runs", "paramiko", 'requires "paramiko"'),
    ],
)
def test_a_package_that_is_missing_is_named(text: str, package: str, remedy: str) -> None:
    with without(package), pytest.raises(WrongAddress, match=f"needs a package that is not .*{remedy}"):
        place_of(text)
