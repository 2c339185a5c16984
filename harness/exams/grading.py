"""Grade transcripts with the exams they belong to; each exam is prepared once.

Grading is pure, so it can be repeated at any time from a run's files alone; what a judge said is among them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.judges.kept import verdicts_of
from harness.runs.record import RunRecord
from harness.runs.store import RunFolder, Trial
from scenarios.exam import Exam
from scenarios.transcript import Transcript
from scoring.grade import Grade, grade, prepare
from scoring.preparation import Prepared
from scoring.registry import find_scorers, installed
from scoring.score import Scorer
from scoring.theirs import Rules, find_rules, judged_rules

GradedTrial = tuple[Trial, Exam, Transcript, Grade]


@dataclass(frozen=True)
class Grader:
    """Keeps what it learnt of each exam."""

    _known: dict[str, tuple[Prepared, Mapping[str, Scorer], Rules | None]] = field(default_factory=dict)
    _rules: dict[str, Rules] = field(default_factory=dict)
    """By benchmark; to look for what is installed takes ten milliseconds."""

    def grade(self, exam: Exam, transcript: Transcript, judged: Sequence[bool] | None = None) -> Grade:
        """The grade, with the scenario's plug-in scorers; `judged` are a judge's verdicts on the scenario's
        assertions, in their order; None: nobody judged them.

        Raises `UnknownScorer` for one not installed, and `NoRules` for a task of a benchmark whose rules are
        not.
        """
        known = self._known.get(exam.digest)
        if known is None:
            scorers = find_scorers(exam.scenario.scorers, installed() if exam.scenario.scorers else ())
            theirs = exam.scenario.theirs
            rules = None if theirs is None else self._rules_of(theirs.benchmark)
            known = self._known[exam.digest] = prepare(exam), scorers, rules
        prepared, extra, rules = known
        if judged is not None:
            rules = judged_rules(exam, judged) or rules
        return grade(prepared, transcript, extra, rules)

    def _rules_of(self, benchmark: str) -> Rules:
        if benchmark not in self._rules:
            self._rules[benchmark] = find_rules(benchmark)
        return self._rules[benchmark]


def graded_trials(folder: RunFolder, record: RunRecord) -> Iterator[GradedTrial]:
    """Every trial that was played, graded anew, one at a time."""
    grader = Grader()
    exams = folder.exams(record)
    for trial, transcript in folder.transcripts(record):
        exam = exams[trial.scenario]
        judged = verdicts_of(folder, record, trial, exam, transcript)
        yield trial, exam, transcript, grader.grade(exam, transcript, judged)


def keeping_scores(folder: RunFolder, trials: Iterable[GradedTrial]) -> Iterator[GradedTrial]:
    """Hand the trials on, and write `scores.jsonl` on the way: one grade a line."""
    with folder.files.growing("scores.jsonl") as lines:
        for graded in trials:
            lines.write(graded[3].model_dump_json(exclude_defaults=True).encode() + b"\n")
            yield graded
