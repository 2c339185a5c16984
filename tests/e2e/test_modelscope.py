"""Weights from ModelScope, through its real client in an environment of its own, from a hub of our own."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from local_models.engine import MODELSCOPE, EngineEnvironment, build_environment
from local_models.step import InstallError
from local_models.weights import Wanted, build_checkpoint, find_checkpoint
from tests.local_models.checkpoints import OURS, checkpoint_files, model
from tests.local_models.fake_hub import REPO, FakeHub, running

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the client installed, which takes the package index and half a minute."""
    home = tmp_path_factory.mktemp("home")
    client: EngineEnvironment = build_environment(MODELSCOPE, home, lambda _: None)
    assert client.versions["modelscope-hub"] == MODELSCOPE.version
    return home


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with running(FakeHub(files=checkpoint_files(a=b"first" * 100_000, b=b"second" * 100_000))) as one:
        yield one


def environ(hub: FakeHub, tmp_path: Path) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "MODELSCOPE_ENDPOINT": hub.url, "MODELSCOPE_HOME": str(tmp_path / "modelscope")}


def wanted(name: str, revision: str | None = None) -> Wanted:
    both = {"hub": REPO, "modelscope": {"repo": REPO, "revision": revision}}
    return Wanted(model=model(**{name: both}), origin="modelscope")


def test_a_model_is_fetched_from_modelscope_and_goes_on_where_it_was_cut(
    hub: FakeHub, home: Path, tmp_path: Path
) -> None:
    hub.stops_in = "model-b.safetensors"

    class Interrupted(Exception):
        pass

    def interrupt(_: str) -> None:
        if hub.halfway.is_set():
            raise Interrupted

    with pytest.raises(Interrupted):
        build_checkpoint(
            wanted("bf16"),
            OURS,
            home,
            lambda _: None,
            progress=interrupt,
            environ=environ(hub, tmp_path),
        )
    hub.stops_in = None
    hub.go_on.set()
    hub.fetched.clear()
    made = build_checkpoint(wanted("bf16"), OURS, home, lambda _: None, environ=environ(hub, tmp_path))
    assert [name.partition("@")[0] for name in hub.fetched] == ["model-b.safetensors"]
    assert (made.source, made.commit) == ("ModelScope acme/tiny at master", None)
    assert find_checkpoint(wanted("bf16"), home) == made
    assert {file.suffix for file in (home / "models" / "tiny_bf16").iterdir()} == {".json", ".safetensors"}


def test_an_unknown_revision_is_said_with_the_remedy(hub: FakeHub, home: Path, tmp_path: Path) -> None:
    with pytest.raises(InstallError, match="there is no acme/tiny, or it has no revision v9; look at"):
        build_checkpoint(wanted("fp8", "v9"), OURS, home, lambda _: None, environ=environ(hub, tmp_path))


def test_a_hub_that_does_not_answer_is_named(hub: FakeHub, home: Path, tmp_path: Path) -> None:
    nowhere = {
        **environ(hub, tmp_path),
        "MODELSCOPE_ENDPOINT": "http://127.0.0.1:9",
        "MODELSCOPE_API_MAX_RETRIES": "1",
    }
    with pytest.raises(InstallError, match=r"http://127.0.0.1:9 was not reached; check the network"):
        build_checkpoint(wanted("int4"), OURS, home, lambda _: None, environ=nowhere)
