"""How the rules for faults of simulated users do on the corpus; thresholds lie below what was measured."""

import pytest

from scenarios.transcript import Transcript
from scripts.fault_corpus.talks import Half
from scripts.user_faults import Case, corpus, measure

pytestmark = pytest.mark.anyio

RECALL = {
    "contradiction": 0.70,
    "leak": 0.80,
    "invention": 0.85,
    "early_end": 0.90,
    "loop": 0.95,
    "any": 0.88,
}
PRECISION = {"contradiction": 0.90, "any": 0.97}
"""Of the other kinds 0.95."""


@pytest.mark.parametrize("half", ["dev", "held-out"])
async def test_precision_and_recall_hold_for_every_kind(half: Half) -> None:
    cases = await corpus(half)

    rows = {row.kind: row for row in measure(cases)}

    assert sum(case.planted is None for case in cases) >= 100
    assert sum(case.planted is not None for case in cases) >= 100
    assert {case.exam.scenario.language for case in cases} == {"en", "zh"}
    for kind, row in rows.items():
        assert row.recall is not None
        assert row.precision is not None
        assert row.recall >= RECALL[kind], row
        assert row.precision >= PRECISION.get(kind, 0.95), row


async def test_the_corpus_is_the_same_whenever_it_is_made() -> None:
    def said(cases: list[Case]) -> list[tuple[str, Transcript]]:
        return [(case.how, _timeless(case.transcript)) for case in cases]

    assert said(await corpus("dev", 3)) == said(await corpus("dev", 3))


def _timeless(transcript: Transcript) -> Transcript:
    """Without how long the user's tools took."""
    text = transcript.model_dump_json(
        exclude={"segments": {"__all__": {"messages": {"__all__": {"results"}}}}}
    )
    return Transcript.model_validate_json(text)
