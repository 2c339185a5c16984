"""The verdicts of other benchmarks' own rules, by benchmark.

A verdict is a pure function of (exam, transcript), like every score of ours; where a task asserts something
in natural language, of a judge's verdicts on that as well, which are on disk by then. A package offers one by
the entry-point group `longspan.verdicts`: the benchmark's name, and the function.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

from scenarios.exam import Exam
from scenarios.transcript import Transcript
from scoring.bfcl import verdict as bfcl
from scoring.score import Score
from scoring.tau2 import verdict as tau2
from scoring.their_verdict import Assertions, TheirVerdict

__all__ = [
    "Assertions",
    "NoRules",
    "Rules",
    "RulesClash",
    "TheirVerdict",
    "assertions_of",
    "find_rules",
    "judged_rules",
    "their_scores",
    "why_unsolved",
]

GROUP = "longspan.verdicts"


Rules = Callable[[Exam, Transcript], TheirVerdict]
"""Raises nothing: a trial is given by then, whatever is in it."""


class NoRules(LookupError):
    """Nobody knows the rules of a benchmark."""


class RulesClash(ValueError):
    """Two bring the rules of one benchmark."""


BUILT_IN: Mapping[str, Rules] = MappingProxyType({bfcl.BENCHMARK: bfcl.judge, tau2.BENCHMARK: tau2.judge})

_BY_DATA: Mapping[str, Callable[[Exam], str | None]] = MappingProxyType(
    {bfcl.BENCHMARK: bfcl.why_unsolved, tau2.BENCHMARK: tau2.why_unsolved}
)
"""Why a task's own answer cannot solve it, as the task's data tells."""


def assertions_of(exam: Exam) -> Assertions:
    """What a judge would be asked about a scenario: of the benchmarks known here, only tau2 has such."""
    theirs = exam.scenario.theirs
    is_tau2 = theirs is not None and theirs.benchmark == tau2.BENCHMARK
    return tau2.assertions(exam) if is_tau2 else Assertions()


def judged_rules(exam: Exam, judged: Sequence[bool]) -> Rules | None:
    """The rules of the exam's benchmark with a judge's verdicts on its assertions in their order; None where
    it has no assertions.
    """
    return partial(tau2.judge, judged=judged) if assertions_of(exam).texts else None


def why_unsolved(exam: Exam, verdict: TheirVerdict) -> str | None:
    """Why a task's own answer does not solve it, where a reason is known: no judge was asked, a defect of the
    benchmark's rules, or what the task's data says. None: nobody knows one.
    """
    if verdict.success is None:
        judged = assertions_of(exam).counted
        return "assertions in natural language decide it, and no judge is asked" if judged else None
    if verdict.corrected and verdict.defects:
        return f"a known defect of its rules: {', '.join(verdict.defects)}"
    look = _BY_DATA.get(verdict.benchmark)
    return None if look is None else look(exam)


def installed() -> tuple[EntryPoint, ...]:
    """What installed packages offer, by name; nothing is loaded yet."""
    return tuple(sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)))


def find_rules(
    benchmark: str, built_in: Mapping[str, Rules] = BUILT_IN, offered: Iterable[EntryPoint] | None = None
) -> Rules:
    """The rules of a benchmark. Raises `NoRules` and `RulesClash`."""
    entries = [entry for entry in (installed() if offered is None else offered) if entry.name == benchmark]
    if len(entries) + (benchmark in built_in) > 1:
        named = ", ".join(["Longspan itself"] * (benchmark in built_in) + [entry.value for entry in entries])
        raise RulesClash(f"more than one bring the rules of {benchmark!r}: {named}; uninstall all but one")
    if benchmark in built_in:
        return built_in[benchmark]
    if not entries:
        raise NoRules(
            f"nobody knows the rules of {benchmark!r}; install the package that brings its suites "
            f"(entry-point group {GROUP})"
        )
    try:
        rules: Rules = entries[0].load()
    except Exception as error:  # the boundary to code that is not ours
        raise NoRules(f"the rules of {benchmark!r} ({entries[0].value}) do not load: {error}") from error
    if not callable(rules):
        raise NoRules(
            f"the rules of {benchmark!r} ({entries[0].value}) are no function of (exam, transcript)"
        )
    return rules


def their_scores(verdict: TheirVerdict, ours: bool, why: str) -> dict[str, Score]:
    """The verdict as scores that stand beside ours, and ours of the same trial."""
    value = verdict.reward if verdict.reward is not None else verdict.success
    return {
        "theirs": Score(value=None if value is None else float(value), reason=verdict.reason),
        "ours": Score(value=float(ours), reason=why),
        **{f"{verdict.benchmark}.{name}": score for name, score in verdict.scores.items()},
    }
