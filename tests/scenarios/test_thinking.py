"""One setting of thinking: how people write it, and how it is written back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from scenarios.thinking import EFFORTS, Settings, Thinking

SETTINGS = TypeAdapter[tuple[Thinking, ...]](Settings)


@pytest.mark.parametrize(
    ("written", "mode", "tokens", "effort"),
    [
        ("off", "off", None, None),
        (" ON ", "on", None, None),
        ("adaptive", "adaptive", None, None),
        ("8192", "budget", 8192, None),
        (8192, "budget", 8192, None),
        ("8k", "budget", 8192, None),
        ("budget 1024", "budget", 1024, None),
        ("High", "effort", None, "high"),
        (False, "off", None, None),
        (True, "on", None, None),
    ],
)
def test_a_setting_is_read_as_people_write_it(
    written: object, mode: str, tokens: int | None, effort: str | None
) -> None:
    setting = Thinking.parse(written)

    assert (setting.mode, setting.tokens, setting.effort) == (mode, tokens, effort)


@pytest.mark.parametrize("written", ["", "much", "0", "-1", "off on", "none", None, "1e3", "0k"])
def test_what_is_no_setting_says_what_is(written: object) -> None:
    with pytest.raises(
        ValueError, match="write off, on, adaptive, a number of tokens such as 8192 or 8k, or"
    ):
        Thinking.parse(written)


@given(
    st.sampled_from(["off", "on", "adaptive", *EFFORTS]) | st.integers(min_value=1, max_value=10**7).map(str)
)
def test_a_setting_written_back_is_read_as_the_same(written: str) -> None:
    assert str(Thinking.parse(written)) == written
    assert Thinking.parse(str(Thinking.parse(written))) == Thinking.parse(written)


@pytest.mark.parametrize(
    ("written", "asked"), [("off", False), ("on", True), ("adaptive", True), ("1k", True)]
)
def test_a_model_is_asked_to_think_by_everything_but_off(written: str, *, asked: bool) -> None:
    assert Thinking.parse(written).is_asked is asked


@pytest.mark.parametrize(
    "written",
    ["off,1024,8k", "off, 1024, 8192", ["off", 1024, "8k"], (False, 1024, 8192)],
)
def test_several_settings_may_stand_in_a_line_or_a_list(written: object) -> None:
    assert [str(one) for one in SETTINGS.validate_python(written)] == ["off", "1024", "8192"]


def test_one_setting_is_a_list_of_one() -> None:
    assert [str(one) for one in SETTINGS.validate_python(False)] == ["off"]


def test_a_wrong_setting_in_a_list_is_named() -> None:
    with pytest.raises(ValidationError, match="'lots' is no setting of thinking"):
        SETTINGS.validate_python("off,lots")


@pytest.mark.parametrize(
    "record",
    [
        {"mode": "budget"},
        {"mode": "effort"},
        {"mode": "off", "tokens": 5},
        {"mode": "budget", "effort": "low"},
    ],
)
def test_a_record_that_contradicts_itself_is_refused(record: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Thinking.model_validate(record)
