"""The judging of a run, after its trials were played and before they are graded.

The judge is a model like any other: it is opened like one, and its requests are held under the run's cap. A
judgement is on disk before the next is asked for, so the same command goes on where it was cut off.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.clients.client import Model, OverBudget
from harness.judges.judge import Ruling, rule
from harness.judges.kept import Kept, hash_of, unjudged
from harness.judges.prompt import PROMPT_VERSION
from harness.models.noted import note_engine
from harness.models.opened import Opening, open_model
from harness.runs.record import JudgeRecord, ModelVariant, RunRecord
from harness.runs.store import RunFolder, Trial
from harness.stopped import CapReached, RunStopped
from scenarios.exam import Exam
from scenarios.judgement import Judgement
from scoring.theirs import assertions_of

_PATIENCE = 3
"""So many requests in a row that bring no reply end the judging."""
_ANSWERED = frozenset({"truncated", "unreadable", "context", "content_filter"})
"""Failures of a judge that is there: it answered, or this one conversation is too long or too much for it."""


def judge_record(asked: ModelVariant | None, exams: Mapping[str, Exam]) -> JudgeRecord | None:
    """What a run keeps of its judge; None where nobody is named, or nothing is asked of one."""
    if asked is None or not any(assertions_of(exam).texts for exam in exams.values()):
        return None
    return JudgeRecord(model=asked, prompt=PROMPT_VERSION)


async def judge_run(folder: RunFolder, record: RunRecord, exams: Mapping[str, Exam], opening: Opening) -> int:
    """Ask the run's judge about every trial that it has not judged yet; how many those were.

    Raises `ModelError`, and `RunStopped` when asking on is of no use; what was judged is kept.
    """
    if record.judge is None:
        return 0
    todo = list(unjudged(folder, record, record.judge, exams))
    if not todo:
        return 0
    async with open_model(record.judge.model, opening) as opened:
        note_engine(folder, opened)
        bench = _Bench(
            model=opened.model, exams=exams, kept=Kept(folder=folder, judge=record.judge), left=len(todo)
        )
        await bench.judge(todo, opening.concurrency)
    return len(todo)


@dataclass(kw_only=True)
class _Bench:
    """Where the judge sits for one run."""

    model: Model
    exams: Mapping[str, Exam]
    kept: Kept
    left: int
    """Trials without verdicts."""
    unanswered: int = 0
    """Requests in a row that brought no reply, for no reason of the conversation's own."""
    over_cap: str = ""
    """Why no further request may be sent."""
    hopeless: str = ""
    """Why a further request is of no use."""

    async def judge(self, todo: Sequence[Trial], concurrency: int) -> None:
        """Raises `RunStopped`, once what was on its way came to its end."""
        trials = iter(todo)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(concurrency, len(todo))):
                tasks.create_task(self._worker(trials))
        if self.over_cap:
            raise CapReached(self._stopped(f"{self.over_cap}; raise the cap"))
        if self.hopeless:
            raise RunStopped(self._stopped(self.hopeless))

    async def _worker(self, trials: Iterator[Trial]) -> None:
        for trial in trials:
            if self.over_cap or self.hopeless:
                return
            folder, exam = self.kept.folder, self.exams[trial.scenario]
            transcript = await folder.aside(folder.transcript, trial)
            if transcript is None:  # it was there when the trials were listed
                continue
            earlier = await folder.aside(self.kept.judgement, trial, exam, transcript)
            try:
                ruling = await rule(self.model, exam, transcript, assertions_of(exam).texts)
            except OverBudget as error:
                self.over_cap = str(error)
                return
            found = Judgement(
                exam=exam.digest,
                transcript=hash_of(transcript),
                judge=self.kept.judge.model.label,
                prompt=self.kept.judge.prompt,
                verdicts=ruling.verdicts,
                failure=ruling.failure,
                exchanges=(*(earlier.exchanges if earlier is not None else ()), *ruling.exchanges),
            )
            await folder.aside(self.kept.keep, trial, exam, transcript, found)
            self._look_at(ruling)
            if ruling.over_cap:
                self.over_cap = ruling.over_cap

    def _look_at(self, ruling: Ruling) -> None:
        failure = ruling.failure
        self.left -= failure is None
        self.unanswered = 0 if failure is None or failure.kind in _ANSWERED else self.unanswered + 1
        if failure is not None and self.unanswered >= _PATIENCE:
            self.hopeless = failure.message

    def _stopped(self, why: str) -> str:
        name = self.kept.judge.model.label
        return (
            f"{name} (the judge): {why}; trials left to judge: {self.left:,}; what was played and judged is "
            "kept, and the same command goes on"
        )
