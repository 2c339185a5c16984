"""Our verdicts beside those of BFCL's own package, as it is installed by the command."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from harness.packages.install import install_package
from scenarios.bfcl.package import BfclPackage, bfcl
from scoring.bfcl.overall import LIVE_TASKS, SCORED, Played, board

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> BfclPackage:
    home = tmp_path_factory.mktemp("home")
    install_package("bfcl", home, lambda _: None)
    return bfcl(home)


def python(package: BfclPackage, *arguments: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, since BFCL's package takes the place of modules."""
    home = str(package.root.parents[2])
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "LONGSPAN_HOME": home, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )


def test_no_disagreement_is_left_unexplained(package: BfclPackage) -> None:
    categories = ("simple_python", "simple_java", "simple_javascript", "live_parallel", "live_relevance")
    only = [word for name in (*categories, "multi_turn_miss_func") for word in ("--only", name)]
    done = python(package, "scripts/bfcl_agreement.py", *only)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 disagreements that no documented defect explains" in done.stdout


def test_the_leaderboard_gets_the_same_number(package: BfclPackage) -> None:
    dice = random.Random(7)  # noqa: S311 # reproducible, not secret
    scores = {name: (dice.random(), LIVE_TASKS.get(name, 200)) for name in (*SCORED, "live_relevance")}
    code = (
        "from pathlib import Path; from scripts.bfcl_oracle import Oracle;"
        f"print(Oracle(Path({str(package.root)!r})).overall({scores!r}))"
    )
    done = python(package, "-c", code)
    assert done.returncode == 0, done.stderr
    ours = board({name: Played(accuracy=one, tasks=tasks) for name, (one, tasks) in scores.items()}).overall
    assert float(done.stdout.split()[-1]) == pytest.approx(100 * ours, abs=0.0051)
