"""`scripts/make-tiny-models`: real checkpoints of random numbers, and catalog entries that serve them."""

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from harness.environment import read_environment
from local_models.catalog import find_model, load_catalog
from local_models.install import install, installed

pytestmark = pytest.mark.e2e

SCRIPT = Path(__file__).parents[2] / "scripts" / "make-tiny-models"
NAMES = {"tiny-deepseek-v3", "tiny-qwen3", "tiny-qwen3-moe", "tiny-qwen3-yarn"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of its own that has the engines of the real one."""
    real, home = read_environment().home, tmp_path_factory.mktemp("home")
    install(find_model("smollm2"), real, print, "cpu")
    (home / "envs").symlink_to(real / "envs")
    return home


def make(home: Path, folder: Path) -> dict[str, str]:
    """The hash of every file that it makes."""
    environ = {**os.environ, "LONGSPAN_HOME": str(home)}
    subprocess.run((SCRIPT, folder), check=True, env=environ, timeout=600)
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_the_same_bytes_come_out_twice_and_each_model_can_be_served(home: Path, tmp_path: Path) -> None:
    first = make(home, tmp_path / "first")
    assert make(home, tmp_path / "second") == first
    own = load_catalog(home / "catalog")
    assert set(own) >= NAMES
    for name in NAMES:
        ready = installed(own[name], home)
        assert ready is not None
        assert ready.weights == tmp_path / "second" / name
