"""How good a model can be on a question, and how far it may fall short of that, over repeats.

Laban et al., LLMs Get Lost In Multi-Turn Conversation, 2025: aptitude A90 and unreliability U = P90 − P10.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from statistics import fmean

from scoring.consistency.figure import Figure, mean_of
from scoring.consistency.observation import Observation
from scoring.statistics.resampling import percentile

_ONE_REPEAT = "nothing was played twice; ask for --repeats 2 or more"


def aptitude(scores: Sequence[float]) -> float | None:
    """A90: the 90th percentile of the scores of one fact's repeats; None below two.

    >>> aptitude([0.0, 0.5, 1.0, 1.0, 1.0])
    1.0
    """
    return percentile(scores, 90) if len(scores) > 1 else None


def unreliability(scores: Sequence[float]) -> float | None:
    """U = P90 − P10 of the scores of one fact's repeats, by linear interpolation; None below two.

    >>> unreliability([0.0, 0.5, 1.0, 1.0, 1.0])  # P10 is 0.4 of the way from 0 to 0.5
    0.8
    """
    best, worst = aptitude(scores), percentile(scores, 10)
    return best - worst if best is not None and worst is not None else None


def over_repeats(observations: Sequence[Observation]) -> tuple[Figure, Figure]:
    """Aptitude and unreliability, averaged over facts; a repeat's score is the share of a fact's questions
    that were answered right.
    """
    right: defaultdict[Hashable, defaultdict[int, list[bool]]] = defaultdict(lambda: defaultdict(list))
    places: dict[Hashable, tuple[str, str]] = {}
    for one in observations:
        fact = (*one.place, one.layout, one.permutation, one.fact, one.entry, one.replaced)
        places[fact] = one.place
        right[fact][one.repeat].append(one.right)
    scores = {fact: [fmean(answers) for answers in repeats.values()] for fact, repeats in right.items()}
    found = [(places[fact], some) for fact, some in scores.items() if len(some) > 1]
    return (
        mean_of(((place, aptitude(some) or 0.0) for place, some in found), _ONE_REPEAT),
        mean_of(((place, unreliability(some) or 0.0) for place, some in found), _ONE_REPEAT),
    )
