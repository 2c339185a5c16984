"""What a machine has, as a driver that lives in the test tells it."""

import os
from pathlib import Path

import pytest

from local_models.machine import Machine, NoDriver, kind_of, see_machine

MEMINFO = "MemTotal:       16000000 kB\nMemFree:  1000 kB\nMemAvailable:    8000000 kB\n"


@pytest.fixture
def meminfo(tmp_path: Path) -> Path:
    file = tmp_path / "meminfo"
    file.write_text(MEMINFO, encoding="utf-8")
    return file


def driver(tmp_path: Path, *rows: str, status: int = 0, said: str = "") -> dict[str, str]:
    """An `nvidia-smi` on a PATH, which answers these rows."""
    folder = tmp_path / "bin"
    folder.mkdir()
    lines = "".join(f"echo '{row}'\n" for row in rows)
    program = folder / "nvidia-smi"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = "--query-gpu=name,memory.total" ] || exit 9\n{lines}'
        f"echo '{said}' >&2\nexit {status}\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return {"PATH": f"{folder}:{os.defpath}"}


def seen(environ: dict[str, str], meminfo: Path) -> Machine:
    return see_machine(environ, meminfo=meminfo, group=meminfo.parent / "none")


def test_four_gpus_of_one_kind(tmp_path: Path, meminfo: Path) -> None:
    machine = seen(driver(tmp_path, *["NVIDIA H20, 97871"] * 4), meminfo)
    assert (str(machine.gpus), machine.devices) == ("4xH20-96", (0, 1, 2, 3))
    assert machine.memory == 8_000_000 * 1024


def test_no_driver_means_no_gpu(tmp_path: Path, meminfo: Path) -> None:
    assert seen({"PATH": str(tmp_path)}, meminfo).gpus is None


def test_only_those_that_this_process_may_use_count(tmp_path: Path, meminfo: Path) -> None:
    environ = driver(tmp_path, *["NVIDIA H100 80GB HBM3, 81559"] * 8)
    assert str(seen({**environ, "CUDA_VISIBLE_DEVICES": "6,7"}, meminfo).gpus) == "2xH100-80"
    assert str(seen({**environ, "CUDA_VISIBLE_DEVICES": "GPU-abc"}, meminfo).gpus) == "1xH100-80"
    assert seen({**environ, "CUDA_VISIBLE_DEVICES": ""}, meminfo).gpus is None


def test_of_several_kinds_the_one_with_most_memory_is_taken_and_that_is_said(
    tmp_path: Path, meminfo: Path
) -> None:
    rows = ("NVIDIA L4, 23034", "NVIDIA L40S, 46068", "NVIDIA L40S, 46068")
    machine = seen(driver(tmp_path, *rows), meminfo)
    assert (str(machine.gpus), machine.devices) == ("2xL40S-48", (1, 2))
    assert machine.note == "2xL40S-48; those of another kind (L4-24) are left out"


def test_a_driver_that_fails_is_an_error_with_its_words(tmp_path: Path, meminfo: Path) -> None:
    said = "NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver."
    with pytest.raises(NoDriver, match=r"could not communicate .* mend the NVIDIA driver"):
        seen(environ := driver(tmp_path, status=9, said=said), meminfo)
    assert seen({**environ, "CUDA_VISIBLE_DEVICES": ""}, meminfo).gpus is None


def test_a_driver_without_devices_has_no_gpu(tmp_path: Path, meminfo: Path) -> None:
    assert seen(driver(tmp_path, status=6, said="No devices were found"), meminfo).gpus is None


def test_a_group_that_may_take_less_memory_than_is_free_bounds_it(tmp_path: Path, meminfo: Path) -> None:
    group = tmp_path / "group"
    group.mkdir()
    (group / "memory.max").write_text("5000000\n", encoding="utf-8")
    (group / "memory.current").write_text("2000000\n", encoding="utf-8")
    assert see_machine({"PATH": str(tmp_path)}, meminfo=meminfo, group=group).memory == 3_000_000
    (group / "memory.max").write_text("max\n", encoding="utf-8")
    assert see_machine({"PATH": str(tmp_path)}, meminfo=meminfo, group=group).memory == 8_000_000 * 1024


@pytest.mark.parametrize(
    ("name", "mebibytes", "kind"),
    [
        ("NVIDIA H20", "97871", "H20-96"),
        ("NVIDIA H20", "144384", "H20-141"),
        ("NVIDIA H200", "143771", "H200-141"),
        ("NVIDIA H100 80GB HBM3", "81559", "H100-80"),
        ("NVIDIA A100-SXM4-40GB", "40960", "A100-40"),
        ("NVIDIA A100-SXM4-80GB", "81920", "A100-80"),
        ("NVIDIA B200", "183359", "B200-180"),
        ("NVIDIA GeForce RTX 4090", "24564", "RTX4090-24"),
        ("NVIDIA RTX 6000 Ada Generation", "49140", "RTX6000Ada-48"),
        ("NVIDIA A10", "23028", "A10-24"),
        ("NVIDIA A10G", "23028", "A10G-22"),
        ("Tesla V100-SXM2-32GB", "32768", "V100SXM232GB-32"),
    ],
)
def test_names_of_the_driver_are_names_of_kinds(name: str, mebibytes: str, kind: str) -> None:
    assert kind_of(name, mebibytes) == kind
