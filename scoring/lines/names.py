"""A set of names by set F1, and items in an order by exactness and by how near the order is.

An empty set is met by an empty answer alone; an answer that cannot be read is not an empty one.
"""

import json
from collections import Counter
from collections.abc import Sequence as Row
from itertools import combinations

from scenarios.line import Names, Sequence
from scoring.extras import optional
from scoring.lines.items import matched_items
from scoring.lines.normal import normal_items, written_list
from scoring.lines.verdict import LineVerdict, Outcome


def judge_names(line: Names, answer: str) -> LineVerdict:
    items = matched_items(answer, line.gold)
    if items is None:
        return _unreadable("f1", "precision", "recall", "exact")
    gold, given = set(normal_items(line.gold)), set(items)
    hits = len(gold & given)
    precision, recall, f1 = _shares(hits, len(given), len(gold))
    outcome = _outcome(hits, len(given), len(gold))
    return LineVerdict(
        answer=written_list(sorted(given)),
        outcome=outcome,
        value=f1,
        right=outcome == "right",
        figures={"f1": f1, "precision": precision, "recall": recall, "exact": float(outcome == "right")},
        why=f"{hits} of {len(gold)} names among {len(given)}: F1 {f1:.3f}",
    )


def judge_sequence(line: Sequence, answer: str) -> LineVerdict:
    """`tau`: tau-b of the items that both have × F1 of the items, and 0 where tau is negative. `edit`: 1 −
    edit distance / length of the longer one.
    """
    gold, given = normal_items(line.gold), matched_items(answer, line.gold)
    if given is None:
        return _unreadable("exact", "tau", "edit", "f1")
    hits = (Counter(gold) & Counter(given)).total()
    f1 = _shares(hits, len(given), len(gold))[2]
    outcome = _outcome(hits, len(given), len(gold))
    if outcome == "right" and gold != given:
        outcome = "wrong_order"
    tau, edit = _tau(gold, given), _edit_nearness(gold, given)
    value = max(0.0, tau) * f1 if line.nearness == "tau" else edit
    nearness = f"tau-b {tau:.3f} × F1 {f1:.3f}" if line.nearness == "tau" else f"1 − edit distance {edit:.3f}"
    return LineVerdict(
        answer=written_list(given),
        outcome=outcome,
        value=value,
        right=outcome == "right",
        figures={"exact": float(outcome == "right"), "tau": tau, "edit": edit, "f1": f1},
        why=f"{hits} of {len(gold)} items among {len(given)}, {nearness}; exact: {json.dumps(gold == given)}",
    )


def _unreadable(*figures: str) -> LineVerdict:
    return LineVerdict(
        answer=None,
        outcome="unparsed",
        value=0.0,
        right=False,
        figures=dict.fromkeys(figures, 0.0),
        why="there is no item in the answer, and it does not say that there is none",
    )


def _shares(hits: int, given: int, gold: int) -> tuple[float, float, float]:
    """Precision, recall and F1; nothing wanted and nothing given is all right."""
    if not gold and not given:
        return 1.0, 1.0, 1.0
    precision = hits / given if given else 0.0
    recall = hits / gold if gold else 0.0
    return precision, recall, 2 * hits / (given + gold)


def _outcome(hits: int, given: int, gold: int) -> Outcome:
    if hits == given == gold:
        return "right"
    if not given:
        return "false_abstention"
    if not gold:
        return "false_answer"
    if not hits:
        return "wrong_value"
    return "incomplete" if hits == given else "extra" if hits == gold else "partly"


def _tau(gold: Row[str], given: Row[str]) -> float:
    """Kendall's tau-b of the items that both have, each at its first place; without ties it is tau-a."""
    places = {item: place for place, item in reversed(list(enumerate(given)))}
    ranks = [places[item] for item in dict.fromkeys(gold) if item in places]
    pairs = list(combinations(ranks, 2))
    if not pairs:
        return float(bool(ranks) and len(set(gold)) == 1)
    return sum(1 if before < after else -1 for before, after in pairs) / len(pairs)


def _edit_nearness(gold: Row[str], given: Row[str]) -> float:
    return float(optional("rapidfuzz.distance").Levenshtein.normalized_similarity(gold, given))
