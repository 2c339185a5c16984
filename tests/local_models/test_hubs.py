"""Weights from the Hugging Face Hub, through its real client, from a hub that the tests run themselves."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from local_models.step import InstallError
from local_models.weights import Checkpoint, Wanted, build_checkpoint, find_checkpoint
from tests.local_models.checkpoints import OURS, checkpoint_files, model, write
from tests.local_models.fake_hub import COMMIT, REPO, FakeHub, running

TOKEN = "hf_made_up"  # noqa: S105 # it opens nothing but the hub of these tests
ONE, TWO = b"first" * 1000, b"second" * 1000


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    extra = {"README.md": b"read me", "pytorch_model.bin": b"old", "onnx/model.json": b"{}"}
    with running(FakeHub(files={**checkpoint_files(a=ONE, b=TWO), **extra})) as one:
        yield one


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def wanted(revision: str | None = None, repo: str = REPO) -> Wanted:
    return Wanted(model=model(bf16={"hub": {"repo": repo, "revision": revision}}))


def environ(hub: FakeHub, tmp_path: Path, **more: str) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "VIRTUAL_ENV") if name in os.environ}
    return {**kept, "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "hf"), **more}


def test_a_model_is_fetched_from_the_hub_that_hf_endpoint_names(
    hub: FakeHub, home: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    made = build_checkpoint(wanted(), OURS, home, said.append, environ=environ(hub, tmp_path))
    folder = home / "models" / "tiny_bf16"
    assert made.source == "Hugging Face acme/tiny at main"
    assert made.commit == COMMIT
    assert made.hashed == "contents"
    assert set(made.files) == {"model-a.safetensors", "model-b.safetensors"}
    assert made.files["model-a.safetensors"] == hashlib.sha256(hub.files["model-a.safetensors"]).hexdigest()
    assert {file.name for file in folder.iterdir()} == {
        "config.json",
        "manifest.json",
        "model-a.safetensors",
        "model-b.safetensors",
        "model.safetensors.index.json",
        "tokenizer.json",
    }
    assert find_checkpoint(wanted(), home) == made
    assert said == ["Fetching Hugging Face acme/tiny at main: 5 files, 0.0 GB"]


def test_an_interrupted_download_goes_on_with_the_files_that_are_missing(
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
            wanted(),
            OURS,
            home,
            lambda _: None,
            progress=interrupt,
            environ=environ(hub, tmp_path),
        )
    assert isinstance(find_checkpoint(wanted(), home), str)
    hub.stops_in = None
    hub.go_on.set()
    hub.fetched.clear()
    said: list[str] = []
    made = build_checkpoint(wanted(), OURS, home, said.append, environ=environ(hub, tmp_path))
    assert hub.fetched == ["model-b.safetensors"]
    assert find_checkpoint(wanted(), home) == made
    assert "0.0 GB are there already" in said[0]


def test_a_gated_model_is_opened_by_hf_token_and_only_by_it(hub: FakeHub, home: Path, tmp_path: Path) -> None:
    hub.token = TOKEN
    with pytest.raises(InstallError, match=r"acme/tiny is gated; accept its terms at .*, set HF_TOKEN"):
        build_checkpoint(wanted(), OURS, home, lambda _: None, environ=environ(hub, tmp_path))
    with_token = environ(hub, tmp_path, HF_TOKEN=TOKEN)
    build_checkpoint(wanted(), OURS, home, lambda _: None, environ=with_token)
    for log in (home / "logs").iterdir():
        assert TOKEN not in log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("asked", "more", "message"),
    [
        (wanted(revision="v9"), {}, "acme/tiny has no revision v9; correct it in the model's catalog file"),
        (
            wanted(repo="acme/nothing"),
            {},
            "acme/nothing is not there, or private and HF_TOKEN does",
        ),
        (
            wanted(),
            {"HF_HUB_OFFLINE": "1"},
            "HF_HUB_OFFLINE forbids the network; unset it or take",
        ),
        (
            wanted(),
            {"HF_ENDPOINT": "http://127.0.0.1:9"},
            "http://127.0.0.1:9 was not reached; check",
        ),
    ],
)
def test_what_keeps_a_model_from_coming_is_said_with_the_remedy(
    hub: FakeHub, home: Path, tmp_path: Path, asked: Wanted, more: dict[str, str], message: str
) -> None:
    with pytest.raises(InstallError, match=message):
        build_checkpoint(asked, OURS, home, lambda _: None, environ=environ(hub, tmp_path, **more))


def test_a_file_that_came_damaged_is_fetched_again(hub: FakeHub, home: Path, tmp_path: Path) -> None:
    hub.damaged = "model-a.safetensors"
    with pytest.raises(InstallError, match=r"model-a\.safetensors: it came damaged, as its SHA-256 is not"):
        build_checkpoint(wanted(), OURS, home, lambda _: None, environ=environ(hub, tmp_path))
    hub.damaged = None
    hub.fetched.clear()
    build_checkpoint(wanted(), OURS, home, lambda _: None, environ=environ(hub, tmp_path))
    assert hub.fetched == ["model-a.safetensors"]


def test_a_repository_without_safetensors_is_no_checkpoint(hub: FakeHub, home: Path, tmp_path: Path) -> None:
    hub.files = {"pytorch_model.bin": b"old"}
    with pytest.raises(InstallError, match=r"no \*\.safetensors there; it is not a checkpoint"):
        build_checkpoint(wanted(), OURS, home, lambda _: None, environ=environ(hub, tmp_path))


def test_weights_of_another_model_are_refused_once_they_have_come(
    hub: FakeHub, home: Path, tmp_path: Path
) -> None:
    hub.files["config.json"] = b'{"architectures": ["GemmaForCausalLM"], "hidden_size": 8}'
    with pytest.raises(InstallError, match="another model's: it is a GemmaForCausalLM and not a LlamaForCau"):
        build_checkpoint(wanted(), OURS, home, lambda _: None, environ=environ(hub, tmp_path))
    assert isinstance(find_checkpoint(wanted(), home), str)


def test_a_hub_that_the_catalog_does_not_name_is_refused_with_those_that_it_names(home: Path) -> None:
    asked = Wanted(model=wanted().model, origin="modelscope")
    with pytest.raises(InstallError, match="does not know local/tiny on modelscope; --from huggingface, or"):
        build_checkpoint(asked, OURS, home, lambda _: None)


def test_weights_that_lie_elsewhere_are_remembered_and_never_copied(home: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", checkpoint_files(a=ONE))
    asked = Wanted(model=wanted().model, origin=folder)
    made = build_checkpoint(asked, OURS, home, lambda _: None)
    assert (made.elsewhere, made.hashed) == (folder, "sample")
    assert [file.name for file in (home / "models" / "tiny_bf16").iterdir()] == ["manifest.json"]
    assert find_checkpoint(wanted(), home) == made
    (folder / "model-a.safetensors").write_bytes(b"")
    assert "not a safetensors file" in str(find_checkpoint(wanted(), home))


def test_weights_of_another_revision_do_not_count(hub: FakeHub, home: Path, tmp_path: Path) -> None:
    build_checkpoint(wanted(), OURS, home, lambda _: None, environ=environ(hub, tmp_path))
    assert isinstance(find_checkpoint(wanted(), home), Checkpoint)
    assert "are from Hugging Face acme/tiny at main" in str(find_checkpoint(wanted(revision=COMMIT), home))
