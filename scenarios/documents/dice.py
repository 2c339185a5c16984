"""Random numbers that are the same on every platform and in every version of Python and numpy.

SplitMix64 (Steele, Lea, Flood 2014): the n-th number is a mix of seed + n × golden gamma, so a whole row of
them is one vector operation. It is reproducible and not secret.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


class Dice:
    """A stream of random numbers that its name alone determines."""

    def __init__(self, name: str) -> None:
        self._seed = np.uint64(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big"))
        self._drawn = 0

    def words(self, count: int) -> "np.ndarray[Any, np.dtype[np.uint64]]":
        """The next `count` numbers, uniform over 64 bits."""
        with np.errstate(over="ignore"):
            steps = np.arange(self._drawn + 1, self._drawn + count + 1, dtype=np.uint64)
            z = self._seed + steps * _GAMMA
            z = (z ^ (z >> np.uint64(30))) * _MIX_1
            z = (z ^ (z >> np.uint64(27))) * _MIX_2
        self._drawn += count
        return z ^ (z >> np.uint64(31))

    def below(self, limit: int) -> int:
        """A whole number in [0, limit); its bias is under limit / 2**64."""
        return int(self.words(1)[0]) * limit >> 64

    def between(self, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        return low + self.below(high - low + 1)

    def choice(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def order(self, count: int) -> "np.ndarray[Any, np.dtype[np.int64]]":
        """The numbers 0 … count − 1 in a random order."""
        return np.argsort(self.words(count), kind="stable")

    def shuffled(self, items: Sequence[T]) -> list[T]:
        return [items[n] for n in self.order(len(items)).tolist()]

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different items. Raises `ValueError` when there are fewer."""
        if count > len(items):
            raise ValueError(f"{count} of {len(items)} items cannot be drawn")
        return [items[n] for n in self.order(len(items))[:count].tolist()]
