"""BFCL's categories as suites: `bfcl/simple_python`, `bfcl/live_multiple`, `bfcl/multi_turn_base` and so on.

Every row of its data is a scenario over one server, which has the row's functions as tools under legal names.
In a category of one turn they are not answered: what the model calls first is what counts. In the others a
turn of BFCL is a segment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from scenarios.bfcl.conversations import FUNCTION_DOCS, Conversation, docs_of, parameters_of, prompt_of
from scenarios.bfcl.find import category_of, tasks_of
from scenarios.bfcl.gold import gold_arguments, written
from scenarios.bfcl.package import DISTRIBUTION, REMEDY, BfclPackage, NoBfcl, bfcl
from scenarios.bfcl.record import (
    CATEGORIES,
    MULTI_TURN,
    Criteria,
    Function,
    KeyCall,
    Language,
    family_of,
    language_of,
)
from scenarios.bfcl.rows import Row, data_files, functions_of
from scenarios.bfcl.schema import tools_of
from scenarios.problem import Problem, ScenarioError
from scenarios.scenario import (
    Expectation,
    ExpectedCall,
    Final,
    FinalState,
    Limits,
    Scenario,
    Segment,
    Server,
    Tools,
)
from scenarios.suite import Suite
from scenarios.theirs import Theirs
from scenarios.transcript import AssistantMessage, Message, UserMessage

BENCHMARK = "bfcl"
SERVER = "bfcl"
_STEPS_A_TURN = 21
"""One more than BFCL allows, so that the one too many is seen."""
_CALLS_A_TURN = 100
_TITLE_LETTERS = 90


@dataclass(frozen=True, kw_only=True)
class BfclSuites:
    """The loader of BFCL's suites."""

    home: Path
    """Of Longspan: where `longspan install bfcl` puts the package."""

    def names(self) -> Sequence[str]:
        return tuple(f"{BENCHMARK}/{category}" for category in CATEGORIES)

    def load(self, name: str, data: Path | None) -> Suite:
        """One category. `data` is another home to look in. Raises `ScenarioError`."""
        category, _, split = name.partition("/")[2].partition(":")
        if split:
            raise _problem(name, f"BFCL has no splits; take {BENCHMARK}/{category}")
        try:
            package = bfcl(data or self.home)
            scenarios = tuple(_scenarios(package, category))
        except NoBfcl as error:
            raise _problem(name, str(error)) from error
        except (LookupError, TypeError, ValueError, SyntaxError) as error:  # rows of another version
            said = " ".join(f"{type(error).__name__}: {error}".split())
            message = f"{DISTRIBUTION} is not as we know it ({said}); {REMEDY} for the version we do know"
            raise _problem(name, message) from error
        title = f"BFCL: {category.replace('_', ' ')}"
        return Suite(name=name, title=title, needs=f"{DISTRIBUTION}: {REMEDY}", scenarios=scenarios)


def _problem(name: str, message: str) -> ScenarioError:
    return ScenarioError([Problem(file=Path(name), message=message)])


def _scenarios(package: BfclPackage, category: str) -> Iterator[Scenario]:
    data = package.digest((*data_files(category), *_docs(package, category)))
    added = prompt_of(package)
    for task in tasks_of(package, category).values():
        talks = isinstance(task, Conversation)
        made = (
            _conversation(package, task, added)
            if isinstance(task, Conversation)
            else _single_turn(task, category)
        )
        theirs = Theirs(
            benchmark=BENCHMARK,
            version=package.version,
            data=data,
            criteria=made.criteria.model_dump(mode="json", exclude_defaults=True),
        )
        yield Scenario(
            suite=f"{BENCHMARK}-{category.replace('_', '-')}",
            id=task.id.replace("_", "-"),
            title=_title(made.segments[0].user[0]),
            tags=(category,),
            system=made.system,
            history=made.history,
            servers={SERVER: Server(builtin=f"{BENCHMARK}:{task.id}")},
            tools=Tools(answered=talks, later=made.later),
            segments=made.segments,
            final=Final(state={SERVER: FinalState(ignore=("/calls/*",))}) if talks else Final(),
            limits=made.limits,
            theirs=theirs,
        )


def _docs(package: BfclPackage, category: str) -> Iterator[str]:
    """The files with the functions of conversations, which are no part of their rows."""
    if category in MULTI_TURN:
        for file in (package.data / FUNCTION_DOCS).glob("*.json"):
            yield f"{FUNCTION_DOCS}/{file.name}"


@dataclass(frozen=True, kw_only=True)
class _Made:
    criteria: Criteria
    segments: tuple[Segment, ...]
    limits: Limits
    system: str = ""
    history: tuple[Message, ...] = ()
    later: dict[str, str]


def _single_turn(row: Row, category: str) -> _Made:
    language = language_of(category)
    tools = tools_of(row.functions, language)
    functions = functions_of(row.functions)
    offered = {tool.function: f"{SERVER}__{tool.name}" for tool in tools}
    calls = tuple(
        _expected(place, one, functions[one.function], offered[one.function], language)
        for place, one in enumerate(row.key, 1)
        if one.function in functions
    )
    system, history, said = _talk(row.messages)
    expect = Expectation(
        calls=calls,
        no_call=family_of(category) == "irrelevance",
        allow=tuple(offered.values()) if family_of(category) == "relevance" else (),
    )
    return _Made(
        criteria=Criteria(
            category=category,
            server=SERVER,
            names={name: function for function, name in offered.items()},
            functions=tuple(functions.values()),
            key=row.key,
        ),
        segments=(Segment(id="turn-1", user=(said,), expect=expect),),
        limits=Limits(steps=1),
        system=system,
        history=history,
        later={},
    )


def _expected(place: int, wanted: KeyCall, function: Function, tool: str, language: Language) -> ExpectedCall:
    """A call that our own rules look for: with every alternative that the key has."""
    shown = gold_arguments(wanted, function, language)
    arguments: dict[str, JsonValue] = {}
    for name, alternatives in wanted.arguments.items():
        parameter = function.parameters.get(name)
        if parameter is None:
            continue
        values = [shown[name]] if name in shown else []
        for one in alternatives:
            value = written(one, parameter, language)
            if one != "" and value not in values:
                values.append(value)
        matcher: dict[str, JsonValue] = {"any": True}
        if values:
            matcher = {"any_of": [{"equal": value} for value in values]}
        if "" in alternatives:
            matcher["optional"] = True
        arguments[name] = matcher
    return ExpectedCall(id=f"call-{place}", tool=tool, args=arguments)


def _talk(messages: Sequence[dict[str, str]]) -> tuple[str, tuple[Message, ...], str]:
    """The system prompt, what was said before, and what the user says."""
    system = "\n\n".join(one["content"] for one in messages if one["role"] == "system")
    *before, last = [one for one in messages if one["role"] != "system"]
    history = tuple(
        UserMessage(text=one["content"])
        if one["role"] == "user"
        else AssistantMessage(text=one["content"], given=True)
        for one in before
    )
    return system, history, last["content"]


def _conversation(package: BfclPackage, task: Conversation, added: str) -> _Made:
    docs = {doc["name"]: doc for doc in docs_of(package, task.classes)}
    offered = {tool.function: f"{SERVER}__{tool.name}" for tool in tools_of(docs.values())}
    segments = []
    for place, (text, turn) in enumerate(zip(task.turns, task.gold, strict=True)):
        calls = tuple(
            ExpectedCall(
                id=f"turn-{place + 1}-{number}",
                tool=offered[call.function],
                args={
                    name: {"equal": value}
                    for name, value in call.named(parameters_of(docs[call.function])).items()
                },
            )
            for number, call in enumerate(turn, 1)
        )
        expect = Expectation(calls=calls, no_call=not calls)
        segments.append(Segment(id=f"turn-{place + 1}", user=(text or added,), expect=expect))
    return _Made(
        criteria=Criteria(category=category_of(task.id), server=SERVER),
        segments=tuple(segments),
        limits=Limits(steps=_STEPS_A_TURN * len(segments), calls=_CALLS_A_TURN * len(segments)),
        later={offered[name]: f"turn-{place + 1}" for place, names in task.added.items() for name in names},
    )


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE_LETTERS else line[:_TITLE_LETTERS] + "…"
