"""When conversations begin in an open loop: a renewal process with gamma gaps, Poisson by default.

Gaps are drawn with a mean of one in the time of the process itself and then laid out in seconds, so that a
rate that still grows needs no other draw: while it grows over the first `ramp` seconds, arrivals are denser
the later they are, and afterwards they come at the rate. The gaps are those of `vllm bench serve` (gamma of
shape `burstiness` and mean 1/rate); it then stretches them so that the last one falls on N/rate, which makes
the total certain and the process no longer Poisson, and we do not.
"""

import random
from collections.abc import Iterator
from math import sqrt


def arrivals(rate: float, burstiness: float, seed: str, ramp: float = 0.0) -> Iterator[float]:
    """Moments in seconds, without end; the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311 # reproducible, not secret
    count = 0.0
    while True:
        count += dice.gammavariate(burstiness, 1 / burstiness)
        yield moment(count, rate, ramp)


def moment(count: float, rate: float, ramp: float) -> float:
    """When so many are to be expected, at a rate that grows evenly from nothing over `ramp` seconds."""
    grown = rate * ramp / 2
    if count < grown:
        return sqrt(2 * ramp * count / rate)
    return (count - grown) / rate + ramp
