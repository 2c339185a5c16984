import shutil
from pathlib import Path

import pytest


@pytest.fixture
def chromium(tmp_path: Path) -> list[str]:
    """The command that starts a browser without a window, with a profile of its own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((found for name in names if (found := shutil.which(name))), None)
    if program is None:
        pytest.fail("needs a browser: apt-get install chromium")
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--no-first-run",
    ]
    return [program, *flags, f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr"]
