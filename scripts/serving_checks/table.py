"""The table of a verification: a row for each check, shown as soon as it is known, and kept as a page."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

HEAD = "| check | what was seen | seconds | ok |\n|---|---|---:|---|"
_LONGEST = 260


@dataclass(frozen=True, kw_only=True)
class Row:
    check: str
    seen: str
    seconds: float
    ok: bool

    def __str__(self) -> str:
        seen = " ".join(self.seen.split()).replace("|", "\\|")
        seen = seen if len(seen) <= _LONGEST else f"{seen[:_LONGEST]}…"
        return f"| {self.check} | {seen} | {self.seconds:.1f} | {'yes' if self.ok else '**no**'} |"


@dataclass(frozen=True, kw_only=True)
class Table:
    show: Callable[[str], None]
    rows: list[Row] = field(default_factory=list)

    def look(self, check: str, see: Callable[[], str]) -> bool:
        """Do a check, which says what it saw, or raises; what fails does not keep others from being done."""
        began = time.monotonic()
        try:
            seen, ok = see(), True
        except Exception as error:  # the boundary of a check: whatever went wrong is what was seen
            seen, ok = f"{type(error).__name__}: {error}", False
        row = Row(check=check, seen=seen, seconds=time.monotonic() - began, ok=ok)
        self.rows.append(row)
        self.show(str(row))
        return ok

    @property
    def failed(self) -> int:
        return sum(not row.ok for row in self.rows)
