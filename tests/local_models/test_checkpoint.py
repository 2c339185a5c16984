"""Whether a folder holds a checkpoint that can be loaded, known from names, sizes and headers."""

import json
from pathlib import Path

import pytest

from local_models.catalog import find_model
from local_models.checkpoint import check_checkpoint, sample
from local_models.step import InstallError
from tests.local_models.checkpoints import CONFIG, checkpoint_files, safetensors, write

SHAPE = find_model("smollm2").architecture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "weights", checkpoint_files(a=b"one" * 9, b=b"two" * 9))


def test_a_whole_checkpoint_is_taken(folder: Path) -> None:
    check_checkpoint(folder, SHAPE)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("config.json", None, "no config.json; weights lie in a folder as transformers writes it"),
        ("config.json", b"{", "config.json: not JSON"),
        ("config.json", b"[]", "config.json: expected an object, found a list"),
        ("tokenizer.json", None, r"no tokenizer; one of tokenizer.json, tokenizer.model, vocab.json"),
        ("model-b.safetensors", None, "1 of 2 weights files are missing, the first is model-b.safetensors"),
        ("model-b.safetensors", b"short", "model-b.safetensors: not a safetensors file, or a damaged one"),
        ("model-b.safetensors", b"<html>Please log in</html>", "not a safetensors file, or a damaged one"),
        (
            "model-b.safetensors",
            safetensors(b"two" * 9)[:-5],
            "cut short: 92 of 97 bytes are there; get it again",
        ),
    ],
)
def test_what_is_wrong_with_a_folder_is_said(
    folder: Path, name: str, data: bytes | None, message: str
) -> None:
    if data is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(data)
    with pytest.raises(InstallError, match=message):
        check_checkpoint(folder, SHAPE)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InstallError, match="nowhere: no such folder"):
        check_checkpoint(tmp_path / "nowhere")


def test_weights_in_another_format_are_no_checkpoint(tmp_path: Path) -> None:
    files = {"config.json": json.dumps(CONFIG).encode(), "tokenizer.json": b"{}", "model.gguf": b"GGUF"}
    with pytest.raises(InstallError, match="weights in another format must be converted first"):
        check_checkpoint(write(tmp_path / "gguf", files))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"architectures": ["Qwen3ForCausalLM"]}, "it is a Qwen3ForCausalLM and not a LlamaForCausalLM"),
        ({"num_hidden_layers": 32}, "num_hidden_layers is 32 and not 30"),
        (
            {"hidden_size": 960, "vocab_size": 1},
            "hidden_size is 960 and not 576; vocab_size is 1",
        ),
    ],
)
def test_the_weights_of_another_model_are_refused(
    folder: Path, changed: dict[str, object], message: str
) -> None:
    (folder / "config.json").write_text(json.dumps({**CONFIG, **changed}), encoding="utf-8")
    with pytest.raises(InstallError, match=message):
        check_checkpoint(folder, SHAPE)


def test_a_sample_tells_two_trainings_of_one_model_apart(tmp_path: Path) -> None:
    size = 3_000_000
    one = write(tmp_path / "one", checkpoint_files(a=bytes(size)))
    same = write(tmp_path / "same", checkpoint_files(a=bytes(size)))
    other = write(tmp_path / "other", checkpoint_files(a=bytes(size // 2) + b"\1" * (size // 2)))
    assert sample(one) == sample(same)
    differing = {name for name, digest in sample(other).items() if digest != sample(one)[name]}
    assert differing == {"model-a.safetensors"}


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "chat_template.jinja"])
def test_a_sample_sees_every_byte_of_the_small_files(folder: Path, name: str) -> None:
    before = sample(folder)
    (folder / name).write_text('{"other": 1}', encoding="utf-8")
    assert sample(folder).get(name) != before.get(name)
