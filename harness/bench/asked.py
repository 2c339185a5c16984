"""What somebody asks of a bench, read from the words of a command line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import ValidationError

from harness.bench.load import Measure
from harness.bench.random_text import Lengths, parse_lengths
from harness.bench.record import Load, Slo
from harness.budget import Caps
from harness.runs.record import ModelVariant
from scenarios.documents.shelf import DocumentSettings
from scenarios.problem import Problem, ScenarioError
from scenarios.serving import Serving

T = TypeVar("T")
Kind = Literal["random", "agent", "documents"]
_KINDS: tuple[Kind, ...] = ("random", "agent", "documents")
_CLIENTS = "1,2,4,8"
_SLO = {"ttft", "tpot", "e2el"}
_SHAPES = "write random:IN/OUT, agent:SUITE or documents:SUITE"


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What is sent."""

    text: str
    kind: Kind
    lengths: Lengths | None = None
    suites: tuple[str, ...] = ()
    limit: int | None = None
    """At most so many scenarios of each suite."""
    documents: DocumentSettings = field(default_factory=DocumentSettings)


@dataclass(frozen=True, kw_only=True)
class Asked:
    variant: ModelVariant
    spec: Spec
    loads: Sequence[Load]
    measure: Measure
    warm_up: int
    slo: Slo
    seed: int
    ignore_eos: bool
    """Replies are made as long as their limit."""
    caps: Caps
    runs: Path
    """The folder that the bench's own folder is made in."""
    command: str
    serving: Serving = field(default_factory=Serving)
    """How a model of ours is served."""


def parse_spec(text: str) -> Spec:
    """Raises `ScenarioError` for what is no workload."""
    name, _, rest = text.partition(":")
    kind = next((one for one in _KINDS if one == name), None)
    if kind is None or not rest:
        raise _wrong("workload", f"{text!r} is no workload; {_SHAPES}")
    if kind == "random":
        return Spec(text=text, kind=kind, lengths=_read("workload", parse_lengths, rest))
    return Spec(text=text, kind=kind, suites=tuple(rest.split(",")))


def parse_loads(concurrency: str | None, rate: str | None, burstiness: float) -> tuple[Load, ...]:
    """The levels of a sweep. Raises `ScenarioError`, also where both loops are asked for."""
    if concurrency is not None and rate is not None:
        raise _wrong("rate", "a loop is closed (--concurrency) or open (--rate); leave one out")
    if rate is not None:
        loads = [_load("rate", {"rate": number, "burstiness": burstiness}) for number in rate.split(",")]
    else:
        clients = (concurrency or _CLIENTS).split(",")
        loads = [_load("concurrency", {"concurrency": number}) for number in clients]
    return tuple(loads)


def parse_slo(text: str | None) -> Slo:
    """`ttft:2000 tpot:50 e2el:30000`, with blanks or commas between. Raises `ScenarioError`."""
    found: dict[str, str] = {}
    for part in (text or "").replace(",", " ").split():
        name, _, limit = part.partition(":")
        if name not in _SLO or name in found:
            raise _wrong(
                "slo", f"{part!r} is no service level; write such as ttft:2000 tpot:50 e2el:30000 (ms)"
            )
        found[name] = limit
    try:
        return Slo.model_validate(found)
    except ValidationError as error:
        raise _wrong("slo", f"{text!r}: each is a number of milliseconds above 0") from error


def _load(option: str, fields: dict[str, object]) -> Load:
    try:
        return Load.model_validate(fields)
    except ValidationError as error:
        said = error.errors()[0]
        name = str(said["loc"][0])
        needs = "a number of clients, from 1" if name == "concurrency" else "a number above 0"
        raise _wrong(option, f"{said['input']!r} is no {name}; write {needs}") from error


def _read(option: str, parse: Callable[[str], T], text: str) -> T:
    try:
        return parse(text)
    except ValueError as error:
        raise _wrong(option, str(error)) from error


def _wrong(option: str, message: str) -> ScenarioError:
    return ScenarioError([Problem(file=Path(f"--{option}"), message=message)])
