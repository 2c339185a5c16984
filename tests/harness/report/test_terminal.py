import io

from rich.console import Console

from harness.models.pricing import Tariff
from harness.report.conversation import print_trial
from harness.report.figures import collect
from harness.report.terminal import print_report
from harness.report.view import trial_view
from scenarios.transcript import Attempt, Transcript
from tests.harness.report.sample_costs import (
    CAP,
    SPRINTER,
    STREAMING,
    asked,
    costly_plan,
    costly_record,
    costly_trials,
    hosted,
    spent,
)
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


def costly() -> str:
    console = narrow()
    print_report(collect(costly_record(), costly_trials(), {}, costly_plan()), console)
    return said(console)


def test_eighty_columns_hold_what_everything_cost() -> None:
    text = costly()
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text


def test_a_cost_that_is_not_whole_is_a_lower_bound() -> None:
    row = next(line for line in costly().splitlines() if "75,600 " in line)
    assert row.split()[-3:] == ["≥$1.50", "≥$0.0683", "≥$0.0751"]


def test_what_has_to_be_known_of_the_requests_is_said_once_for_a_model() -> None:
    text = " ".join(costly().split())
    assert "sprinter-3+thinking-8192: 10 requests with counts that do not fit together: their cost" in text
    assert "12 of 60 attempts brought no reply: http_429 6, timeout 6" in text
    assert "thinking was asked for (1024), and 4 of 24 graded trials have neither" in text
    assert text.count(STREAMING) == 2
    assert f"sprinter-3+thinking-8192: 2 trials were not played: cap: {CAP}" in text
    assert "excluded as budget" not in text


def test_a_model_whose_price_nobody_knows_has_a_dash_and_no_reproach() -> None:
    text = costly()
    assert next(line for line in text.splitlines() if line.startswith("mystery  ")).count("–") >= 1
    assert "not in the cost" not in text


def test_settings_of_thinking_stand_beneath_each_other() -> None:
    lines = costly().splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith("sprinter-3 "))
    assert [line.split()[0] for line in lines[at + 1 : at + 5]] == ["off", "1024", "8192", "adaptive"]
    assert lines[at + 2].split()[-1] == "4/24"


def test_of_reference_models_no_cost_is_spoken() -> None:
    console = narrow()
    oracle = model("reference/oracle", simulated=True)
    print_report(collect(record(oracle), graded(good(), of=oracle), {}), console)
    assert "cost" not in said(console)


def test_the_requests_of_a_trial_are_told_with_their_cost() -> None:
    console, thinks = narrow(), hosted("m", "8192")
    doubtful = asked(input=1, output=1, doubt="they are not the total")
    late = asked(input=4000, output=250, failed=(Attempt(kind="http_429"),))
    ((trial, of, one, grade),) = graded(spent(good(), late, doubtful), of=thinks)
    print_trial(trial_view(trial, of, one, grade, tariff=Tariff(prices=SPRINTER)), console)
    text = " ".join(said(console).split())
    told = ["requests: ≥$0.01 · thinking_not_engaged", "$0.01 (computed)", "after http_429", "– (doubtful)"]
    places = [text.index(part) for part in [*told, "counts that do not fit together: they are not"]]
    assert places == sorted(places)
