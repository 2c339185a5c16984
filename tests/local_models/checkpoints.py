"""Checkpoint folders of a few bytes, and a model of the catalog's kind that they are of."""

import json
import sys
from pathlib import Path
from typing import Any

from local_models.catalog import LocalModel, find_model
from local_models.engine import EngineEnvironment

OURS = EngineEnvironment(
    engine="cpu", name="stub", version="1", requirements_sha256="", python=Path(sys.executable), versions={}
)
"""Our own Python in the place of an engine's; it has the Hub's client as well."""
CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "num_hidden_layers": 30,
    "hidden_size": 576,
    "vocab_size": 49152,
}
"""Of SmolLM2's shape."""


def safetensors(numbers: bytes) -> bytes:
    """One tensor of bytes."""
    header = json.dumps(
        {"w": {"dtype": "U8", "shape": [len(numbers)], "data_offsets": [0, len(numbers)]}}
    ).encode()
    return len(header).to_bytes(8, "little") + header + numbers


def checkpoint_files(**shards: bytes) -> dict[str, bytes]:
    """The files of a checkpoint with an index, by name."""
    names = {key: f"model-{key}.safetensors" for key in shards}
    index = {"weight_map": {f"layer.{key}": name for key, name in names.items()}}
    return {
        "config.json": json.dumps(CONFIG).encode(),
        "tokenizer.json": b"{}",
        "model.safetensors.index.json": json.dumps(index).encode(),
        **{names[key]: safetensors(numbers) for key, numbers in shards.items()},
    }


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def model(**weights: Any) -> LocalModel:
    """SmolLM2 under another name, with weights from elsewhere."""
    each = {"precision": "bf16", "gigabytes": 0.001}
    entries = {name: {**each, **one} for name, one in weights.items()}
    return LocalModel.model_validate(
        find_model("smollm2").model_dump() | {"name": "tiny", "title": "Tiny", "weights": entries}
    )
