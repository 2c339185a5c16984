import io

from rich.console import Console

from harness.report.conversation import print_trial
from harness.report.figures import collect
from harness.report.terminal import print_report
from harness.report.view import trial_view
from scenarios.transcript import Transcript
from tests.harness.report.sample_reading import EDGE, RIGHT, WRONG, Probe, grid, played, reported
from tests.harness.report.sample_run import bad, broken, call, exam, good, graded, model, record, transcript


def narrow() -> Console:
    return Console(file=io.StringIO(), width=80, force_terminal=False)


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def shown(played: Transcript) -> str:
    console = narrow()
    ((trial, asked, one, grade),) = graded(played)
    print_trial(trial_view(trial, asked, one, grade), console)
    return said(console)


def test_the_first_line_warns_of_excluded_trials() -> None:
    console = narrow()
    print_report(collect(record(), graded(good(), broken()), {}), console)
    assert said(console).startswith("NOT VALID: 1 of 2 trials are excluded (50.0 %)")


def test_eighty_columns_hold_every_figure() -> None:
    console = narrow()
    models = (model("local/a-model-with-a-rather-long-name-30b"), model("reference/oracle", simulated=True))
    names = ("shop/refund", "desk/help")
    trials = [
        one
        for of in models
        for asked in (exam(), exam("desk", "help"))
        for one in graded(good(), bad(), of=of, asked=asked)
    ]
    print_report(collect(record(*models, scenarios=names, repeats=2), trials, {"shop": 0.0}), console)
    text = said(console)
    assert text.startswith("SIMULATED")
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    assert "50.0" in text
    assert "2/2" in text
    assert "wrong_arg_value 2" in text


def test_a_terminal_that_is_none_gets_no_escape_codes() -> None:
    console = narrow()
    print_report(collect(record(), graded(bad()), {}), console)
    assert "\x1b" not in said(console) + shown(bad())


def test_a_failed_trial_reads_as_a_conversation() -> None:
    text = shown(bad())
    places = [
        text.index(part)
        for part in (
            "wrong_arg_value: call 1",
            "Refund my last order",
            'shop__refund {"order"',
            "amount: expected 42.5, given 24.5",
            "It is refunded.",
            "must say 42.5",
            "side effect",
        )
    ]
    assert places == sorted(places)


def test_markup_and_escape_codes_of_a_model_are_shown_and_not_obeyed() -> None:
    text = shown(
        transcript(*call("shop__refund", "[bold]{}", "x\x1b[2J"), reply="[red]\x1b]52;c;eA==\x07[/red]")
    )
    assert "\x1b" not in text
    assert "[bold]{}" in text
    assert "[red]␛]52" in text


def test_excluded_trials_come_with_what_was_said() -> None:
    console = narrow()
    print_report(collect(record(repeats=2), graded(broken(), broken()), {}), console)
    text = " ".join(said(console).split())
    assert "2 excluded as provider: " in text
    assert "(2 times)" in text


def test_repeats_bring_the_reliability_of_all_of_them() -> None:
    console = narrow()
    print_report(collect(record(repeats=2), graded(good(), bad()), {"shop": 0.25}), console)
    heads, figures = (line.split() for line in said(console).splitlines()[0:3:2])
    assert heads.index("pass^2") == heads.index("floor") - 1
    assert figures[figures.index("25.0") - 1] == "0.0"
    assert "pass^2: 2 of 2" in said(console)


def documents(*probes: Probe, models: int = 1) -> str:
    console = narrow()
    print_report(reported(*probes, models=[model(f"chat/alpha-{n}") for n in range(models)]), console)
    return said(console)


def test_a_length_is_a_row_with_a_sign_for_each_tenth_of_the_document() -> None:
    lines = documents(*grid(EDGE)).splitlines()
    at = lines.index("needle · en · single")
    assert lines[at + 2].split() == ["4k", "██████████", "100.0", "(30)"]
    assert lines[at + 3].split() == ["16k", "▁▁▁▁▁▁▁███", "30.0", "(30)"]
    assert lines[at + 4].split() == ["effective", "4k"]


def test_a_tenth_that_was_not_asked_is_a_dot() -> None:
    assert "·····█···· 100.0 (1)" in documents(Probe())


def test_tasks_at_one_length_share_a_table() -> None:
    text = documents(Probe(), Probe(task="hops", depth=None, replies=(WRONG,)))
    assert "needle · en · single 4k" in text
    assert "hops · en · single 4k   " in text


def test_models_that_do_not_fit_beside_each_other_stand_below() -> None:
    text = documents(*grid(EDGE), models=5)
    assert all(f"chat/alpha-{n}" in text for n in range(5))
    assert text.count("effective  ") + text.count("effective 4k") >= 2
    assert max(map(len, text.splitlines())) <= 80


def test_the_headline_of_consistency_has_its_n() -> None:
    fact = {"fact": "hall", "fact_kind": "static"}
    text = documents(
        *(
            Probe(name=f"p{n}", after=n, layout="segmented", cell={**fact, "lag": n - 1}, replies=(reply,))
            for n, reply in ((1, RIGHT), (2, WRONG))
        )
    )
    assert "consistent and correct 0.0 %" in text
    assert "of 1 facts" in text


def test_of_one_document_it_is_said_that_the_interval_is_no_more_than_that() -> None:
    text = " ".join(documents(Probe(), Probe(name="crate")).split())
    assert "One document (halls): the interval is over its questions, and says nothing of others." in text


def test_a_failed_question_is_told_with_its_evidence() -> None:
    console = narrow()
    ((trial, asked, one, grade),) = played(Probe(replies=(WRONG,)))
    print_trial(trial_view(trial, asked, one, grade), console)
    text = said(console)
    told = [
        "needle · single",
        "part 1, at 25 %",
        "expected    4711",
        "given       99",
        "judged      wrong_value",
    ]
    places = [text.index(part) for part in told]
    assert places == sorted(places)
