"""tau2's verdict on a trial: the product of the components that a task is rewarded for.

It is computed from what the trial left behind, and nothing is played again. `success` and `reward` are what
tau2's own evaluator says, defects included; `corrected` is what it would say without them, and every
difference has its code in `defects`. Where tau2's evaluator raises instead of judging, the component that it
stumbles over counts as unmet, and the code says so.
"""

from collections.abc import Mapping, Sequence

from scenarios.exam import Exam
from scenarios.transcript import Transcript
from scoring.score import Score
from scoring.tau2 import components
from scoring.tau2.components import Part
from scoring.tau2.criteria import Basis, Criteria, read_criteria
from scoring.tau2.trial import Trial, read_trial
from scoring.their_verdict import Assertions, TheirVerdict

BENCHMARK = "tau2"
_NAMES: Mapping[Basis, str] = {
    "DB": "db",
    "ENV_ASSERTION": "env_assertions",
    "ACTION": "actions",
    "COMMUNICATE": "communicate",
    "NL_ASSERTION": "nl_assertions",
}


def assertions(exam: Exam) -> Assertions:
    """What a judge would be asked about a task."""
    theirs = exam.scenario.theirs
    criteria = read_criteria(theirs.criteria if theirs is not None else {})
    counted = "NL_ASSERTION" in criteria.basis and not criteria.unknown
    return Assertions(texts=criteria.nl_assertions, counted=counted)


def why_unsolved(exam: Exam) -> str | None:
    """Why a task cannot be solved by its reference actions, where its data tells that."""
    theirs = exam.scenario.theirs
    criteria = read_criteria(theirs.criteria if theirs is not None else {})
    if criteria.assertions and not criteria.actions:
        return "it asserts what the world must become, and has no reference action that brings it about"
    return None


def judge(exam: Exam, transcript: Transcript, judged: Sequence[bool] | None = None) -> TheirVerdict:
    """The verdict on a task of tau2.

    `judged` are verdicts on its assertions in natural language, in their order; None: nobody judged them.
    """
    theirs = exam.scenario.theirs
    criteria = read_criteria(theirs.criteria if theirs is not None else {})
    return judge_trial(criteria, exam, read_trial(criteria, exam, transcript), judged)


def judge_trial(
    criteria: Criteria, exam: Exam, trial: Trial, judged: Sequence[bool] | None = None
) -> TheirVerdict:
    """Like `judge`, of a trial that need not be ours."""
    if not trial.stopped:
        return _all_or_nothing(0.0, f"reward 0: neither side ended it ({trial.why})")
    if not criteria.given:
        return _all_or_nothing(1.0, "reward 1: the task has no criteria")
    if criteria.unknown:
        words = ", ".join(criteria.unknown)
        return TheirVerdict(
            benchmark=BENCHMARK, success=None, reason=f"nobody here knows how to judge {words}"
        )
    parts = _parts(criteria, exam, trial)
    counted = [parts[word] for word in criteria.basis if word != "NL_ASSERTION"]
    natural = _natural(criteria, judged)
    open_questions = "NL_ASSERTION" in criteria.basis and natural is None
    if natural is not None and "NL_ASSERTION" in criteria.basis:
        counted.append(natural)
    strict = all(part.strict for part in counted)
    corrected = all(part.corrected for part in counted)
    share, why = components.arguments_right(criteria, trial.made)
    scores = {_NAMES[word]: _score(part) for word, part in parts.items()}
    scores["nl_assertions"] = _natural_score(criteria, natural)
    scores["arguments"] = Score(value=share, reason=why)
    defects = {code: text for part in counted for code, text in part.defects.items()}
    known = None if open_questions and corrected else corrected
    said = "; ".join(f"{code}: {text}" for code, text in defects.items()) or "no known defect touches this"
    scores["corrected"] = Score(value=None if known is None else float(known), reason=said)
    undecided = open_questions and strict
    return TheirVerdict(
        benchmark=BENCHMARK,
        success=None if undecided else strict,
        reward=None if undecided else float(strict),
        scores=scores,
        corrected=known,
        defects=defects,
        reason=_sentence(counted, undecided=undecided, strict=strict),
    )


def _parts(criteria: Criteria, exam: Exam, trial: Trial) -> dict[Basis, Part]:
    """Everything that can be told without a judge, whether or not it is rewarded."""
    prefixes = {name for name, server in exam.scenario.servers.items() if server.url is None}
    specs = (*exam.key.tools, *exam.key.user_tools)
    tools = {s.name.partition("__")[2]: s for s in specs if s.name.partition("__")[0] in prefixes}
    if criteria.actions is None and criteria.assertions is None:
        # tau2 does not look at the world then, whatever was done to it.
        nothing = Part(strict=True, corrected=True, reason="neither actions nor assertions are expected")
        found: dict[Basis, Part] = {"DB": nothing, "ENV_ASSERTION": nothing}
    else:
        found = {
            "DB": components.databases(trial.world),
            "ENV_ASSERTION": components.assertions(criteria, trial.world),
        }
    failing = frozenset(int(call.id[1:]) for call in exam.key.calls if call.failed and call.id[1:].isdigit())
    found["ACTION"] = components.actions(criteria, trial, tools, failing)
    found["COMMUNICATE"] = components.communicated(criteria, trial.said)
    return found


def _natural(criteria: Criteria, judged: Sequence[bool] | None) -> Part | None:
    """The assertions in natural language; None where somebody would have to judge and nobody did."""
    wanted = criteria.nl_assertions
    if not wanted:
        return Part(strict=True, corrected=True, reason="no assertion in natural language")
    if judged is None:
        return None
    complete = len(judged) == len(wanted)
    return Part(
        strict=all(judged),
        corrected=complete and all(judged),
        reason=f"{sum(judged)} of {len(judged)} judged to hold, of {len(wanted)}",
        defects={} if complete else {"nl_count": f"{len(judged)} verdicts on {len(wanted)} assertions"},
    )


def _score(part: Part) -> Score:
    return Score(value=float(part.strict), reason=part.reason, details={"corrected": float(part.corrected)})


def _natural_score(criteria: Criteria, natural: Part | None) -> Score:
    if natural is not None:
        return _score(natural)
    return Score(value=None, reason=f"{len(criteria.nl_assertions)} assertions, and no judge was asked")


def _sentence(counted: Sequence[Part], *, undecided: bool, strict: bool) -> str:
    if undecided:
        return "not known: all else is met, and the assertions in natural language were not judged"
    if strict:
        return "reward 1"
    return "reward 0: " + "; ".join(part.reason for part in counted if not part.strict)


def _all_or_nothing(reward: float, reason: str) -> TheirVerdict:
    return TheirVerdict(
        benchmark=BENCHMARK, success=bool(reward), reward=reward, corrected=bool(reward), reason=reason
    )
