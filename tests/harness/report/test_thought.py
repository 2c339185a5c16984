"""Whether a model thought when it was asked to, and which variants are drawn together."""

from typing import Any

import pytest

from harness.report.figures import collect
from harness.report.thought import engaged, is_asked
from harness.runs.record import ModelVariant
from scenarios.transcript import AssistantMessage, Carried, Exchange, SegmentRecord, Transcript
from tests.harness.report.sample_costs import asked, costly_record, costly_trials, hosted, spent
from tests.harness.report.sample_run import Graded, bad, broken, good, graded, record

THINKS = hosted("m", "8192")


def played(*exchanges: Exchange, **more: Any) -> Transcript:
    return spent(good(), *(exchanges or (asked(output=9),)), **more)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [(None, False), ("off", False), ("adaptive", False), ("on", True), ("1024", True), ("low", True)],
)
def test_who_may_do_without_was_not_asked_to_think(setting: str | None, expected: bool) -> None:
    assert is_asked(hosted("m", setting)) is expected


def test_a_count_a_text_or_something_sealed_shows_that_it_thought() -> None:
    assert engaged(THINKS, played(asked(output=9, reasoning=5))) is True
    assert engaged(THINKS, played(thought="Let me see.")) is True
    sealed = AssistantMessage(text="Done.", carried=(Carried(item={"type": "redacted_thinking"}),))
    segments = (SegmentRecord(segment="refund", messages=(sealed,)),)
    assert engaged(THINKS, played(segments=segments)) is True


def test_one_exchange_with_thinking_is_enough() -> None:
    assert engaged(THINKS, played(asked(reasoning=0), asked(reasoning=5))) is True


def test_neither_a_text_nor_a_token_is_no_thinking() -> None:
    assert engaged(THINKS, played(asked(reasoning=0))) is False
    assert engaged(THINKS, played(asked())) is False


def test_a_trial_that_cannot_tell_is_not_judged() -> None:
    assert engaged(hosted("m", "off"), played()) is None
    assert engaged(THINKS, broken()) is None
    assert engaged(THINKS, good().model_copy(update={"exchanges": ()})) is None


def test_trials_without_thinking_are_counted_of_those_that_can_tell() -> None:
    trials = [played(asked(reasoning=5)), played(), broken()]
    (one,) = collect(record(THINKS, repeats=3), graded(*trials, of=THINKS), {}).models
    assert (one.thinking, one.thinking_not_engaged, one.thinking_judged) == ("8192", 1, 2)


def test_where_no_thinking_was_asked_for_there_is_none_to_miss() -> None:
    one = hosted("m", "off")
    (found,) = collect(record(one), graded(played(), of=one), {}).models
    assert (found.thinking, found.thinking_not_engaged) == ("off", None)


def test_settings_of_one_model_are_one_series_from_least_to_most() -> None:
    found = collect(costly_record(), costly_trials(), {})
    settings = {one.name: [point.setting for point in one.points] for one in found.thinking}
    assert settings == {"sprinter-3": ["off", "1024", "8192", "adaptive"], "longer-max": ["off", "8192"]}
    costs = [point.cost_per_trial_usd or 0 for point in found.thinking[0].points[:3]]
    assert costs == sorted(costs)
    assert found.thinking[0].points[2].unpriced > 0


def series(*variants: ModelVariant) -> list[list[str]]:
    trials: list[Graded] = [one for of in variants for one in graded(played(), bad(), of=of)]
    found = collect(record(*variants, repeats=2), trials, {})
    return [[point.setting for point in one.points] for one in found.thinking]


def test_variants_that_differ_in_more_than_thinking_are_not_one_series() -> None:
    elsewhere = hosted("m", "8192", "other")
    assert series(hosted("m", "off"), elsewhere) == []
    assert series(hosted("m", "off"), hosted("n", "8192")) == []
    by_an_agent = hosted("m", "8192")
    by_an_agent = by_an_agent.model_copy(update={"agent": "other", "label": f"{by_an_agent.label}+other"})
    assert series(hosted("m", "off"), by_an_agent) == []


def test_one_setting_alone_is_no_series() -> None:
    assert series(hosted("m", "8192")) == []


def test_what_the_vendor_advises_to_sample_with_may_go_with_the_setting() -> None:
    cool = hosted("m", "off").model_copy(update={"sampling": {"temperature": 0.7}})
    assert series(hosted("m", "high"), hosted("m", "low"), cool, hosted("m", None)) == [
        ["off", "low", "high", "default"]
    ]
