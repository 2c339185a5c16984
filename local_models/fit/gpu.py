"""GPUs as people name them: `4xH20-96` is four of a kind that has 96 GB each.

A kind that is not known is taken at its word about its memory; nothing else is assumed of it but that it
computes what the model needs, and the answer says so.
"""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import PositiveInt

from scenarios.record import Record
from scenarios.serving import gpus_of

KINDS = Path(__file__).parent / "gpus.yaml"
GIGABYTE = 10**9
_MIB = 2**20
_HOPPER = 70 * 2**30
_BLACKWELL = 160 * 2**30


class UnknownGpu(Exception):
    """No such GPU, and no memory in its name; the message lists those that are known."""


class GpuKind(Record):
    """One kind of GPU."""

    name: str
    gigabytes: PositiveInt
    """Of 10⁹ bytes, as in the name."""
    capability: tuple[int, int] | None = None
    """Compute capability; None: not known."""
    reported_mib: PositiveInt | None = None
    """What nvidia-smi shows; None: not seen."""
    batched: PositiveInt
    """Tokens of one step that vLLM takes when it is not told."""

    @property
    def bytes(self) -> int:
        return self.gigabytes * GIGABYTE

    @property
    def reported_gigabytes(self) -> float | None:
        return None if self.reported_mib is None else self.reported_mib * _MIB / GIGABYTE

    def before(self, major: int, minor: int) -> bool:
        """Whether its capability is known and older."""
        return self.capability is not None and self.capability < (major, minor)


class Gpus(Record):
    """Some GPUs of one kind."""

    count: PositiveInt
    kind: GpuKind
    assumed: str | None = None
    """What was taken for granted in reading the name."""

    def __str__(self) -> str:
        return f"{self.count}x{self.kind.name}"


def read_gpus(text: str) -> Gpus:
    """The GPUs that `text` names. Raises `ValueError` for no such form and `UnknownGpu` for no such kind."""
    count, name = gpus_of(text)
    kinds = known_kinds()
    if name in kinds:
        return Gpus(count=count, kind=kinds[name])
    family, _, memory = name.rpartition("-")
    if memory.isdigit() and int(memory):
        return _taken_at_its_word(count, family, int(memory), kinds)
    found = [kind for kind in kinds.values() if kind.name.lower().rpartition("-")[0] == name.lower()]
    if not found:
        raise UnknownGpu(
            f"no GPU is called {name!r}; there are: {', '.join(kinds)}. Any other is accepted with "
            f"its memory in GB behind it, such as {count}x{name}-32"
        )
    least = min(found, key=lambda kind: kind.gigabytes)
    others = "".join(f"; there is {kind.name} too" for kind in found if kind is not least)
    return Gpus(count=count, kind=least, assumed=f"{name} is taken as {least.name}{others}")


def _taken_at_its_word(count: int, family: str, gigabytes: int, kinds: dict[str, GpuKind]) -> Gpus:
    """A kind that the list has not got: its memory is believed, its capability is that of its family."""
    kin = [kind for kind in kinds.values() if kind.name.lower().rpartition("-")[0] == family.lower()]
    name = f"{kin[0].name.rpartition('-')[0] if kin else family}-{gigabytes}"
    if name in kinds:
        return Gpus(count=count, kind=kinds[name])
    kind = GpuKind(
        name=name,
        gigabytes=gigabytes,
        capability=kin[0].capability if kin else None,
        batched=_batched(gigabytes * GIGABYTE),
    )
    rest = f"computes as {kin[0].name}" if kin else "is assumed to compute every type that the model needs"
    return Gpus(count=count, kind=kind, assumed=f"{name} is not known: it has {gigabytes} GB and {rest}")


def _batched(size: int) -> int:
    """What vLLM chooses by memory; see the head of gpus.yaml."""
    if size >= _BLACKWELL:
        return 16384
    return 8192 if size >= _HOPPER else 2048


@cache
def known_kinds() -> dict[str, GpuKind]:
    """Every kind by name."""
    entries: dict[str, dict[str, Any]] = yaml.safe_load(KINDS.read_text(encoding="utf-8"))
    return {name: _kind(name, entry) for name, entry in entries.items()}


def _kind(name: str, entry: dict[str, Any]) -> GpuKind:
    major, minor = str(entry["capability"]).split(".")
    gigabytes = int(name.rpartition("-")[2])
    return GpuKind.model_validate(
        {**entry, "name": name, "gigabytes": gigabytes, "capability": (int(major), int(minor))}
    )
