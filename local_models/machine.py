"""What this machine has to serve with: its GPUs as the driver tells of them, else its memory.

The driver is asked once, through `nvidia-smi`, which does not heed CUDA_VISIBLE_DEVICES; this does.
"""

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local_models.fit.gpu import Gpus, known_kinds, read_gpus

_QUERY = ("--query-gpu=name,memory.total", "--format=csv,noheader,nounits")
_SECONDS = 30.0
_NO_PART_OF_A_KIND = frozenset({"nvidia", "geforce", "tesla", "quadro"})
_MIB = 2**20


class NoDriver(Exception):
    """There is an `nvidia-smi` and it does not answer; the message says what it said."""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What can be served on."""

    gpus: Gpus | None = None
    """None: none that this process may use."""
    devices: tuple[int, ...] = ()
    """Their places among those that this process may use."""
    memory: int | None = None
    """Bytes that programs can still have; None: not known."""
    nodes: int = 1
    """Machines that hold one model together; `gpus` are then those of all of them."""
    note: str | None = None
    """What its user should know of the choice."""


def see_machine(
    environ: Mapping[str, str], meminfo: Path = Path("/proc/meminfo"), group: Path = Path("/sys/fs/cgroup")
) -> Machine:
    """Raises `NoDriver` when there are GPUs that cannot be asked."""
    found = _visible(_asked(environ), environ)
    memory = _memory(meminfo, group)
    if not found:
        return Machine(memory=memory)
    kinds = list(dict.fromkeys(found))
    best = max(kinds, key=lambda kind: read_gpus(kind).kind.bytes * found.count(kind))
    devices = tuple(place for place, kind in enumerate(found) if kind == best)
    gpus = read_gpus(f"{len(devices)}x{best}")
    others = f"; those of another kind ({', '.join(k for k in kinds if k != best)}) are left out"
    return Machine(gpus=gpus, devices=devices, memory=memory, note=f"{gpus}{others}" if kinds[1:] else None)


def _asked(environ: Mapping[str, str]) -> list[str]:
    """The kind of every GPU, in the driver's order."""
    program = shutil.which("nvidia-smi", path=environ.get("PATH"))
    if program is None or environ.get("CUDA_VISIBLE_DEVICES") == "":
        return []
    try:
        asked = subprocess.run(  # noqa: S603 # the driver's own program, with words of ours
            (program, *_QUERY), capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoDriver(f"nvidia-smi does not answer: {error}") from error
    if asked.returncode:
        said = " ".join((asked.stdout + asked.stderr).split())[:200]
        if "No devices were found" in said:
            return []
        raise NoDriver(
            f"nvidia-smi fails: {said or f'exit status {asked.returncode}'}; mend the NVIDIA driver, or set "
            "CUDA_VISIBLE_DEVICES to nothing to do without GPUs"
        )
    rows = [line.rpartition(",") for line in asked.stdout.splitlines() if line.strip()]
    return [kind_of(name.strip(), memory.strip()) for name, _, memory in rows]


def kind_of(name: str, mebibytes: str) -> str:
    """What a GPU that the driver calls `name` is called here: `NVIDIA H100 80GB HBM3` is `H100-80`.

    One of a family that is known is taken as that member whose memory is nearest; any other is named after
    itself, with its memory.
    """
    words = [w for w in re.split(r"[\s-]+", name) if w and w.lower() not in _NO_PART_OF_A_KIND]
    starts = {"".join(words[:count]).lower() for count in range(1, len(words) + 1)}
    size = int(mebibytes) * _MIB if mebibytes.isdigit() else 0
    kin = [kind for kind in known_kinds().values() if kind.name.rpartition("-")[0].lower() in starts]
    if kin:
        return min(kin, key=lambda kind: abs(((kind.reported_mib or 0) * _MIB or kind.bytes) - size)).name
    family = re.sub(r"[^A-Za-z0-9.]", "", "".join(words)) or "GPU"
    return f"{family}-{round(size / 2**30)}"


def _visible(kinds: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """Those that this process may use, in its order."""
    said = environ.get("CUDA_VISIBLE_DEVICES")
    if said is None:
        return list(kinds)
    names = [name.strip() for name in said.split(",") if name.strip()]
    numbers = [int(name) for name in names if name.isdigit()]
    if len(numbers) == len(names):
        return [kinds[number] for number in numbers if number < len(kinds)]
    return list(kinds)[: len(names)]  # UUIDs, which only the driver can tell apart


def _memory(meminfo: Path, group: Path) -> int | None:
    """The least of what the machine has left and what this process's group may still take."""
    found = []
    try:
        available = re.search(r"^MemAvailable:\s+(\d+) kB", meminfo.read_text(encoding="utf-8"), re.MULTILINE)
        found += [int(available[1]) * 1024] if available else []
        most = (group / "memory.max").read_text(encoding="utf-8").strip()
        used = int((group / "memory.current").read_text(encoding="utf-8"))
        found += [int(most) - used] if most.isdigit() else []
    except (OSError, ValueError):
        pass
    return min(found, default=None)
