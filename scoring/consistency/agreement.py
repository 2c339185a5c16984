"""How far the answers to one question agree, with gold and without.

An answer that could not be read is None, and agrees with nothing, not even with another that could not.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import combinations
from statistics import fmean


def agreement(answers: Sequence[str | None]) -> float | None:
    """Cons = 2 / (m (m − 1)) · Σ_{i<j} 1[a_i = a_j]: the share of pairs that are equal; None below two.

    Elazar et al., Measuring and Improving Consistency in Pretrained Language Models (ParaRel), TACL 2021.

    >>> agreement(["blue", "blue", "red"])        # one of three pairs
    0.3333333333333333
    >>> agreement(["blue", "blue", None, None])   # one of six
    0.16666666666666666
    """
    pairs = list(combinations(answers, 2))
    return sum(one is not None and one == other for one, other in pairs) / len(pairs) if pairs else None


def strict_agreement(answers: Sequence[str | None]) -> float | None:
    """PC = 1[all a equal]; None below two.

    >>> strict_agreement(["blue", "blue", "red"]), strict_agreement(["red", "red", "red"])
    (0.0, 1.0)
    """
    if len(answers) < 2:  # noqa: PLR2004 # one answer has nothing to agree with
        return None
    return float(None not in answers and len(set(answers)) == 1)


def consistent_and_correct(right: Sequence[bool]) -> float | None:
    """CC = 1[all right]; None below two. Constant nonsense has PC = 1 and CC = 0.

    ParaRel's consistent accuracy (Elazar et al., TACL 2021).

    >>> consistent_and_correct([True, True, True]), consistent_and_correct([True, False, True])
    (1.0, 0.0)
    """
    return float(all(right)) if len(right) > 1 else None


def kappa(groups: Sequence[Sequence[Hashable]]) -> float | None:
    """κ = (P − P_e) / (1 − P_e) over groups of labels out of a closed set, with those of at least two.

    P is the mean over groups of the share of equal pairs, P_e = Σ p_j² with p_j the mean over groups of label
    j's share: Fleiss, Psychological Bulletin 76, 1971, with groups of different sizes weighing the same. None
    where only one label was ever given, since nothing could then be told from chance.

    >>> kappa([["a", "a"], ["b", "b"]])           # P = 1, P_e = 1/2
    1.0
    >>> kappa([["a", "b"], ["a", "b"]])           # P = 0: worse than chance
    -1.0
    """
    several = [group for group in groups if len(group) > 1]
    if not several:
        return None
    shares = [{label: n / len(group) for label, n in Counter(group).items()} for group in several]
    labels = {label for share in shares for label in share}
    if len(labels) == 1:
        return None
    equal = fmean(_equal_pairs(group) for group in several)
    chance = sum(fmean(share.get(label, 0.0) for share in shares) ** 2 for label in labels)
    return (equal - chance) / (1 - chance)


def _equal_pairs(group: Sequence[Hashable]) -> float:
    m = len(group)
    return sum(n * (n - 1) for n in Counter(group).values()) / (m * (m - 1))
