import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.served import vllm


@pytest.fixture(scope="session")
def smollm2() -> Iterator[str]:
    """The base URL of one SmolLM2 for all tests that do no more than talk to it."""
    with vllm() as base_url:
        yield base_url


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
