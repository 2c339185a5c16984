"""What does not fit a window is said before it is sent, with the numbers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.plan.fit import fits
from scenarios.reading import DocumentRef, Layout
from scenarios.scenario import Limits, Scenario
from tests.harness.little_reading import OWN, question
from tests.harness.stage import scenario

PARTS = (10_000, 20_000, 30_000)


def asked(layout: Layout = "single", *, after: int = 3, output: int = 512) -> Scenario:
    """A question on three parts of 10, 20 and 30 thousand tokens."""
    plain = question(layout, after=after)
    assert plain.reading is not None
    ref = DocumentRef(name="paper", digest="x", source=OWN, tokens=PARTS, tokenizer="words 1")
    reading = plain.reading.model_copy(update={"document": ref})
    return plain.model_copy(update={"reading": reading, "limits": Limits(output_tokens=output)})


def test_what_fits_has_no_reason() -> None:
    assert fits(asked(), 64_000) is None


def test_a_reason_has_the_numbers() -> None:
    assert fits(asked(), 60_000) == (
        "needs 61,200 tokens where the window has 60,000: 60,000 of the document, 88 of questions and "
        "replies, 512 for the answer, 600 to spare"
    )


def test_a_model_with_more_tokens_for_a_text_needs_more_room() -> None:
    why = fits(asked(), 64_000, 1.25)

    assert why is not None
    assert "75,000 of the document (counted 1.25 times)" in why


def test_the_answer_needs_room_too() -> None:
    assert fits(asked(output=4000), 64_000) is not None


def test_thinking_needs_room_beside_the_answer() -> None:
    why = fits(asked(), 64_000, thinking=8192)

    assert why is not None
    assert "512 for the answer, 8,192 to think, 640 to spare" in why


@pytest.mark.parametrize(
    ("layout", "after", "least"),
    [("single", 3, 60_000), ("segmented", 2, 30_000), ("recap", 3, 120_000), ("carry", 3, 30_000)],
)
def test_each_layout_needs_what_it_shows(layout: Layout, after: int, least: int) -> None:
    assert fits(asked(layout, after=after), least) is not None
    assert fits(asked(layout, after=after), round(least * 1.1)) is None


def test_a_document_behind_tools_always_fits() -> None:
    assert fits(asked("tools"), 1000) is None


def test_tool_work_always_fits() -> None:
    assert fits(scenario(), 1) is None


@settings(deadline=None)
@given(st.integers(1, 200_000), st.integers(0, 200_000), st.floats(0.5, 3))
def test_a_larger_window_never_fits_less(window: int, more: int, factor: float) -> None:
    if fits(asked(), window, factor) is None:
        assert fits(asked(), window + more, factor) is None
