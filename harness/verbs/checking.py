"""How `check` says what it found: what is proven of suites of ours, and what is so with those of others."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import shorten

from rich.console import Console
from rich.table import Table

from harness.exams.check import SuiteCheck, TheirFacts, Unsolved
from harness.exams.check_reading import ReaderCheck
from harness.exams.proof import FLOORS

_NAMED = 8
"""So many tasks of one reason are named."""
_LETTERS = 120
"""Of a verdict."""


@dataclass
class Proof:
    suites: list[SuiteCheck] = field(default_factory=list)
    readers: list[ReaderCheck] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Beside those of the suites."""


def show(proof: Proof, problems: Sequence[str], out: Console, *, equivalents: bool) -> None:
    ours = [suite for suite in proof.suites if suite.theirs is None]
    theirs = [(suite, suite.theirs) for suite in proof.suites if suite.theirs is not None]
    for table in _tables(ours, proof.readers, theirs):
        out.print(table)
        out.print()
    for suite, facts in theirs:
        for line in _facts(suite, facts):
            out.print(line, markup=False, highlight=False, soft_wrap=True)
    uses = sum((Counter(suite.operators) for suite in proof.suites), Counter[str]())
    if uses:
        out.print(f"Mutants by operator: {_counts(uses)}")
    for line in _equivalents(proof.suites) if equivalents else ():
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    for problem in problems:
        out.print(f"✗ {problem}", markup=False, highlight=False, style="red", soft_wrap=True)
    if ours and not problems:
        out.print("Every scenario is proven.", style="green")
    if theirs and not problems:
        out.print("Of the suites of other benchmarks, all that is ours is in order.", style="green")


def _equivalents(suites: Sequence[SuiteCheck]) -> Iterator[str]:
    for one in (one for suite in suites for one in suite.equivalents):
        yield f"{one.scenario}: {one.operator} of {one.target}: {one.reason}"


def _tables(
    ours: Sequence[SuiteCheck],
    readers: Sequence[ReaderCheck],
    theirs: Sequence[tuple[SuiteCheck, TheirFacts]],
) -> Iterator[Table]:
    if ours or not theirs:
        yield _ours(ours)
    if readers:
        yield _readers(readers)
    if theirs:
        yield _theirs(theirs)


def _ours(suites: Sequence[SuiteCheck]) -> Table:
    table = _table("suite", "scenarios", "oracle", *FLOORS, "mutants", "diagnosed", "equivalent")
    for suite in suites:
        share = f"{suite.diagnosed / suite.mutants:.1%}" if suite.mutants else "–"
        floors = (f"{suite.floors[name]:.2f}" for name in FLOORS)
        counts = (str(suite.mutants), share, str(len(suite.equivalents)))
        table.add_row(suite.suite, str(suite.scenarios), f"{suite.oracle:.2f}", *floors, *counts)
    return table


def _theirs(suites: Sequence[tuple[SuiteCheck, TheirFacts]]) -> Table:
    table = _table("suite", "tasks", "gold", *FLOORS, "mutants", "caught", "diagnosed")
    table.title = "Suites of other benchmarks, by their own rules"
    table.title_justify = "left"
    for suite, facts in suites:
        solved = (facts.solved, *(round(suite.floors[name] * suite.scenarios) for name in FLOORS))
        caught = suite.mutants - sum(facts.passed.values())
        counts = (suite.scenarios, *solved, suite.mutants, caught, suite.diagnosed)
        table.add_row(suite.suite, *map(str, counts))
    return table


def _facts(suite: SuiteCheck, facts: TheirFacts) -> Iterator[str]:
    """The tasks that gold does not solve, by reason, and the mutants that solve theirs."""
    if facts.unsolved:
        yield f"{suite.suite}: gold does not solve {len(facts.unsolved)} of {suite.scenarios} tasks"
    groups: defaultdict[str, list[Unsolved]] = defaultdict(list)
    for one in facts.unsolved:
        groups[one.why or "no known reason"].append(one)
    for why, some in groups.items():
        names = [one.scenario.partition("/")[2] for one in some]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        verdict = f" ({shorten(some[0].verdict, _LETTERS, placeholder=' …')})" if len(some) == 1 else ""
        yield f"  {', '.join(names[:_NAMED])}{more}: {why}{verdict}"
    if facts.passed:
        passed = f"{sum(facts.passed.values())} of {suite.mutants} mutants solve their task"
        yield f"{suite.suite}: {passed}: {_counts(facts.passed)}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counts.items()))


def _readers(checks: Sequence[ReaderCheck]) -> Table:
    """What readers of known memory must score beside what they scored."""
    title = "Readers whose memory is known"
    table = Table(box=None, pad_edge=False, header_style="bold", title=title, title_justify="left")
    for name in ("task", "reader", "n", "expected", "measured", "±"):
        table.add_column(name, justify="left" if name in {"task", "reader"} else "right")
    for one in checks:
        figures = (f"{one.expected:.3f}", f"{one.measured:.3f}", f"{one.within:.3f}")
        style = "" if one.agrees else "red"
        table.add_row(f"{one.suite}/{one.task}", one.reader, str(one.n), *figures, style=style)
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, overflow="fold")
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table
