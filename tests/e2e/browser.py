"""Draw a page in a real browser, and hear what it complains about."""

import re
import subprocess
from pathlib import Path

SECONDS = 120


def drawn(chromium: list[str], page: Path, place: str = "") -> str:
    """The page as the browser has drawn it; fails when its script or its policy complained."""
    command = [*chromium, "--virtual-time-budget=4000", "--dump-dom", f"{page.as_uri()}{place}"]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=SECONDS, check=True)
    complaints = [line for line in ended.stderr.splitlines() if "CONSOLE" in line]
    assert complaints == []
    return re.sub(r"<script.*?</script>", "", ended.stdout, flags=re.DOTALL)
