"""What may be compared, told in words."""

from pydantic import JsonValue

from harness.compare.comparable import comparable, differences, named
from harness.compare.played import Side
from harness.models.pricing import Tariff
from harness.runs.record import UserRecord
from scenarios.exam import Exam
from scenarios.theirs import Theirs
from tests.harness.report.sample_run import exam, good, graded, model, record


def side(run: str, asked: Exam) -> Side:
    """One scenario, solved once."""
    name = asked.scenario.name
    made = Side(
        run=run,
        record=record(scenarios=[name]).model_copy(update={"scenarios": {name: asked.digest}}),
        model=model(),
        exams={name: asked},
        tariff=Tariff(),
    )
    for trial in graded(good(), asked=asked):
        made.add(trial)
    return made


def of_benchmark(version: str, data: str) -> Exam:
    made = exam()
    theirs = Theirs(benchmark="tau2", version=version, data=data * 64)
    scenario = made.scenario.model_copy(update={"theirs": theirs})
    return made.model_copy(update={"scenario": scenario, "digest": data * 64})


def test_other_data_of_a_benchmark_are_named_with_their_versions() -> None:
    shared, (left_out,) = comparable(
        side("old", of_benchmark("1.0.0", "a")), side("new", of_benchmark("1.1.0", "b")), even_so=False
    )

    assert shared == []
    assert left_out.why == "other_contents"
    assert left_out.detail == (
        "different in the version or the data of the benchmark that it is from "
        "(tau2 1.0.0, data aaaaaaaa and tau2 1.1.0, data bbbbbbbb)"
    )


def test_the_same_data_are_compared() -> None:
    one, other = (side(name, of_benchmark("1.0.0", "a")) for name in ("old", "new"))

    assert comparable(one, other, even_so=False) == (["shop/refund"], ())


def test_of_many_scenarios_a_few_are_named() -> None:
    assert named([f"s{n}" for n in range(7)]) == "s0, s1, s2, s3, s4 and 2 more"


def test_another_engine_of_the_users_model_is_named() -> None:
    caller = UserRecord(model=model().model_copy(update={"label": "local/caller"}), prompt=1)
    sides = []
    for version in ("vllm 0.10", "vllm 0.11"):
        one = side(version, exam())
        engines: dict[str, JsonValue] = {"local/caller": {"served_by": version}}
        one.record = one.record.model_copy(update={"user": caller, "engines": engines})
        sides.append(one)

    assert "engine of the user's model, its served_by: vllm 0.10 and vllm 0.11" in differences(*sides)
