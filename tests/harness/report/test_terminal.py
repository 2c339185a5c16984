import io

from rich.console import Console

from harness.report.conversation import print_trial
from harness.report.figures import collect
from harness.report.terminal import print_report
from harness.report.view import trial_view
from scenarios.transcript import Transcript
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
