import csv
import io

import pytest

from harness.models.pricing import UNPRICED, Tariff
from harness.report.rows import COLUMNS, csv_header, csv_line, trial_row
from scenarios.line import Summary
from scenarios.transcript import Attempt, Exchange, Transcript, Usage
from tests.harness.report.sample_costs import SPRINTER, STREAMING, asked, hosted, spent
from tests.harness.report.sample_reading import Probe, played
from tests.harness.report.sample_run import bad, broken, exam, good, graded, transcript


def written(played: Transcript) -> dict[str, str]:
    """The row as a spreadsheet reads it from the file."""
    ((trial, asked, shown, grade),) = graded(played)
    data = csv_header() + csv_line(trial_row("run1", trial, asked, shown, grade))
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return row


def test_a_row_says_what_was_asked_and_what_came_of_it() -> None:
    row = written(bad())
    assert tuple(row) == COLUMNS
    assert row["run"] == "run1"
    assert (row["model"], row["suite"], row["scenario"]) == ("chat/alpha", "shop", "shop/refund")
    assert (row["class"], row["success"], row["root_cause"]) == ("done", "false", "wrong_arg_value")
    assert (row["tokens_in"], row["tokens_cached"], row["tokens_out"]) == ("400", "160", "44")
    assert (row["latency_ms"], row["ttft_ms"], row["tpot_ms"]) == ("300", "100", "20")
    assert row["timestamp"] == "2026-11-22T15:00:00Z"


def test_what_is_unknown_is_an_empty_cell() -> None:
    row = written(good())
    assert (row["tokens_reasoning"], row["cost_usd"], row["error"]) == ("", "", "")


def test_an_excluded_trial_names_its_error_and_has_no_score() -> None:
    row = written(broken())
    assert row["error"] == "http_503: the endpoint answered 503 five times (request 1)"
    assert (row["success"], row["score"]) == ("", "")


def test_a_trial_can_be_written_before_it_is_graded() -> None:
    ((trial, asked, played, _),) = graded(good())
    row = trial_row("run1", trial, asked, played, None)
    assert row["success"] is None
    assert row["class"] == "done"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\n=1", "＝1+1"])
def test_no_answer_is_run_as_a_formula(text: str) -> None:
    row = written(transcript(reply=text))
    assert row["answer"].startswith("'")
    assert not row["answer_snippet"].startswith(("=", "+", "-", "@", "＝"))


def test_a_carriage_return_is_shown_so_that_nothing_stands_after_it() -> None:
    assert written(transcript(reply="\r=1"))["answer"] == "␍=1"


def test_newlines_quotes_commas_and_chinese_survive() -> None:
    text = '第一行，"引号"\nsecond, line; end'
    assert written(transcript(reply=text))["answer"] == text


def test_controls_are_shown_and_a_huge_answer_fits_a_cell() -> None:
    row = written(transcript(reply="a\x00b" + "x" * 1_000_000))
    assert row["answer"].startswith("a␀b")
    assert len(row["answer"]) < 32_767
    assert len(row["answer_snippet"]) <= 120


def test_the_answers_of_all_segments_stand_in_the_row() -> None:
    first = good().segments[0]
    two = good().model_copy(update={"segments": (first, first.model_copy(update={"segment": "next"}))})
    ((trial, asked, played, grade),) = graded(two, asked=exam())
    assert trial_row("r", trial, asked, played, grade)["answer"] == "\n\n".join([first.reply] * 2)


def test_the_file_tells_excel_that_it_is_utf8() -> None:
    assert csv_header().startswith(b"\xef\xbb\xbftimestamp,")


def test_usage_is_the_sum_of_what_was_reported() -> None:
    half = good().model_copy(
        update={"exchanges": (Exchange(usage=Usage(input=5)), Exchange(), Exchange(usage=Usage(input=7)))}
    )
    row = written(half)
    assert (row["tokens_in"], row["tokens_out"]) == ("12", "")


def about_document(probe: Probe) -> dict[str, str]:
    ((trial, asked, shown, grade),) = played(probe)
    data = csv_header() + csv_line(trial_row("run1", trial, asked, shown, grade))
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return row


def test_a_question_on_a_document_says_where_it_belongs_and_what_it_got() -> None:
    cell = {"lag": 1, "fact": "hall", "fact_kind": "update", "wording": 2}
    row = about_document(
        Probe(language="zh", layout="segmented", cell=cell, replies=("It is there.\n**ANSWER:** 99 ",))
    )
    assert (row["task"], row["language"], row["document"]) == ("needle", "zh", "needle-zh-4096-1")
    assert (row["tokens"], row["tokens_read"], row["depth"]) == ("4096", "4090", "0.5")
    assert (row["layout"], row["after"], row["lag"]) == ("segmented", "2", "1")
    assert (row["fact"], row["fact_kind"], row["wording"]) == ("hall", "update", "2")
    assert (row["outcome"], row["answer_line"]) == ("wrong_value", "99")


def test_an_answer_line_that_a_spreadsheet_would_run_gets_an_apostrophe() -> None:
    assert about_document(Probe(replies=("ANSWER: =1+1",)))["answer_line"] == "'=1+1"


def test_where_the_whole_reply_is_the_answer_there_is_no_answer_line() -> None:
    row = about_document(Probe(line=Summary(reference="", points=("four",)), replies=("ANSWER: four",)))
    assert (row["answer_line"], row["answer"]) == ("", "ANSWER: four")


def test_work_with_tools_has_no_document_in_its_row() -> None:
    row = written(good())
    assert row["language"] == "en"
    assert {row[name] for name in ("task", "tokens", "document", "layout", "outcome", "answer_line")} == {""}


def of_costs(played: Transcript, thinking: str | None = "8192", tariff: Tariff = UNPRICED) -> dict[str, str]:
    ((trial, asked_of, shown, grade),) = graded(played, of=hosted("m", thinking))
    data = csv_header() + csv_line(
        trial_row("run1", trial, asked_of, shown, grade, {trial.model.label: tariff})
    )
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return row


def test_a_row_says_what_the_trial_cost_and_how_much_of_that_is_known() -> None:
    doubtful = asked(input=1, output=1, doubt="they are not the total")
    cheap = asked(input=3, output=1, written=2)
    row = of_costs(spent(good(), cheap, doubtful), tariff=Tariff(prices=SPRINTER))
    assert row["cost_usd"] == "0.000014"
    assert (row["requests"], row["requests_unpriced"], row["requests_doubtful"]) == ("2", "1", "1")
    assert row["tokens_written"] == "2"


def test_a_row_says_what_was_tried_and_given_up() -> None:
    late = asked(failed=(Attempt(kind="http_429"), Attempt(kind="http_429")), conceded=(STREAMING,))
    row = of_costs(spent(good(), late, late, failed=(Attempt(kind="timeout"),)))
    assert (row["attempts"], row["failed_attempts"]) == ("7", "http_429 4, timeout 1")
    assert row["conceded"] == STREAMING


def test_a_row_says_whether_thinking_that_was_asked_for_came() -> None:
    silent, thoughtful = spent(good(), asked(reasoning=0)), spent(good(), asked(reasoning=9))
    assert of_costs(silent)["thinking_not_engaged"] == "true"
    assert of_costs(thoughtful)["thinking_not_engaged"] == "false"
    assert of_costs(silent, "off")["thinking_not_engaged"] == ""
    assert (of_costs(silent)["thinking"], of_costs(silent, None)["thinking"]) == ("8192", "")
