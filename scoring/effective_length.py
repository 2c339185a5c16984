"""How long a document may be before a model no longer reads it as well as a short one.

The *base* is the score at the shortest length that was asked. The effective length is the longest length at
which the lower end of the score's interval is still at least 0.85 × the base (the threshold of NoLiMa,
Modarressi et al., arXiv:2502.05167, there applied to the mean): what chance may have added does not count.
Where it cannot be said it is None, with the reason.
"""

from collections.abc import Mapping
from typing import Literal

from scenarios.record import Record
from scoring.statistics.clusters import Clustered

KEPT = 0.85
"""The share of the base score that has to be left."""

Unsaid = Literal["no_lengths", "one_length", "nothing_right", "too_few"]
"""Why there is none. `no_lengths`: the documents are not of lengths that were asked for. `one_length`: there
is no other one to compare with. `nothing_right`: the base score is 0. `too_few`: no interval is narrow enough
that its lower end reaches the threshold, not even the base's own."""


class EffectiveLength(Record):
    tokens: int | None = None
    """None where it cannot be said."""
    at_least: bool = False
    """The longest length that was asked is still good: the effective length may be longer."""
    base_tokens: int | None = None
    base: float | None = None
    """The mean score at the shortest length."""
    threshold: float | None = None
    """What the lower end of an interval has to reach."""
    unsaid: Unsaid | None = None


def effective_length(scores: Mapping[int, Clustered]) -> EffectiveLength:
    """From the score at each length in tokens; lengths without a score are left out.

    >>> from scoring.statistics.clusters import clustered
    >>> scores = {
    ...     4096: clustered([1.0] * 50, [n // 10 for n in range(50)]),
    ...     16384: clustered([1.0] * 49 + [0.0], [n // 10 for n in range(50)]),
    ...     65536: clustered([1.0] * 40 + [0.0] * 10, [n // 10 for n in range(50)]),
    ... }
    >>> found = effective_length(scores)
    >>> (found.tokens, found.base, found.threshold)
    (16384, 1.0, 0.85)
    """
    known = {tokens: scores[tokens] for tokens in sorted(scores) if scores[tokens].mean is not None}
    if not known:
        return EffectiveLength(unsaid="no_lengths")
    shortest, longest = min(known), max(known)
    base = known[shortest].mean or 0.0
    if len(known) == 1:
        return EffectiveLength(base_tokens=shortest, base=base, unsaid="one_length")
    if base <= 0:
        return EffectiveLength(base_tokens=shortest, base=base, unsaid="nothing_right")
    threshold = KEPT * base
    good = [tokens for tokens, score in known.items() if score.low is not None and score.low >= threshold]
    return EffectiveLength(
        tokens=max(good, default=None),
        at_least=longest in good,
        base_tokens=shortest,
        base=base,
        threshold=threshold,
        unsaid=None if good else "too_few",
    )
