"""The judgements of a run as its folder keeps them: found by what they are of, and never asked for twice.

A judgement's key is made of the exam, the transcript, the judge with its settings and the prompt's version.
Whatever of these changes, the old judgement stands under its own key, and is not found under the new one.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.runs.record import JudgeRecord, RunRecord
from harness.runs.store import RunFolder, Trial
from scenarios.exam import Exam
from scenarios.judgement import Judgement
from scenarios.transcript import Transcript
from scoring.theirs import assertions_of


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What one judge said in one run."""

    folder: RunFolder
    judge: JudgeRecord

    def judgement(self, trial: Trial, exam: Exam, transcript: Transcript) -> Judgement | None:
        """None where this judge was not asked about this transcript. Raises `RunError` for a broken file."""
        return self.folder.judgement(trial, self.key(exam, transcript))

    def keep(self, trial: Trial, exam: Exam, transcript: Transcript, found: Judgement) -> None:
        self.folder.write_judgement(trial, self.key(exam, transcript), found)

    def key(self, exam: Exam, transcript: Transcript) -> str:
        """Sixteen hex digits, behind the judge's name."""
        of = {
            "exam": exam.digest,
            "transcript": hash_of(transcript),
            "judge": self.judge.model.model_dump(mode="json", exclude_defaults=True),
            "prompt": self.judge.prompt,
        }
        digest = hashlib.sha256(json.dumps(of, sort_keys=True).encode()).hexdigest()[:16]
        return f"{self.judge.model.slug}-{digest}"


def hash_of(transcript: Transcript) -> str:
    """SHA-256 of the transcript as it is on disk."""
    return hashlib.sha256(transcript.model_dump_json(exclude_none=True).encode()).hexdigest()


def verdicts_of(
    folder: RunFolder, record: RunRecord, trial: Trial, exam: Exam, transcript: Transcript
) -> tuple[bool, ...] | None:
    """What the run's judge said of a trial's assertions; None where nobody did."""
    if record.judge is None or not is_for_a_judge(exam, transcript):
        return None
    found = Kept(folder=folder, judge=record.judge).judgement(trial, exam, transcript)
    return None if found is None else found.met


def is_for_a_judge(exam: Exam, transcript: Transcript) -> bool:
    """Whether there is something to ask: a conversation that was cut off is not looked at by any rule."""
    return transcript.ended == "done" and bool(assertions_of(exam).texts)


def unjudged(
    folder: RunFolder, record: RunRecord, judge: JudgeRecord, exams: Mapping[str, Exam]
) -> Iterator[Trial]:
    """The trials that have no verdicts of this judge yet, those that it failed on included."""
    kept = Kept(folder=folder, judge=judge)
    asked = {name for name, exam in exams.items() if assertions_of(exam).texts}
    trials = (trial for trial in folder.trials(record) if trial.scenario in asked)
    for trial, transcript in folder.played(trials, record.models):
        exam = exams[trial.scenario]
        if is_for_a_judge(exam, transcript):
            found = kept.judgement(trial, exam, transcript)
            if found is None or found.failure is not None:
                yield trial
