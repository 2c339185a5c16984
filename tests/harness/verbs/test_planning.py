"""Caps, limits and time-outs of a command line and its study."""

from harness.budget import Caps
from harness.runs.record import ModelVariant
from harness.verbs.planning import caps_of, patient
from scenarios.study import Study, StudyPatience
from tests.harness.known import KNOWN

STUDY = Study.model_validate(
    {
        "models": [{"name": "m", "limits": {"requests_a_minute": 60}}],
        "suites": ["shop"],
        "limits": {"max_cost": 2.5, "max_tokens": 1000},
    }
)


def test_the_command_line_goes_before_the_study() -> None:
    assert caps_of(STUDY, None, None, ()) == Caps(max_cost=2.5, max_tokens=1000)
    assert caps_of(STUDY, 0.0, 5, ()) == Caps(max_cost=0.0, max_tokens=5)


def test_every_variant_of_a_model_has_the_limits_that_the_study_gives_it() -> None:
    (asked,) = STUDY.models
    variants = [ModelVariant(label=name, wire="chat", model="m") for name in ("m+off", "m+on")]

    found = caps_of(STUDY, None, None, [(asked, variants)]).limits

    assert [found[one.label].requests_a_minute for one in variants] == [60, 60]


def test_a_study_replaces_the_time_outs_that_it_names_and_no_others() -> None:
    before = KNOWN.provider("compatible").wires["chat"].quirks.patience

    changed = patient(KNOWN, StudyPatience(idle=7.0))

    after = changed.provider("compatible").wires["chat"].quirks.patience
    assert after == before.model_copy(update={"idle": 7.0})
    assert patient(KNOWN, StudyPatience()) is KNOWN
