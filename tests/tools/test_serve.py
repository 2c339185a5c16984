import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("world", "said"),
    [
        ("shopp", "no built-in world is called 'shopp'; did you mean shop?"),
        ("tools.world:World", "is a type, not a tools.world.World"),
        ("tools.nothing:X", "cannot import"),
        ("tools.world:NOTHING", "cannot import"),
    ],
)
def test_a_world_that_does_not_exist_is_wrong_use(world: str, said: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tools.serve", world, "--state", "s.json", "--snapshot", "n.json"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
