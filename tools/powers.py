"""Powers of whole numbers that would keep a process busy for good: nothing stops one that is begun.

Calculators of other benchmarks run in our process with what a model wrote.
"""

MOST_BITS = 100_000
"""Of a power; Python writes no number of more than 4,300 digits (14,300 bits) out."""


def is_endless(base: object, exponent: object) -> bool:
    """Whether `base ** exponent` would have more than `MOST_BITS`; only whole numbers grow so."""
    if not isinstance(base, int) or not isinstance(exponent, int):
        return False
    return abs(base) > 1 and base.bit_length() * exponent > MOST_BITS
