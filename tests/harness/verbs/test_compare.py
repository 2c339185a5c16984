"""`longspan compare` as a user has it."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.runs.record import JudgeRecord, UserRecord
from tests.harness.compare.two_runs import run, scenarios
from tests.harness.judges.court import theirs
from tests.harness.report.sample_run import model
from tests.harness.verbs.command_line import Said, invoke

A, B = "chat/alpha", "chat/beta"


def told(said: Said) -> str:
    """What was said, on one line."""
    return " ".join(said.out.split())


def answered(*arguments: str, at: Path) -> Any:
    said = invoke("compare", *arguments, "--json", at=at)
    assert said.status == 0, said.err
    return json.loads(said.out)


def test_two_models_of_a_run_are_held_against_each_other(tmp_path: Path) -> None:
    run(tmp_path / "one", {A: scenarios(["++", "--", "+-", "++"]), B: scenarios(["++", "++", "++", "-+"])})
    (found,) = answered("one", at=tmp_path)["compared"]

    assert (found["first"]["model"], found["second"]["model"]) == (A, B)
    assert found["success"]["first"] == 0.625
    assert found["success"]["second"] == 0.875
    assert found["success"]["gap"] == 0.25
    assert (found["success"]["scenarios"], found["success"]["trials"]) == (4, 8)
    assert found["trials"] == {"first_only": 1, "second_only": 3, "p": 0.625}
    assert found["flips"][0] == {"scenario": "shop/s01", "repeats": 2, "first": 0, "second": 2}
    assert [flip["scenario"] for flip in found["flips"]] == ["shop/s01", "shop/s02", "shop/s03"]
    assert found["verdict"] == "undecided"


def test_what_may_be_chance_is_said_in_words(tmp_path: Path) -> None:
    run(
        tmp_path / "one",
        {A: scenarios(["++", "--", "+-", "++"] * 3), B: scenarios(["++", "+-", "++", "-+"] * 3)},
    )
    text = told(invoke("compare", "one", at=tmp_path))

    assert "chat/alpha → chat/beta 12 scenarios, 24 pairs of trials" in text
    assert "the difference may well be chance: were the two alike, a gap as large would come up in" in text
    assert "What was played fits anything from chat/beta being" in text
    assert "scenarios like these, with as many repeats, to see it in 8 of 10 runs" in text


def test_what_is_hardly_chance_is_called_better(tmp_path: Path) -> None:
    run(tmp_path / "one", {A: scenarios(["-"] * 20 + ["+"]), B: scenarios(["+"] * 20 + ["-"])})
    text = told(invoke("compare", "one", at=tmp_path))
    (found,) = answered("one", at=tmp_path)["compared"]

    assert found["verdict"] == "better"
    assert found["planning"]["needed"] is None
    assert found["success"]["p_holm"] >= found["success"]["p"]
    assert "chat/beta succeeds more often than chat/alpha: by 90.5 points" in text
    assert "in fewer than 1 of 1,000 such runs" in text


def test_only_repeats_that_both_played_are_paired(tmp_path: Path) -> None:
    run(tmp_path / "one", {A: scenarios(["+++-", "++"]), B: scenarios(["+ -", "++"])})
    (found,) = answered("one", at=tmp_path)["compared"]

    assert found["success"]["trials"] == 4
    assert found["success"]["gap"] == -0.25


def test_of_two_runs_the_models_that_both_have_are_compared(tmp_path: Path) -> None:
    run(tmp_path / "old", {A: scenarios(["+", "+", "-"]), B: scenarios(["+", "+", "-"])})
    run(tmp_path / "new", {A: scenarios(["+", "-", "-"])})
    (found,) = answered("old", "new", at=tmp_path)["compared"]

    assert (found["first"]["run"], found["second"]["run"]) == ("old", "new")
    assert found["success"]["gap"] == pytest.approx(-1 / 3)
    assert "chat/alpha in old → chat/alpha in new" in told(invoke("compare", "old", "new", at=tmp_path))


def test_models_of_two_runs_are_named_one_of_each(tmp_path: Path) -> None:
    run(tmp_path / "old", {A: scenarios(["+", "-"])})
    run(tmp_path / "new", {B: scenarios(["+", "+"])})
    (found,) = answered("old", "new", "--models", "alpha", "beta", at=tmp_path)["compared"]

    assert (found["first"]["model"], found["second"]["model"]) == (A, B)
    nothing = invoke("compare", "old", "new", at=tmp_path)
    assert nothing.status == 2
    assert "no model in common" in nothing.err


def test_scenarios_with_another_prompt_are_left_out_and_named(tmp_path: Path) -> None:
    run(tmp_path / "old", {A: scenarios(["+", "-"])})
    run(tmp_path / "new", {A: scenarios(["-", "-"])}, system="You work for another shop.")
    (found,) = answered("old", "new", at=tmp_path)["compared"]

    assert found["verdict"] == "nothing"
    (left_out,) = found["left_out"]
    assert left_out["why"] == "other_contents"
    assert left_out["detail"] == "different in its system prompt"
    assert left_out["scenarios"] == ["shop/s00", "shop/s01"]
    text = told(invoke("compare", "old", "new", at=tmp_path))
    assert "2 scenarios not compared: different in its system prompt (shop/s00, shop/s01)" in text
    assert "Nothing can be compared" in text


def test_another_prompt_may_be_what_is_compared(tmp_path: Path) -> None:
    run(tmp_path / "old", {A: scenarios(["+", "-"])})
    run(tmp_path / "new", {A: scenarios(["-", "-"])}, system="You work for another shop.")
    (found,) = answered("old", "new", "--even-so", at=tmp_path)["compared"]

    assert found["success"]["gap"] == -0.5
    assert found["left_out"][0]["allowed"]


def test_another_simulated_user_is_never_compared_silently(tmp_path: Path) -> None:
    run(tmp_path / "old", {A: scenarios(["+", "-"])}, user="scripted")
    run(tmp_path / "new", {A: scenarios(["-", "-"])}, user="chat/user-7b")
    (found,) = answered("old", "new", at=tmp_path)["compared"]

    assert found["left_out"][0]["why"] == "other_user"
    assert found["left_out"][0]["detail"] == "the user was played by scripted and by chat/user-7b"
    assert found["success"]["gap"] is None


def test_success_that_another_judge_decided_is_never_compared_silently(tmp_path: Path) -> None:
    judge = JudgeRecord(model=model("chat/judge-7b"), prompt=1)
    for name, asked in (("none", None), ("old", judge), ("new", judge.model_copy(update={"prompt": 2}))):
        run(tmp_path / name, {A: scenarios(["+", "-"])}, theirs=theirs(), judge=asked)
        run(tmp_path / f"{name}-shown", {A: scenarios(["+", "-"])}, theirs=theirs(counted=False), judge=asked)
    (found,) = answered("none", "old", at=tmp_path)["compared"]
    (newer,) = answered("old", "new", at=tmp_path)["compared"]
    (shown,) = answered("old-shown", "new-shown", at=tmp_path)["compared"]

    told = "what no rule can decide was judged by nobody and by chat/judge-7b, prompt 1"
    assert [(one["why"], one["detail"]) for one in found["left_out"]] == [("other_judge", told)]
    assert newer["left_out"][0]["why"] == "other_judge"
    assert shown["left_out"] == []


def test_one_user_model_that_was_told_something_else_is_another_user(tmp_path: Path) -> None:
    for name, prompt in (("old", 1), ("new", 2), ("newer", 2)):
        user = UserRecord(model=model("chat/user-7b"), prompt=prompt)
        run(tmp_path / name, {A: scenarios(["+", "-"])}, user="chat/user-7b", talks=True, user_record=user)
    (found,) = answered("old", "new", at=tmp_path)["compared"]

    assert found["left_out"][0]["why"] == "other_user"
    assert found["left_out"][0]["detail"] == "the user's prompt was version 1 and 2"
    assert answered("new", "newer", at=tmp_path)["compared"][0]["left_out"] == []


def test_scenarios_of_one_run_only_are_named(tmp_path: Path) -> None:
    run(tmp_path / "old", {A: scenarios(["+", "-", "+"])})
    run(tmp_path / "new", {A: scenarios(["+", "x"])})
    (found,) = answered("old", "new", at=tmp_path)["compared"]

    assert {one["why"]: one["scenarios"] for one in found["left_out"]} == {
        "only_first": ["shop/s02"],
        "no_pair": ["shop/s01"],
    }


def test_how_the_two_were_asked_differently_stands_above_the_figures(tmp_path: Path) -> None:
    run(tmp_path / "old", {A: scenarios(["+", "-"])}, versions={"longspan": "0.1.0"})
    run(tmp_path / "new", {A: scenarios(["+", "+"])}, versions={"longspan": "0.2.0"}, transport="stdio")
    text = told(invoke("compare", "old", "new", at=tmp_path))

    assert "Also different: transport: memory and stdio; longspan: 0.1.0 and 0.2.0" in text


def test_excluded_trials_are_in_no_pair_and_their_failure_is_reckoned_beside(tmp_path: Path) -> None:
    run(tmp_path / "one", {A: scenarios(["++", "++"]), B: scenarios(["+x", "++"])})
    (found,) = answered("one", at=tmp_path)["compared"]

    assert found["excluded"] == [{}, {"provider": 1}]
    assert found["success"]["gap"] == 0.0
    assert found["success_of_all"]["gap"] == -0.25
    text = told(invoke("compare", "one", at=tmp_path))
    assert "chat/beta: 1 provider: not graded, and in no pair." in text
    assert "Were these counted as failures, the gap would be −25.0 points" in text


def test_a_scenario_whose_trials_all_crashed_does_not_disappear(tmp_path: Path) -> None:
    run(tmp_path / "one", {A: scenarios(["++", "++"]), B: scenarios(["xx", "++"])})
    (found,) = answered("one", at=tmp_path)["compared"]

    assert found["left_out"][0]["why"] == "no_pair"
    assert (found["success"]["gap"], found["success"]["scenarios"]) == (0.0, 1)
    assert (found["success_of_all"]["gap"], found["success_of_all"]["scenarios"]) == (-0.5, 2)
    assert found["excluded"] == [{}, {"provider": 2}]


def test_a_gate_holds_where_the_whole_interval_does(tmp_path: Path) -> None:
    run(tmp_path / "one", {A: scenarios(["+"] * 90 + ["-"] * 10), B: scenarios(["+"] * 90 + ["-"] * 10)})

    met = invoke("compare", "one", "--not-worse-by", "0.05", at=tmp_path)
    assert met.status == 0
    assert "Gate met: chat/beta is not worse by more than 5.0 points." in " ".join(met.err.split())
    strict = invoke("compare", "one", "--not-worse-by", "0.01", at=tmp_path)
    assert strict.status == 3
    assert "GATE NOT MET" in strict.err


def test_a_gate_that_is_not_decided_is_not_met(tmp_path: Path) -> None:
    run(tmp_path / "one", {A: scenarios(["+", "-", "+"]), B: scenarios(["+", "+", "+"])})
    said = invoke("compare", "one", "--not-worse-by", "0.05", "--json", at=tmp_path)

    assert said.status == 3
    assert json.loads(said.out)["compared"][0]["gate"] == {"margin": 0.05, "met": False}


def test_holm_is_over_everything_that_has_a_p(tmp_path: Path) -> None:
    played = {name: scenarios(["+", "-", "+", "-", "+"]) for name in (A, B, "chat/gamma")}
    found = answered("one", at=run(tmp_path / "one", played).path.parent)

    assert len(found["compared"]) == 3
    ps = [one[name]["p"] for one in found["compared"] for name in ("success", "score", "seconds", "cost_usd")]
    assert found["comparisons"] == sum(p is not None for p in ps) == 9


def test_model_time_is_paired_too(tmp_path: Path) -> None:
    signs = scenarios(["+"] * 10)
    run(tmp_path / "one", {A: signs, B: signs}, ms={A: 1000.0, B: 250.0})
    (found,) = answered("one", at=tmp_path)["compared"]

    assert (found["seconds"]["first"], found["seconds"]["second"]) == (3.0, 0.75)
    assert found["seconds"]["gap"] == -2.25
    assert found["seconds"]["p"] == pytest.approx(2 / 2**10)
    assert found["cost_usd"]["gap"] is None


def test_suites_are_told_apart(tmp_path: Path) -> None:
    shop, desk = ["+", "-", "+"], ["-", "-", "-"]
    run(
        tmp_path / "one",
        {
            A: scenarios(shop) | scenarios(desk, "desk"),
            B: scenarios(shop) | scenarios(["+", "+", "+"], "desk"),
        },
    )
    (found,) = answered("one", at=tmp_path)["compared"]

    assert {name: one["gap"] for name, one in found["suites"].items()} == {"shop": 0.0, "desk": 1.0}
    text = told(invoke("compare", "one", at=tmp_path))
    assert (
        "desk: only 3 scenarios or documents: the interval is rather too narrow, and p cannot be below 0.25"
        in text
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["one", "--models", "chat/alpha", "chat/alpha"], "cannot be held against itself"),
        (
            ["one", "--models", "chat/alpha", "chat/omega"],
            "no model of run one is called 'chat/omega'; did you mean",
        ),
        (["lonely"], "lonely has one model"),
        (["nowhere"], "is not a run"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(tmp_path: Path, arguments: list[str], said: str) -> None:
    run(tmp_path / "one", {A: scenarios(["+"]), B: scenarios(["+"])})
    run(tmp_path / "lonely", {A: scenarios(["+"])})
    found = invoke("compare", *arguments, at=tmp_path)

    assert found.status == 2
    assert said in found.err


def test_one_scenario_says_that_nobody_can_say_more(tmp_path: Path) -> None:
    run(tmp_path / "one", {A: scenarios(["+-"]), B: scenarios(["--"])})

    assert "With one scenario nobody can say more." in told(invoke("compare", "one", at=tmp_path))


def test_another_engine_of_the_same_model_is_named(tmp_path: Path) -> None:
    run(
        tmp_path / "old",
        {A: scenarios(["+", "-"])},
        engines={A: {"version": "vLLM 0.10", "dtype": "half"}},
    )
    run(
        tmp_path / "new",
        {A: scenarios(["+", "+"])},
        engines={A: {"version": "vLLM 0.11", "dtype": "half"}},
    )
    (found,) = answered("old", "new", at=tmp_path)["compared"]

    assert found["differences"] == ["engine version: vLLM 0.10 and vLLM 0.11"]


def test_runs_that_were_played_alike_have_no_differences(tmp_path: Path) -> None:
    run(tmp_path / "old", {A: scenarios(["+", "-"])})
    run(tmp_path / "new", {A: scenarios(["+", "+"])})
    (found,) = answered("old", "new", at=tmp_path)["compared"]

    assert found["differences"] == []
    assert found["left_out"] == []


def test_what_another_difference_would_take_can_be_asked(tmp_path: Path) -> None:
    run(tmp_path / "one", {A: scenarios(["++", "--", "+-"] * 4), B: scenarios(["++", "+-", "++"] * 4)})
    (found,) = answered("one", "--detect", "0.05", at=tmp_path)["compared"]

    assert found["planning"]["asked"]["difference"] == 0.05
    assert found["planning"]["asked"]["scenarios"] > 12
    text = told(invoke("compare", "one", "--detect", "0.05", at=tmp_path))
    assert "For a true difference of 5.0 points, it takes about" in text


def test_where_no_gap_differs_from_another_nobody_says_what_could_be_seen(tmp_path: Path) -> None:
    run(tmp_path / "one", {A: scenarios(["++", "++", "--"]), B: scenarios(["++", "++", "--"])})
    (found,) = answered("one", at=tmp_path)["compared"]

    assert found["planning"] is None
    assert found["success"]["low"] < 0 < found["success"]["high"]
    text = told(invoke("compare", "one", at=tmp_path))
    assert "chat/alpha and chat/beta succeed equally often here. What was played fits anything" in text
