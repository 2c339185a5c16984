"""Other benchmarks' verdicts and a simulated user's part in a real browser, in both languages."""

from pathlib import Path

import pytest

from harness.report.figures import collect
from harness.report.page import Page
from tests.e2e.browser import drawn
from tests.harness.report.sample_run import LIST, record
from tests.harness.report.sample_theirs import DIFFERENT, HOSTILE, SOURCE, acted, conversation, judged

pytestmark = pytest.mark.e2e


def page(folder: Path) -> Path:
    """The user looks at its phone, with hostile words, and leaves by a mark."""
    trials = judged(*DIFFERENT, played=conversation(*LIST, acted(HOSTILE, HOSTILE)))
    asked = record(scenarios=["tau2-mock/refund"], repeats=4).model_copy(
        update={"data": {"tau2-mock": SOURCE}}
    )
    made = Page(asked)
    for one in trials:
        made.add(*one)
    file = folder / "report.html"
    file.write_text(made.html(collect(asked, trials, {"tau2-mock": 0.25})), encoding="utf-8")
    return file


def test_three_verdicts_the_data_and_the_defects_are_on_the_page(tmp_path: Path, chromium: list[str]) -> None:
    dom = drawn(chromium, page(tmp_path), "#en")
    section = dom.partition('id="their_rules"')[2].partition("<section")[0]
    for part in ("by tau2's rules", SOURCE, "2 (1)", "2 (0)", "communicate_in_word", "pass^4", "25.0"):
        assert part in section
    assert "Of 2 failed trials, 2 fail by the rules of their benchmark alone" in dom
    assert "没有左右" not in dom
    assert "按其他基准自身的规则" in drawn(chromium, page(tmp_path), "#zh")


def test_a_users_calls_and_marks_are_drawn_and_its_hostile_words_are_text(
    tmp_path: Path, chromium: list[str]
) -> None:
    dom = drawn(chromium, page(tmp_path), "#en/t2")
    talk = dom[dom.index('id="t2"') :]
    told = ["Put into the model's mouth", "Call 0", "nobody heard it", "User's call", "the user's own tool"]
    places = [talk.index(part) for part in told]
    assert places == sorted(places)
    assert 'title="By this mark the user ended the conversation">###STOP###</span>' in talk
    assert "<img" not in dom
    assert "&lt;img src=x onerror=alert(1)&gt;" in talk
