"""Self-hosted and hosted compared, in a real browser: drawn in both languages, and text stays text."""

import re
from pathlib import Path

import pytest

from harness.report.figures import Report
from harness.report.page import Page
from tests.e2e.browser import drawn
from tests.harness.report.sample_hosting import (
    BIG,
    FAST,
    ON,
    OTHER,
    SMALL,
    bench_of,
    compared,
    compared_record,
    compared_trials,
    watched_big,
)

pytestmark = pytest.mark.e2e

HOSTILE = "</script><img src=x onerror=alert(1)>"


def page(folder: Path, report: Report) -> Path:
    made = Page(compared_record())
    for of in (BIG, SMALL, FAST):
        for trial in compared_trials(of):
            made.add(*trial)
    file = folder / "report.html"
    file.write_text(made.html(report), "utf-8")
    return file


def whole_report(kind: str = "H20-96") -> Report:
    on = {**ON, BIG.label: ON[BIG.label].model_copy(update={"kind": kind})}
    bench = bench_of(SMALL, (1, 60, 12_000, 300), (4, 60, 20_000, 600))
    return compared(on=on, watched={BIG.label: watched_big()}, benches=[bench])


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("ILLUSTRATIVE", "Self-hosted or hosted", "What the servers said", "within the interval")),
        ("zh", ("示例价格", "自托管还是托管", "服务器自报的数据", "在区间之内")),
    ],
)
def test_the_comparison_is_drawn(
    tmp_path: Path, chromium: list[str], language: str, said: tuple[str, ...]
) -> None:
    text = drawn(chromium, page(tmp_path, whole_report()), f"#{language}")
    for words in said:
        assert words in text
    assert "undefined" not in text
    assert "NaN" not in text


def test_points_have_their_intervals_a_ring_and_words(tmp_path: Path, chromium: list[str]) -> None:
    text = drawn(chromium, page(tmp_path, whole_report()), "#en")
    cost, time = re.findall(r'<figure class="pareto">.*?</figure>', text, re.DOTALL)
    assert cost.count('class="ring"') == time.count('class="ring"') == 1
    assert cost.count('class="leads"') == 2
    assert "sprinter-3: 83.3" in cost
    assert "no other row beats it" in cost
    assert time.count('class="beside"') == 4


def test_a_frontier_of_several_rows_is_a_line(tmp_path: Path, chromium: list[str]) -> None:
    cheap = {BIG.label: ON[BIG.label].model_copy(update={"gpu_hour": 0.01})}
    report = compared(BIG, FAST, OTHER, on=cheap)
    assert report.hosting is not None
    assert len(report.hosting.cost_frontier) == 2
    text = drawn(chromium, page(tmp_path, report), "#en")
    assert 'class="frontier"' in text


def test_names_of_machines_are_shown_as_text(tmp_path: Path, chromium: list[str]) -> None:
    text = drawn(chromium, page(tmp_path, whole_report(HOSTILE)), "#en")
    assert "<img" not in text
    assert "&lt;img src=x" in text
