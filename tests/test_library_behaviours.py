"""The verdicts on the library, tried on behaviours that differ from gold and are as right.

Whatever the matchers of a gold call accept has to succeed: the other items of an `any_of`, a `set` the other
way round, words round a `contains`, an optional argument left out; and so has another order of calls that do
not depend on each other.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import anyio.lowlevel
import pytest
from pydantic import JsonValue

from harness.exams.answer_key import prepare_exam
from harness.exams.grading import Grader
from harness.exams.reference import Performer
from harness.runs.record import ModelVariant
from harness.trial.play import Stage, play
from scenarios.exam import Exam
from scenarios.load import find_suite, load_suite
from scenarios.matchers import is_optional, keyword, spec_of
from scenarios.matching import Lookup, compare, resolve, sample
from scoring.behaviour import Behaviour, PlannedCall, Turn, gold_behaviour
from tools.home import WorldHome

pytestmark = pytest.mark.anyio

SUITES = ("desk", "office", "shop", "travel")
VARIANT = ModelVariant(label="reference/behaviours", wire="reference", model="behaviours", simulated=True)


def other_values(matcher: JsonValue, lookup: Lookup) -> Iterator[JsonValue]:
    """Values that fit a matcher and that gold does not use."""
    word, spec = spec_of(matcher)
    if word == "any_of" and isinstance(spec, list):
        yield from (sample(option, lookup) for option in spec[1:])
        yield from (value for option in spec if keyword(option) for value in other_values(option, lookup))
    elif word == "set" and isinstance(spec, list):
        yield [sample(item, lookup) for item in reversed(spec)]
    elif word == "contains":
        yield f"Note: {sample(matcher, lookup)}."
    elif word is None and isinstance(spec, dict):
        for name, inner in spec.items():
            for value in other_values(inner, lookup):
                yield {**{key: sample(part, lookup) for key, part in spec.items()}, name: value}


def other_calls(call: PlannedCall, lookup: Lookup) -> Iterator[tuple[str, PlannedCall]]:
    """The call with one argument written otherwise, or left out where it may be."""
    for name, matcher in call.arguments.items():
        rest = {key: other for key, other in call.arguments.items() if key != name}
        if is_optional(matcher):
            yield f"{call.gold} without {name}", call.model_copy(update={"arguments": rest})
        for value in other_values(matcher, lookup):
            assert not compare(matcher, value, lookup)
            arguments = {**rest, name: {"equal": value}}
            yield f"{call.gold} with {name} {value!r}", call.model_copy(update={"arguments": arguments})


def other_behaviours(exam: Exam) -> Iterator[tuple[str, Behaviour]]:
    gold, lookup = gold_behaviour(exam), resolve(exam.key.results)
    for place, turn in enumerate(gold):
        for number, step in enumerate(turn.steps):
            for index, call in enumerate(step):
                for name, other in other_calls(call, lookup):
                    new = (*step[:index], other, *step[index + 1 :])
                    steps = (*turn.steps[:number], new, *turn.steps[number + 1 :])
                    yield name, (*gold[:place], turn.model_copy(update={"steps": steps}), *gold[place + 1 :])
    yield "one call in each message", tuple(map(one_by_one, gold))
    yield "calls of a step the other way round", tuple(map(other_way_round, gold))


def one_by_one(turn: Turn) -> Turn:
    return turn.model_copy(update={"steps": tuple((call,) for step in turn.steps for call in step)})


def other_way_round(turn: Turn) -> Turn:
    return turn.model_copy(update={"steps": tuple(tuple(reversed(step)) for step in turn.steps)})


async def at_once(_: float) -> None:
    await anyio.lowlevel.checkpoint()


@pytest.mark.parametrize("suite", SUITES)
async def test_whatever_the_gold_matchers_accept_succeeds(suite: str, tmp_path: Path) -> None:
    home = WorldHome(work=tmp_path / "work", logs=tmp_path / "logs", sleep=at_once)
    stage = Stage(home=home, now=lambda: "2026-03-14T10:00:00+00:00", clock=time.perf_counter)
    grader, misjudged = Grader(), []
    for scenario in load_suite(find_suite(suite)).scenarios:
        exam = await prepare_exam(scenario, home)
        for name, behaviour in other_behaviours(exam):
            grade = grader.grade(
                exam, await play(exam, Performer(variant=VARIANT, behaviour=behaviour), 0, stage)
            )
            if not (grade.success and grade.score == 1.0):
                misjudged.append(f"{scenario.name}: {name}: {grade.score} {grade.reason}")

    assert not misjudged, "\n".join(misjudged)
