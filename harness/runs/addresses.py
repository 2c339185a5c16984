"""What a user may write where a folder of runs, or a run, is asked for.

A path of this machine, `file:///…`, or the address of a folder in a store that fsspec reaches, such as
`s3://bucket/runs`. Nothing is asked of the store here; what is needed to ask it has to be installed.
"""

from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

from harness.runs.places import Bucket

_PACKAGES = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs"}
_CANNOT_KEEP = {"http", "https", "data", "github", "zip", "tar"}


class WrongAddress(Exception):
    """An address at which nothing can be kept; the message says why and what to write instead."""


def place_of(text: str) -> Path | Bucket:
    """Where an address leads. Raises `WrongAddress`."""
    scheme, sign, rest = text.partition("://")
    if not sign:
        return Path(text)
    if scheme in {"file", "local"}:
        if not rest.startswith("/"):
            raise WrongAddress(f"{text} names no folder; write {scheme}:///FOLDER with three slashes")
        return Path(rest)
    _refuse_secrets(text, scheme)
    _refuse_others(text, scheme)
    return Bucket(text.rstrip("/"))


def _refuse_secrets(text: str, scheme: str) -> None:
    """An address is stored, printed and shared."""
    try:
        parts = urlsplit(text)
        secret, name = parts.password, parts.hostname or ""
    except ValueError as error:
        raise WrongAddress(f"{scheme}://… is no address: {error}") from None
    if secret is not None or "?" in text or "#" in text:
        raise WrongAddress(
            f"an address holds no keys and no options: write {scheme}://{name}{parts.path} and let the "
            "environment say the rest (for s3: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL, …)"
        )


def _refuse_others(text: str, scheme: str) -> None:
    known = import_module("fsspec.registry")
    if "::" in text or scheme in _CANNOT_KEEP:
        raise WrongAddress(
            f"{text}: nothing can be kept there; name a folder or a bucket, as s3://BUCKET/runs"
        )
    try:
        known.get_filesystem_class(scheme)
    except ImportError as error:
        named = _PACKAGES.get(scheme)
        remedy = f"pip install {named}" if named else str(error)
        raise WrongAddress(f"{text} needs a package that is not installed: {remedy}") from error
    except ValueError:
        others = "s3, gs, abfs, sftp, smb, hdfs, file and others are known"
        raise WrongAddress(f"{text}: nobody knows {scheme}://; {others}") from None
