"""`longspan plan`, and what a plan keeps `longspan run` from."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.plan.plan import read_plan
from harness.runs.store import RunFolder
from tests.harness.little_suite import write_suite
from tests.harness.verbs.command_line import Said, contents, invoke
from tests.harness.verbs.thread_server import Request, serving
from tests.scenarios.documents.paper import paper_suite

REGISTRY = """\
models:
  priced:
    context: 100000
    prices: {input: 1000, cached: 100, output: 2000, as_of: 2026-01-01, source: made up, known: assumption}
    cache: {kind: block, block: 16}
    pace: {prefill: 1000, decode: 50}
  short:
    context: 620
"""
URL = "http://127.0.0.1:1/v1"
ANSWER = {"choices": [{"message": {"content": "ANSWER: 7"}, "finish_reason": "stop"}]}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder with a tool suite, a suite on a document, and a registry."""
    here = tmp_path_factory.mktemp("place")
    write_suite(here / "little", "ada", "ole")
    paper_suite(here)
    (here / "models.yaml").write_text(REGISTRY, "utf-8")
    return here


def planned(place: Path, *arguments: str) -> Any:
    """The one JSON document that `plan` answers with; nothing is written for it."""
    before = contents(place)
    said = invoke("plan", *arguments, "--registry", "models.yaml", "--json", at=place)
    assert said.status == 0, said.err
    assert {name for name in contents(place) if not name.startswith("home")} == set(before)
    return json.loads(said.out)


def test_a_plan_answers_with_the_figures_of_the_whole_and_of_each_model(place: Path) -> None:
    plan = planned(place, "papers", "-m", "priced", "-m", f"chat:stranger@{URL}")

    assert plan.keys() == {"schema", "trials", "requests", "tokens", "cost_usd", "seconds", "models"}
    assert plan["tokens"].keys() == {"input", "cached", "uncached", "output"}
    assert plan["cost_usd"] == {"low": None, "likely": None, "high": None}
    priced, stranger = plan["models"]
    assert priced["tokens"]["input"] == stranger["tokens"]["input"] > 0
    assert 0 < priced["cost_usd"]["low"] <= priced["cost_usd"]["likely"] <= priced["cost_usd"]["high"]
    assert (priced["seconds"] > 0, stranger["seconds"]) == (True, None)
    assert plan["requests"] == 2 * priced["requests"] > plan["trials"]


def test_requests_of_the_main_line_are_planned_beside_the_questions(place: Path) -> None:
    single, segmented = (
        planned(place, "papers", "-m", "priced", "--layout", layout) for layout in ("single", "segmented")
    )

    assert single["requests"] == single["trials"]
    assert segmented["requests"] > segmented["trials"]


def test_tool_work_is_planned_too(place: Path) -> None:
    plan = planned(place, "little", "-m", "priced", "--repeats", "3")

    assert (plan["trials"], plan["requests"]) == (6, 18)


def test_a_model_of_the_registry_needs_no_url_and_a_study_is_planned_as_it_would_be_run(place: Path) -> None:
    study = "models: [priced]\nsuites: [./little]\nrepeats: 2\nlimits: {max_cost: 1000}\n"
    (place / "study.yaml").write_text(study, "utf-8")

    assert planned(place, "study.yaml")["trials"] == 4


def test_a_plan_for_people_has_a_row_for_each_model_and_says_what_was_assumed(place: Path) -> None:
    said = invoke(
        "plan", "papers", "-m", "priced", "-m", "reference/oracle", "--registry", "models.yaml", at=place
    )

    assert said.status == 0
    assert ["priced" in said.out, "reference/" in said.out, "together" in said.out] == [True] * 3
    assert "priced: counted by o200k_base, 10% more or less; prices of 2026-01-01" in said.err
    assert "a reference model is asked in process: nothing is sent" in said.err


def test_a_plan_over_the_cap_is_shown_and_refused(place: Path) -> None:
    said = invoke(
        "plan", "papers", "-m", "priced", "--registry", "models.yaml", "--max-cost", "0.1", at=place
    )

    assert said.status == 2
    assert "priced" in said.out
    assert said.errors[-1].startswith("error: --max-cost $0.10: the plan comes to $")


def test_a_registry_that_is_wrong_is_refused_with_its_line(place: Path) -> None:
    (place / "wrong.yaml").write_text("models:\n  a:\n    contxt: 5\n", "utf-8")

    said = invoke("plan", "papers", "-m", "a", "--registry", "wrong.yaml", at=place)

    assert said.status == 2
    assert said.errors == [
        "error: wrong.yaml:3: models.a.contxt: is not a field here; did you mean 'context'? "
        + said.err.strip().partition("? ")[2]
    ]


@pytest.mark.parametrize("wrong", ["-1", "many"])
def test_a_window_that_is_no_length_is_refused(place: Path, wrong: str) -> None:
    said = invoke("plan", "papers", "-m", "made-up", "--window", wrong, at=place)

    assert said.status == 2
    assert "--window: needs a length such as 4k" in said.err


def run(place: Path, runs: Path, url: str, *arguments: str, model: str = "priced") -> Said:
    asked = ("run", "papers", "-m", f"chat:{model}@{url}", "--registry", "models.yaml", "--runs", str(runs))
    return invoke(*asked, *arguments, "--json", at=place)


@pytest.mark.parametrize(
    ("arguments", "model", "said"),
    [
        (("--max-cost", "0.1"), "priced", "--max-cost $0.10: the plan comes to $"),
        (("--max-cost", "5"), "stranger", "--max-cost $5.00: nobody knows what stranger@127.0.0.1"),
        (("--window", "500"), "priced", "no question fits any of the models:"),
        (("--layout", "recap"), "short", "where the window has 620"),
    ],
)
def test_a_run_that_may_not_begin_sends_nothing_and_leaves_nothing(
    place: Path, tmp_path: Path, arguments: tuple[str, ...], model: str, said: str
) -> None:
    asked: list[Request] = []

    def answer(request: Request) -> tuple[int, str]:
        asked.append(request)
        return 200, json.dumps(ANSWER)

    with serving(answer) as url:
        refused = run(place, tmp_path / "runs", url, *arguments, model=model)

    assert (refused.status, refused.out, asked) == (2, "", [])
    assert said in refused.err
    assert not (tmp_path / "runs").exists()


def test_a_run_keeps_its_plan_and_asks_what_fits(place: Path, tmp_path: Path) -> None:
    with serving(lambda _: (200, json.dumps(ANSWER))) as url:
        done = run(place, tmp_path / "runs", url, "--layout", "single,recap", "--window", "1000")

    assert done.status == 0, done.err
    data = json.loads(done.out)
    folder = RunFolder(Path(data["run"]))
    record, plan = folder.record, read_plan(folder)
    assert plan is not None
    label = record.models[0].label
    assert plan.models[0].left_out == record.skipped[label]
    assert all(name.endswith("--single") for name in record.asked_of(label))
    assert data["report"]["planned"] == data["report"]["trials"] == plan.trials == record.trials
    assert 0 < record.trials < len(record.scenarios)
    assert f"{label} is not asked" in done.err


def test_a_wider_window_goes_on_with_what_was_left_out(place: Path, tmp_path: Path) -> None:
    with serving(lambda _: (200, json.dumps(ANSWER))) as url:
        asked = ("--layout", "single,recap")
        first = json.loads(run(place, tmp_path / "runs", url, *asked, "--window", "1000").out)
        again = json.loads(run(place, tmp_path / "runs", url, *asked).out)

    assert again["run"] == first["run"]
    assert again["report"]["trials"] > first["report"]["trials"]
    assert RunFolder(Path(again["run"])).record.skipped == {}
