"""Compare our verdicts on BFCL with those of its own checkers, on every right answer and many changed ones.

    python scripts/bfcl_agreement.py [--home DIR] [--only CATEGORY] [--differences FILE]

For each case three verdicts are taken: BFCL's, ours with all of its defects (which must be the same), and
ours with none of them (where a difference must be explained by documented defects, alone or together).
Exit status 1 when a difference remains that no documented defect explains.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import IO, Any

from harness.environment import read_environment
from scenarios.bfcl.conversations import conversations
from scenarios.bfcl.gold import gold_arguments
from scenarios.bfcl.package import BfclPackage, bfcl
from scenarios.bfcl.record import CATEGORIES, MULTI_TURN, family_of, language_of
from scenarios.bfcl.rows import Row, data_files, functions_of, single_turn_rows
from scenarios.transcript import ToolCall
from scoring.bfcl.calls import Attempt, Call, read_text, read_tool_calls
from scoring.bfcl.defects import CORRECTED, DEFECTS, STRICT, Kept
from scoring.bfcl.function_call import Rules
from scoring.bfcl.single_turn import SingleTurn, judge
from scripts.bfcl_mutants import text_mutants, tool_call_mutants
from scripts.bfcl_oracle import Handler, Oracle
from scripts.bfcl_talks import as_texts, gold_turn_calls, played, talk_mutants

_AT_MOST_TOGETHER = 3


@dataclass(kw_only=True)
class Tally:
    cases: int = 0
    right: int = 0
    """By BFCL's own checker."""
    gold_wrong: list[str] = field(default_factory=list)
    agreed: int = 0
    """Ours with all defects."""
    crashed: int = 0
    """BFCL's checker raised."""
    run: int = 0
    """BFCL ran what was written, and we did not."""
    explained: Counter[str] = field(default_factory=Counter)
    """Where ours without the defects differs: by code."""
    unexplained: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Case:
    what: str
    sent: Any
    handler: Handler

    def read(self, kept: Kept) -> Attempt:
        if isinstance(self.sent, str):
            return read_text(self.sent, kept)
        calls = (ToolCall(id="", name=name, arguments_json=text) for name, text in self.sent)
        return read_tool_calls(calls, {})


def compare(package: BfclPackage, oracle: Oracle, category: str, out: IO[str] | None) -> tuple[Tally, Tally]:
    """Both kinds of answers in one category: by tool calls, and by text where texts are Python's."""
    questions, *answers = data_files(category)
    raw = {row["id"]: row for row in package.rows(questions)}
    keys = {row["id"]: row["ground_truth"] for name in answers for row in package.rows(name)}
    calls, texts = Tally(), Tally()
    for row in single_turn_rows(package, category):
        task = task_of(row, category)
        for tally, case in cases(task, row, oracle):
            theirs = oracle.single_turn(case.handler, case.sent, raw[row.id], keys.get(row.id), category)
            line = f"{row.id} [{case.what}]"
            _count(texts if tally else calls, task, case, theirs, line, out)
    return calls, texts


def compare_talks(package: BfclPackage, oracle: Oracle, category: str) -> Tally:
    """The conversations of one category."""
    questions, answers = data_files(category)
    raw = {row["id"]: row for row in package.rows(questions)}
    keys = {row["id"]: row["ground_truth"] for row in package.rows(answers)}
    tally = Tally()
    for task in conversations(package, category):
        for what, turns in talk_mutants(gold_turn_calls(package, task)):
            theirs = oracle.multi_turn(as_texts(turns), raw[task.id], keys[task.id])
            ours = played(package, task, turns)
            strict = ours.right(STRICT)
            tally.cases += 1
            tally.right += bool(theirs)
            if what == "gold" and not theirs:
                tally.gold_wrong.append(task.id)
            if theirs is None and not strict:
                tally.crashed += 1
            elif strict == theirs:
                tally.agreed += 1
            else:
                tally.unexplained.append(f"{task.id} [{what}]: BFCL {theirs}, ours {strict}")
            if ours.right(CORRECTED) != strict:
                tally.explained["idle_turn_unchecked"] += 1
    return tally


def gold_calls(task: SingleTurn) -> tuple[Call, ...]:
    rules = task.rules
    return tuple(
        Call(
            function=one.function,
            arguments=gold_arguments(one, rules.functions[one.function], rules.language),
        )
        for one in task.key
    )


def task_of(row: Row, category: str) -> SingleTurn:
    rules = Rules(functions=functions_of(row.functions), language=language_of(category), kept=STRICT)
    return SingleTurn(family=family_of(category), key=row.key, rules=rules)


def cases(task: SingleTurn, row: Row, oracle: Oracle) -> Iterator[tuple[bool, Case]]:
    """Every answer of a task; True for those written as text."""
    gold = gold_calls(task) or (
        Call(function=str(row.functions[0]["name"]) if row.functions else "f", arguments={}),
    )
    for what, sent in tool_call_mutants(gold, row):
        yield False, Case(what=what, sent=sent, handler=oracle.tool_calls)
    if task.rules.language == "python":
        for what, text in text_mutants(gold):
            yield True, Case(what=what, sent=text, handler=oracle.text)


def _count(
    tally: Tally, task: SingleTurn, case: Case, theirs: bool | None, line: str, out: IO[str] | None
) -> None:
    tally.cases += 1
    tally.right += bool(theirs)
    strict = verdict(task, case, STRICT)
    if case.what == "gold" and not theirs and task.key:
        tally.gold_wrong.append(line)
    if theirs is None and not strict:
        tally.crashed += 1
    elif strict == theirs:
        tally.agreed += 1
    elif _runs(case):
        tally.run += 1
    else:
        tally.unexplained.append(f"{line}: BFCL {theirs}, ours {strict}: {json.dumps(case.sent)[:300]}")
    if verdict(task, case, CORRECTED) != strict:
        why = explanation(task, case, strict)
        if why is None:
            tally.unexplained.append(f"{line}: strict {strict}, corrected not: {json.dumps(case.sent)[:300]}")
        else:
            tally.explained[why] += 1
            if out is not None:
                out.write(
                    f"{why}\t{line}\t{'right' if strict else 'wrong'} for BFCL\t{json.dumps(case.sent)}\n"
                )


def verdict(task: SingleTurn, case: Case, kept: Kept) -> bool:
    return judge(replace(task, rules=replace(task.rules, kept=kept)), case.read(kept)) is None


def explanation(task: SingleTurn, case: Case, strict: bool) -> str | None:
    """The fewest defects whose repair alone changes the verdict."""
    for count in range(1, _AT_MOST_TOGETHER + 1):
        for some in combinations(sorted(STRICT), count):
            if verdict(task, case, STRICT - set(some)) != strict:
                return " + ".join(some)
    return None


def _tallies(
    package: BfclPackage, oracle: Oracle, category: str, out: IO[str] | None
) -> tuple[tuple[str, Tally], ...]:
    if category in MULTI_TURN:
        return (("", compare_talks(package, oracle, category)),)
    calls, texts = compare(package, oracle, category, out)
    return ("", calls), (" (text)", texts)


def _runs(case: Case) -> bool:
    """Whether BFCL gives the text to `eval` and it holds more than a sum of literals."""
    return isinstance(case.sent, str) and case.what in ("power", "text times", "code", "name in a sum")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, default=None, help="where `longspan install bfcl` put it")
    parser.add_argument("--only", choices=CATEGORIES, action="append")
    parser.add_argument(
        "--differences", type=Path, help="write every case where ours without defects differs"
    )
    arguments = parser.parse_args()
    package = bfcl(arguments.home or read_environment().home)
    oracle = Oracle(package.root)
    print(f"bfcl-eval {package.version}")
    print(f"{'category':28}{'cases':>8}{'right':>8}{'same':>8}{'crash':>7}{'run':>5}{'other':>7}  cpu s")
    total: Counter[str] = Counter()
    failed: list[str] = []
    gold: list[str] = []
    cases_seen = 0
    out = arguments.differences.open("w", encoding="utf-8") if arguments.differences else None
    for category in arguments.only or CATEGORIES:
        began = time.process_time()
        for what, tally in _tallies(package, oracle, category, out):
            if tally.cases:
                counts = "".join(f"{count:8}" for count in (tally.cases, tally.right, tally.agreed))
                rest = f"{tally.crashed:7}{tally.run:5}{len(tally.unexplained):7}"
                print(f"{category + what:28}{counts}{rest}  {time.process_time() - began:.1f}")
            total += tally.explained
            failed += tally.unexplained
            cases_seen += tally.cases
            gold += tally.gold_wrong if not what else []
    if out is not None:
        out.close()
    print(f"\n{cases_seen} cases. Ours without the defects differs in {total.total()}, by defect:")
    for code, count in total.most_common():
        print(f"{count:8}  {code}: {'; '.join(DEFECTS[one] for one in code.split(' + '))}")  # type: ignore[index]
    print(f"\n{len(gold)} answers of BFCL's own that no call can meet: {', '.join(gold)}")
    print(f"\n{len(failed)} disagreements that no documented defect explains")
    for line in failed[:40]:
        print("  " + line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
