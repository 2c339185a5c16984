"""Hand-made streams of documented shapes: a folder a wire format, a file a stream, a line an event.

The first line says which documentation or which server's own source the stream rests on.
"""

import json
from pathlib import Path
from typing import Any

STREAMS = Path(__file__).parent / "streams"


def recorded(folder: str) -> dict[str, list[dict[str, Any]]]:
    """The events of each stream by its name. Raises `ValueError` for a stream that rests on nothing."""
    found = {}
    for file in sorted((STREAMS / folder).glob("*.jsonl")):
        head, *events = map(json.loads, file.read_text("utf-8").splitlines())
        if not head.get("source") or not head.get("shows"):
            raise ValueError(f"{file}: the first line says neither its source nor what it shows")
        found[file.stem] = events
    return found
