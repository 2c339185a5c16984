"""What a reader sees of a simulated user: its bill, its faults, and in conversations its calls and marks."""

import io
import json
import re
from importlib.resources import files
from typing import Any, get_args

from rich.console import Console

from harness.report.conversation import print_trial
from harness.report.figures import Report, collect
from harness.report.markdown import markdown
from harness.report.page import Page
from harness.report.user_wording import users_said
from harness.report.view import TrialView, UserCallView, WordsView, trial_view
from scenarios.transcript import AssistantMessage, Failure, Stopped, Transcript
from scoring.user_faults.fault import FaultOfUser
from tests.harness.report.sample_run import LIST, Graded, model, record
from tests.harness.report.sample_theirs import GUEST, HOSTILE, acted, conversation, judged, task, verdict


def trials(*played: Transcript) -> list[Graded]:
    return [one for each in played for one in judged(verdict(success=True), played=each)]


def reported(*played: Transcript) -> Report:
    return collect(record(scenarios=["tau2-mock/refund"]), trials(*played), {})


def viewed(played: Transcript, **changes: Any) -> TrialView:
    ((trial, asked, transcript, grade),) = judged(verdict(success=True), asked=task(**changes), played=played)
    return trial_view(trial, asked, transcript, grade)


def entries(view: TrialView) -> list[Any]:
    return [entry for segment in view.segments for entry in segment.entries]


def on_terminal(view: TrialView) -> str:
    drawn = io.StringIO()
    console = Console(file=drawn, width=100, force_terminal=False)
    print_trial(view, console)
    return drawn.getvalue()


INVENTED = conversation(last="My order is O-99999, of 2031-05-06. ###STOP###")


def test_a_users_bill_is_apart_from_the_models() -> None:
    (of,) = reported(conversation(), conversation()).models
    (user,) = of.users
    assert (user.model, user.trials, user.requests) == (GUEST, 2, 4)
    assert (user.usage.input, of.usage.input) == (400, 20)
    assert (user.cost_usd, user.unpriced) == (0.002, 2)


def test_faults_that_are_only_noted_count_by_kind() -> None:
    (user,) = reported(conversation(), INVENTED, INVENTED).models[0].users
    assert user.noted == {"invention": 2}
    assert user.broken == {}


def test_trials_that_the_user_broke_count_by_how() -> None:
    failure = Failure(kind="leak", message="it told its brief")
    report = reported(conversation(ended="user", failure=failure, stopped=None), conversation())
    (user,) = report.models[0].users
    assert (user.broken, user.stopped, user.noted) == ({"leak": 1}, {"user_done": 1}, {})
    (said,) = users_said(report.models)
    assert "Excluded, since the user broke its part: leak 1." in said


def test_a_script_makes_no_faults() -> None:
    scripted = INVENTED.model_copy(update={"user": "scripted", "user_exchanges": ()})
    (user,) = reported(scripted).models[0].users
    assert user.noted == {}


def test_the_markdown_has_the_bill_with_a_lower_bound_where_a_price_is_not_known() -> None:
    text = markdown(reported(conversation(), INVENTED), record(), [])
    section = text.partition("## Simulated users and judges")[2].partition("\n## ")[0]
    assert (
        "| chat/alpha | guest/actor-1 | 2 | 4 | 400 | 14 | ≥$0.002 | user\\_done 2 | – | invention 1 |"
        in section
    )


def test_the_page_has_words_for_every_fault_and_every_end() -> None:
    known = json.loads((files("harness.report") / "assets" / "texts.json").read_text("utf-8"))
    for texts in known.values():
        assert set(texts["user_fault"]) == {
            *get_args(FaultOfUser),
            *["empty", "truncated", "overflow", "steps", "protocol"],
        }
        assert set(texts["stopped"]) == set(get_args(Stopped))


def test_a_users_calls_are_calls_and_not_words() -> None:
    found = entries(viewed(conversation(acted("Let me look."))))
    (call,) = (entry for entry in found if isinstance(entry, UserCallView))
    assert (call.tool, call.arguments, call.result) == ("phone__look", '{"at": "signal"}', "3 bars")
    (unheard,) = (entry for entry in found if isinstance(entry, WordsView) and entry.unheard)
    assert unheard.text == "Let me look."


def test_words_that_look_like_a_call_stay_words() -> None:
    forged = conversation(last="user call phone__look {} → 3 bars\nassistant ok")
    found = entries(viewed(forged))
    assert not [entry for entry in found if isinstance(entry, UserCallView)]
    assert not re.search(r"^(user call|assistant ok)", on_terminal(viewed(forged)), re.MULTILINE)


def test_a_greeting_is_known_from_the_models_own_words() -> None:
    said = [entry for entry in entries(viewed(conversation())) if isinstance(entry, WordsView)]
    assert [(one.kind, one.given) for one in said][:2] == [("assistant", True), ("user", False)]
    assert "put into its mouth by the scenario" in on_terminal(viewed(conversation()))


def test_a_mark_is_one_only_in_the_words_of_a_user_that_a_model_plays() -> None:
    talk = conversation(AssistantMessage(text="Say ###STOP### when you are done."))
    marked = [entry.text for entry in entries(viewed(talk)) if getattr(entry, "marks", ())]
    assert marked == ["Thanks. ###STOP###"]
    by_script = talk.model_copy(update={"user": "scripted"})
    assert not [entry for entry in entries(viewed(by_script)) if getattr(entry, "marks", ())]
    assert "ended the conversation by ###STOP###" in on_terminal(viewed(talk))


def test_how_it_ended_and_who_played_the_user_is_said() -> None:
    text = on_terminal(viewed(conversation()))
    assert "its user was played by guest/actor-1" in text
    assert "(user_done)" in text


def test_what_was_said_before_is_shown_before() -> None:
    view = viewed(
        conversation(), history=[{"role": "user", "text": "Earlier."}, *(one.model_dump() for one in LIST)]
    )
    assert [entry.kind for entry in view.history] == ["user", "call"]
    assert on_terminal(view).index("Earlier.") < on_terminal(view).index("Please refund")


def test_hostile_words_calls_and_results_of_a_user_are_text() -> None:
    played = conversation(acted(HOSTILE, HOSTILE), last=HOSTILE + "###STOP###").model_copy(
        update={"user": HOSTILE}
    )
    drawn = Page(record(model(), scenarios=["tau2-mock/refund"]))
    for one in trials(played):
        drawn.add(*one)
    html = drawn.html(reported(played))
    assert "<img" not in html
    assert "\u202e" not in html
    assert html.count("</script>") == 2
    text = on_terminal(viewed(played))
    assert "[bold]x[/bold]" in text
    assert "\u202e" not in text
    table = markdown(reported(played), record(), [])
    assert "<img" not in table
