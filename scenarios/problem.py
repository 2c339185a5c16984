"""What is wrong with a file that people write, said so that they can put it right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Problem:
    file: Path
    line: int = 0
    """0 where no line is at fault."""
    field: str = ""
    message: str
    """What was found and what is allowed."""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.line else f"{self.file}: "
        return where + (f"{self.field}: {self.message}" if self.field else self.message)


class ScenarioError(Exception):
    """Files that cannot be used; every problem that was found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (str(p.file), p.line, p.field)))
        super().__init__("\n".join(map(str, self.problems)))


def choices(found: str, allowed: Iterable[str]) -> str:
    """The allowed names, with the one that was probably meant first."""
    names = sorted(allowed)
    near = get_close_matches(found, names, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{hint}there are: {', '.join(names) or 'none'}"
