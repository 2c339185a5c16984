"""Is what questions share really computed once?

A plan counts on the provider's prompt cache. From the second question on a long document on, its own usage
says whether the cache did its part; where it did not, going on would cost many times what was planned.
"""

from collections import Counter
from dataclasses import dataclass, field

from scenarios.exam import Exam
from scenarios.transcript import Transcript

LONG = 16 * 1024
"""Prompt tokens from which on a cold cache is worth stopping for."""
LEAST_CACHED = 0.5
CAN_HIT = 2
"""The second question on a document is the first that can hit."""


@dataclass
class Economy:
    _asked: Counter[str] = field(default_factory=Counter)

    def objection(self, exam: Exam, transcript: Transcript) -> str:
        """Why going on would cost more than planned, with the numbers; empty when all is well or unknown."""
        reading = exam.scenario.reading
        if reading is None or not transcript.exchanges:
            return ""
        key = f"{transcript.model}/{reading.key}/{transcript.repeat}"
        self._asked[key] += 1
        usage = transcript.exchanges[0].usage
        if self._asked[key] != CAN_HIT or usage.input is None or usage.cached is None or usage.input < LONG:
            return ""
        share = usage.cached / usage.input
        if share >= LEAST_CACHED:
            return ""
        return (
            f"{reading.document.name}: the second question found {usage.cached:,} of {usage.input:,} "
            f"prompt tokens ({share:.0%}) in the provider's cache, where the plan counts on nearly all; "
            "lower --concurrency, or pay in full with --allow-cold"
        )
