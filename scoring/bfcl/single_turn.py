"""BFCL's verdict on one turn: the wanted calls and no others, none at all, or any.

Several calls may come in any order. BFCL pairs them greedily, answer by answer; ours asks for any pairing
that meets every answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.bfcl.record import Family, KeyCall
from scoring.assignment import assign
from scoring.bfcl.calls import Attempt, Call
from scoring.bfcl.function_call import Rules, Wrong, check_call


@dataclass(frozen=True, kw_only=True)
class SingleTurn:
    family: Family
    key: tuple[KeyCall, ...] = ()
    rules: Rules


def judge(task: SingleTurn, attempt: Attempt) -> Wrong | None:
    """What is wrong with an attempt; None when it is right."""
    if task.family == "irrelevance":
        return _judge_silence(task, attempt)
    if task.family == "relevance":
        return _judge_any(task, attempt)
    if attempt.unreadable:
        return Wrong(code="unreadable", why=attempt.unreadable)
    if len(attempt.calls) != len(task.key):
        return Wrong(code="wrong_count", why=f"{len(attempt.calls)} calls where {len(task.key)} are wanted")
    if task.family == "parallel":
        return _judge_set(task, attempt.calls)
    return check_call(attempt.calls[0], task.key[0], task.rules)


def _judge_silence(task: SingleTurn, attempt: Attempt) -> Wrong | None:
    if attempt.calls:
        return Wrong(code="called", why=f"called {attempt.calls[0].function!r} where nothing fits")
    if attempt.tried and "unreadable_is_refusal" not in task.rules.kept:
        return Wrong(code="called", why=f"tried to call, unreadably: {attempt.unreadable}")
    if attempt.cut_off and "cut_off_is_refusal" not in task.rules.kept:
        return Wrong(code="cut_short", why="cut off before it called anything")
    return None


def _judge_any(task: SingleTurn, attempt: Attempt) -> Wrong | None:
    if not attempt.calls:
        return Wrong(code="not_called", why=attempt.unreadable or "called nothing")
    known = [call for call in attempt.calls if call.function in task.rules.functions]
    if not known and "any_call_is_relevant" not in task.rules.kept:
        return Wrong(code="wrong_function", why=f"{attempt.calls[0].function!r} was never offered")
    return None


def _judge_set(task: SingleTurn, calls: Sequence[Call]) -> Wrong | None:
    table = [[check_call(call, wanted, task.rules) for call in calls] for wanted in task.key]
    unmet = _greedy(table) if "greedy_pairing" in task.rules.kept else _best(table)
    if unmet is None:
        return None
    nearest = next((wrong for wrong in table[unmet] if wrong and wrong.code != "wrong_function"), None)
    return nearest or Wrong(code="no_match", why=f"no call is left for {task.key[unmet].function}")


def _greedy(table: Sequence[Sequence[Wrong | None]]) -> int | None:
    """The first answer that finds no call, when each takes the first one left that fits."""
    taken: set[int] = set()
    for place, row in enumerate(table):
        first = next((n for n, wrong in enumerate(row) if wrong is None and n not in taken), None)
        if first is None:
            return place
        taken.add(first)
    return None


def _best(table: Sequence[Sequence[Wrong | None]]) -> int | None:
    """An answer that no pairing can meet together with the others."""
    met = {row for row, _ in assign([[1.0 if wrong is None else 0.0 for wrong in row] for row in table])}
    return next((row for row in range(len(table)) if row not in met), None)
