"""Conversations without a fault, on the suites that the rules were not made on: nobody is to be accused."""

import pytest

from scoring.user_faults.detect import find_faults
from scripts.fault_corpus.clean import clean_talks

pytestmark = pytest.mark.anyio


async def test_neither_a_script_nor_plain_talk_is_accused_on_any_suite() -> None:
    talks = await clean_talks()
    accused = {
        (exam.scenario.name, transcript.model): [fault.why for fault in found]
        for exam, transcript in talks
        if (found := find_faults(exam, transcript))
    }

    assert len(talks) == 48
    assert sum(exam.scenario.language == "zh" for exam, _ in talks) == 14
    assert accused == {}
