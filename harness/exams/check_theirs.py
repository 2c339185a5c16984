"""What is true of a suite of another benchmark, and whether anything of ours is broken in it.

Its tasks and rules are not ours to mend: what silence gets, which tasks their own answers do not solve, and
which mutants pass are facts to be read beside results. What fails is ours alone: gold that cannot be played,
a server that breaks, a verdict that cannot be had, an answer that is refused for no reason that is known.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from harness.exams.check import SuiteCheck, TheirFacts, Unsolved
from harness.exams.proof import FLOORS, Attempt, attempt_all
from harness.trial.play import Stage
from scenarios.exam import Exam
from scenarios.transcript import GRADED
from scoring.mutation import survives
from scoring.theirs import find_rules, why_unsolved


async def check_their_suite(
    suite: str,
    exams: Sequence[Exam],
    stage: Stage,
    concurrency: int,
    tick: Callable[[int], None] = lambda _: None,
) -> SuiteCheck:
    """Play the reference models and every mutant, as for a suite of ours. Raises `NoRules`."""
    theirs = exams[0].scenario.theirs
    if theirs is None:
        raise ValueError(f"{suite} is of no other benchmark")
    find_rules(theirs.benchmark)  # said once and before anything is played
    found = _Findings()
    equivalents = await attempt_all(exams, stage, concurrency, found.note, tick)
    names = [exam.scenario.name for exam in exams]
    counted = [one for one in found.mutants if one.scenario in found.solved["oracle"]]
    shares = {name: len(found.solved[name]) / len(exams) for name in ("oracle", *FLOORS)}
    floors = {name: shares[name] for name in FLOORS}
    return SuiteCheck(
        suite=suite,
        scenarios=len(exams),
        oracle=shares["oracle"],
        floors=floors,
        floor_success=max(floors.values()),
        mutants=len(counted),
        diagnosed=sum(one.diagnosed for one in counted),
        operators=dict(Counter(one.operator for one in counted)),
        equivalents=equivalents,
        problems=tuple(sorted(found.problems)),
        theirs=TheirFacts(
            benchmark=theirs.benchmark,
            version=theirs.version,
            solved=len(found.solved["oracle"]),
            unsolved=tuple(found.unsolved[name] for name in names if name in found.unsolved),
            passed=dict(Counter(one.operator for one in counted if one.passed)),
        ),
    )


@dataclass(frozen=True, kw_only=True)
class _Mutated:
    scenario: str
    operator: str
    passed: bool
    diagnosed: bool


@dataclass(kw_only=True)
class _Findings:
    solved: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in ("oracle", *FLOORS)})
    """The scenarios that each reference model solves by their rules."""
    unsolved: dict[str, Unsolved] = field(default_factory=dict)
    mutants: list[_Mutated] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def note(self, one: Attempt) -> None:
        name, grade = one.exam.scenario.name, one.grade
        if broken := _broken(one):
            self.problems.append(f"{name}: {broken}")
        if one.mutant is not None:
            mutated = _Mutated(
                scenario=name,
                operator=one.mutant.operator,
                passed=grade.success is True,
                diagnosed=survives(one.mutant, grade) is None,
            )
            self.mutants.append(mutated)
        elif grade.success:
            self.solved[one.model].add(name)
        elif one.model == "oracle":
            why = None if broken or grade.theirs is None else why_unsolved(one.exam, grade.theirs)
            self.unsolved[name] = Unsolved(scenario=name, verdict=grade.reason, why=why)
            if not broken and why is None:
                said = "its own answer is refused, and no known reason explains it"
                self.problems.append(f"{name}: {said}: {grade.reason}")


def _broken(one: Attempt) -> str | None:
    """What of ours is broken, if a trial shows that."""
    grade = one.grade
    if grade.ended not in GRADED:
        return f"{one.who} could not be played: {grade.reason}"
    if one.model == "oracle" and grade.ended != "done":
        return f"gold cannot be played to its end: it ended as `{grade.ended}`: {grade.reason}"
    if not grade.graded and (grade.theirs is None or why_unsolved(one.exam, grade.theirs) is None):
        return f"there is no verdict on {one.who}: {grade.reason}"
    return None
