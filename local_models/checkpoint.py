"""A checkpoint folder as transformers writes it: whether it is whole, whose it is, and its fingerprint.

Weights may be hundreds of gigabytes, so what can be known from names, sizes and the first bytes of each file
is looked at before an engine spends minutes on loading it. A fingerprint says of what it is one:
    contents   every byte of every weights file
    sample     the small files whole, and of each weights file its size, its header and a few stretches
A sample is read in a moment and tells two trainings of one model apart; it proves not that no bit differs.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from local_models.architecture import Architecture
from local_models.step import InstallError

Hashed = Literal["contents", "sample"]
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json")
_SMALL = {".json", ".jinja", ".model", ".txt"}
_STRETCH = 64 * 1024
_LARGEST_HEADER = 256 * 1024 * 1024
"""Bytes; the format allows 100 MB."""
_SHAPE = {"num_hidden_layers": "layers", "hidden_size": "hidden", "vocab_size": "vocabulary"}


def check_checkpoint(folder: Path, architecture: Architecture | None = None) -> None:
    """Raise `InstallError` unless the folder can be loaded, as far as that is known without loading it."""
    if not folder.is_dir():
        raise InstallError(f"{folder}: no such folder; weights lie in one, as transformers writes it")
    config = _config(folder)
    if not any((folder / name).is_file() for name in _TOKENIZERS):
        raise InstallError(f"{folder}: no tokenizer; one of {', '.join(_TOKENIZERS)} has to lie there")
    files = weights_files(folder)
    for file in files:
        _check_whole(file)
    if architecture is not None:
        _check_model(folder, config, architecture)


def weights_files(folder: Path) -> tuple[Path, ...]:
    """The safetensors files in order; raises `InstallError` if there is none, or one that the index names."""
    named = set(_index(folder).values())
    if missing := sorted(name for name in named if not (folder / name).is_file()):
        raise InstallError(
            f"{folder}: {len(missing)} of {len(named)} weights files are missing, the first is {missing[0]};"
            " get them from where the others came from"
        )
    files = tuple(sorted(folder.glob("*.safetensors")))
    if not files:
        raise InstallError(f"{folder}: no *.safetensors; weights in another format must be converted first")
    return files


def sample(folder: Path) -> Mapping[str, str]:
    """By name of file, a SHA-256 of what was looked at: the small files whole, the weights in part."""
    small = (
        file for file in sorted(folder.iterdir()) if file.suffix in {".json", ".jinja", ".model", ".txt"}
    )
    whole = {file.name: sha256(file) for file in small if file.is_file() and file.name != "manifest.json"}
    return {**whole, **{file.name: _sampled(file) for file in weights_files(folder)}}


def sha256(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _sampled(file: Path) -> str:
    size = file.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with file.open("rb") as handle:
        length = _header_length(handle.read(8), file)
        digest.update(handle.read(length))
        for place in (size // 4, size // 2, 3 * size // 4, max(size - _STRETCH, 0)):
            handle.seek(place)
            digest.update(handle.read(_STRETCH))
    return digest.hexdigest()


def _check_whole(file: Path) -> None:
    """A safetensors file says how long it is: its header gives the place of each tensor's bytes."""
    with file.open("rb") as handle:
        length = _header_length(handle.read(8), file)
        try:
            header = json.loads(handle.read(length))
            ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InstallError(f"{file}: not a safetensors file, or a damaged one; get it again") from error
    expected, found = 8 + length + max(ends, default=0), file.stat().st_size
    if found < expected:
        raise InstallError(f"{file}: cut short: {found:,} of {expected:,} bytes are there; get it again")


def _header_length(first: bytes, file: Path) -> int:
    length = int.from_bytes(first, "little")
    if len(first) < 8 or length > _LARGEST_HEADER:  # noqa: PLR2004  # the format's first field has 8 bytes
        raise InstallError(f"{file}: not a safetensors file, or a damaged one; get it again")
    return length


def _check_model(folder: Path, config: Mapping[str, Any], wanted: Architecture) -> None:
    """Weights of another model would be served under this one's name, with its parsers and sampling."""
    found = next(iter(config.get("architectures") or ()), "no architecture")
    differing = [
        f"{key} is {config[key]} and not {getattr(wanted, field)}"
        for key, field in _SHAPE.items()
        if key in config and config[key] != getattr(wanted, field)
    ]
    if found != wanted.class_name:
        differing.insert(0, f"it is a {found} and not a {wanted.class_name}")
    if differing:
        raise InstallError(
            f"{folder / 'config.json'}: another model's: {'; '.join(differing)}; give this model's folder,"
            " or it a catalog entry of its own"
        )


def _config(folder: Path) -> Mapping[str, Any]:
    found = _json(folder / "config.json")
    if found is None:
        raise InstallError(f"{folder}: no config.json; weights lie in a folder as transformers writes it")
    return found


def _index(folder: Path) -> Mapping[str, str]:
    found = _json(folder / "model.safetensors.index.json") or {}
    named = found.get("weight_map", {})
    return named if isinstance(named, dict) else {}


def _json(file: Path) -> Mapping[str, Any] | None:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise InstallError(f"{file}: not JSON: {error}; get it again") from error
    if not isinstance(value, dict):
        raise InstallError(f"{file}: expected an object, found a {type(value).__name__}; get it again")
    return value
