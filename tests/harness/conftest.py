"""The kinds of places that a run may live in: a disk, memory, a bucket of a real S3 server, and a store that
cannot replace a file at once and does as a disk does.
"""

import logging
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import fsspec  # type: ignore[import-untyped]  # it has no types
import pytest

from harness.runs.places import Bucket


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """A bucket's address; its server is found through the environment, as any other is."""
    moto = pytest.importorskip("moto.server")  # takes its time, and few tests need it
    logging.getLogger("werkzeug").disabled = True  # it would tell every request
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        fsspec.filesystem("s3").mkdir("bucket")
        yield "s3://bucket"
    server.stop()


def _folder(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Bucket:
    match kind:
        case "memory":
            return Bucket(f"memory://{uuid4().hex}")
        case "s3":
            return Bucket(f"{request.getfixturevalue('s3')}/{uuid4().hex}")
        case _:
            return Bucket(f"file://{tmp_path}/store")


@pytest.fixture(params=["memory", "s3", "beside"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> Bucket:
    """An empty folder in each kind of store."""
    return _folder(request.param, request, tmp_path)


@pytest.fixture(params=["disk", "memory", "s3", "beside"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | Bucket:
    """An empty folder of each kind."""
    return tmp_path / "run" if request.param == "disk" else _folder(request.param, request, tmp_path)
