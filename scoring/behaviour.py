"""What a model does in a scenario, planned: the perfect behaviour, and the form that every mutant of it has.

A plan keeps matchers and not values, since a `ref` has a value only while a trial goes on. Whoever plays it
makes the calls of a step in one message, makes a call again when an injected fault spoils its result
(unless `retry` is off), and then speaks. Under the user's earlier turns of a segment nothing is done: only by
its end is all said that the calls need.
"""

import json
from collections.abc import Sequence
from typing import Literal

from scenarios.exam import Exam
from scenarios.fields import Argument, Fact
from scenarios.language import Language
from scenarios.matching import Lookup, sample_arguments, wording
from scenarios.record import Record
from scenarios.scenario import Expectation, ExpectedCall, Segment
from scenarios.script import gold_talk, models_part
from scoring.lines.gold import gold_line
from scoring.preparation import parallel_steps


class PlannedCall(Record):
    tool: str
    arguments: dict[str, Argument] = {}
    """Matchers; what is sent is made from them."""
    gold: str | None = None
    """The gold call that it plays; its result is what a `ref` to that id means."""
    raw_json: str | None = None
    """Sent as it is, instead of `arguments`."""
    retry: bool = True
    """Made again when an injected fault spoils its result."""


class Sentence(Record):
    kind: Literal["say", "ask", "answer"]
    fact: Fact


class Turn(Record):
    """What is done and said after one turn of the user."""

    segment: str
    steps: tuple[tuple[PlannedCall, ...], ...] = ()
    cue: tuple[Fact, ...] = ()
    """Said first: what a simulated user has to hear before it goes on."""
    reply: tuple[Sentence, ...] = ()
    text: str | None = None
    """Said instead of `cue` and `reply`."""


Behaviour = tuple[Turn, ...]
"""One turn for each turn of the user, over all segments; a simulated user may speak on behind the last."""

_SAYS: dict[tuple[Language, str], str] = {
    ("en", "say"): "Here it is: {}.",
    ("en", "answer"): "The answer: {}.",
    ("en", "ask"): "Could you please tell me this: {}?",
    ("en", "nothing"): "All right.",
    ("en", "refusal"): "I am sorry, but I cannot help with that.",
    ("zh", "say"): "结果如下：{}。",
    ("zh", "answer"): "答案：{}。",
    ("zh", "ask"): "请问能告诉我这一点吗：{}？",
    ("zh", "nothing"): "好的。",
    ("zh", "refusal"): "抱歉，这件事我帮不上忙。",
}


def gold_behaviour(exam: Exam) -> Behaviour:
    """Every gold call, in as few steps as their order allows, and then every fact. With a simulated user the
    calls stand between what is said to bring the user to its own, and the facts come last.
    """
    scenario = exam.scenario
    if scenario.user is not None:
        return _conversation(exam)
    return tuple(
        turn
        for segment in scenario.segments
        for turn in (
            *(Turn(segment=segment.id) for _ in segment.user[1:]),
            _last_turn(segment, scenario.language),
        )
    )


def one_at_a_time(behaviour: Behaviour) -> Behaviour:
    """The same with each call in a message of its own."""
    return tuple(
        turn.model_copy(update={"steps": tuple((call,) for step in turn.steps for call in step)})
        for turn in behaviour
    )


def arguments_json(call: PlannedCall, lookup: Lookup) -> str:
    """What a planned call sends, with each `ref` as `lookup` has it."""
    if call.raw_json is not None:
        return call.raw_json
    return json.dumps(sample_arguments(call.arguments, lookup), ensure_ascii=False)


def spoken(turn: Turn, lookup: Lookup, language: Language) -> str:
    """The reply in words: one sentence a fact."""
    if turn.text is not None:
        return turn.text
    between = "" if language == "zh" else " "
    cues = (Sentence(kind="say", fact=fact) for fact in turn.cue)
    said = (*cues, *turn.reply)
    sentences = [_SAYS[language, one.kind].format(wording(one.fact, lookup)) for one in said]
    return between.join(sentences) or _SAYS[language, "nothing"]


def refusal(language: Language) -> str:
    return _SAYS[language, "refusal"]


def planned(call: ExpectedCall) -> PlannedCall:
    return PlannedCall(tool=call.tool, arguments=call.args, gold=call.id)


def _conversation(exam: Exam) -> Behaviour:
    scenario = exam.scenario
    segment = models_part(scenario.segments[0], scenario)
    own = {call.id: call for call in segment.expect.calls}
    gold = gold_talk(scenario, exam.key)
    return tuple(
        Turn(
            segment=segment.id,
            steps=tuple(
                tuple(map(planned, step)) for step in parallel_steps(own[call.id] for call in turn.calls)
            ),
            cue=turn.cue,
            reply=tuple(sentences(segment.expect)) if turn is gold[-1] else (),
        )
        for turn in gold
    )


def _last_turn(segment: Segment, language: Language) -> Turn:
    steps = parallel_steps(segment.expect.calls)
    if segment.expect.line is not None:
        return Turn(segment=segment.id, text=gold_line(segment.expect.line, language))
    return Turn(
        segment=segment.id,
        steps=tuple(tuple(map(planned, step)) for step in steps),
        reply=tuple(sentences(segment.expect)),
    )


def sentences(expect: Expectation) -> Sequence[Sentence]:
    """The facts of a segment in the order to say them: an answer's number has to be the last one."""
    told = [Sentence(kind="say", fact=fact) for fact in expect.say]
    asked = [Sentence(kind="ask", fact=fact) for fact in expect.ask]
    answered = [] if expect.answer is None else [Sentence(kind="answer", fact=expect.answer)]
    return [*told, *asked, *answered]
