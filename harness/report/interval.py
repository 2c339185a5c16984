"""A mean as the report shows it: with its interval, and what it rests on."""

from scenarios.record import Record


class Interval(Record):
    """A mean with its 95 % interval: over scenarios, or, where documents are asked about, over documents.

    The interval is None for a single scenario.
    """

    mean: float | None
    low: float | None
    high: float | None


class Metric(Interval):
    n: int
    """Graded trials to which it applies; of documents, questions."""
