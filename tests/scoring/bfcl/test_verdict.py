"""BFCL's verdict on a whole trial."""

import pytest

from scenarios.bfcl.record import Criteria
from scenarios.exam import AnswerKey, Exam
from scenarios.scenario import Scenario, Segment
from scenarios.theirs import Theirs
from scenarios.transcript import AssistantMessage, SegmentRecord, Transcript, TrialClass
from scoring.bfcl.verdict import judge

NOTHING_FITS = Criteria(category="irrelevance", server="bfcl")


def exam(criteria: Criteria) -> Exam:
    theirs = Theirs(
        benchmark="bfcl", version="0", data="0" * 64, criteria=criteria.model_dump(exclude_defaults=True)
    )
    scenario = Scenario(
        suite="bfcl-irrelevance",
        id="x",
        title="t",
        segments=(Segment(id="a", user=("Sing!",)),),
        theirs=theirs,
    )
    return Exam(scenario=scenario, key=AnswerKey(), digest="d")


def silent(ended: TrialClass) -> Transcript:
    said = AssistantMessage(text="Let me see …")
    return Transcript(
        scenario="bfcl-irrelevance/x",
        model="m",
        repeat=0,
        ended=ended,
        segments=(SegmentRecord(segment="a", messages=(said,)),),
    )


def test_silence_is_right_where_nothing_fits() -> None:
    verdict = judge(exam(NOTHING_FITS), silent("done"))
    assert (verdict.success, verdict.corrected, verdict.defects) == (True, True, {})


@pytest.mark.parametrize("ended", ["truncated", "limit", "overflow"])
def test_a_reply_that_is_cut_off_is_right_for_bfcl_and_wrong_when_corrected(ended: TrialClass) -> None:
    verdict = judge(exam(NOTHING_FITS), silent(ended))
    assert (verdict.success, verdict.corrected) == (True, False)
    assert list(verdict.defects) == ["cut_off_is_refusal"]
