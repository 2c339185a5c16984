"""What was asked of a run, frozen in its folder as `run.yaml`.

The run's id is made from what is asked (scenario contents, models with their settings, agent, seed) and not
from how (repeats, concurrency, transport, where a model happens to be served), so that the same command
finds its run again.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal

from pydantic import JsonValue

from harness.registry.rates import Prices
from scenarios.currency import Currency, ExchangeRate
from scenarios.record import Record
from scenarios.scenario import Transport
from scenarios.serving import Serving

FirstCall = Literal["auto", "required"]
NATIVE = "native"
"""The agent that is our own loop."""
_LONGEST_SLUG = 120
"""Bytes; a file's name may have 255 in all."""


class ModelVariant(Record):
    """One row of every table: a model with the settings it is asked with."""

    label: str
    """What every table calls it, such as `local/smollm2` or `reference/oracle`."""
    wire: Literal["reference", "chat", "responses", "messages"]
    model: str
    """The id that is sent to the endpoint, or the reference model's name."""
    provider: str | None = None
    """The row of the quirk table that its endpoint is spoken to by."""
    entry: str | None = None
    """Its name in the registry; None when it has none."""
    base_url: str | None = None
    """None for reference models and for models that we serve ourselves, whose port changes."""
    sampling: dict[str, JsonValue] = {}
    thinking: str | None = None
    """`off`, `on`, `adaptive`, a number of tokens or an effort; None: nothing is said about it."""
    request: dict[str, JsonValue] = {}
    """The fields that say so on the wire."""
    first_call: FirstCall = "auto"
    """`required` forces a tool call in the first request of every turn that has gold calls (for models that
    seldom call a tool by themselves); the report says so beside every number."""
    agent: str = NATIVE
    """Who plays its turns; any other than ours is part of the label."""
    serving: Serving | None = None
    """How we serve it, as far as that shapes what it answers; None: by the catalog, or not ours."""
    simulated: bool = False
    """True for reference models: they are no models, and every page says so."""

    @cached_property
    def slug(self) -> str:
        """The label as a folder's name."""
        return slug_of(self.label)


class Hosting(Record):
    """What a model of ours ran on, as far as its cost depends on that; it may change when a run goes on."""

    gpus: int | None = None
    """Of all its servers together; 0 on a CPU; None: nobody said, as for a server that ran already."""
    kind: str | None = None
    """Such as `H20-96`, or `cpu`."""
    gpu_hour: float | None = None
    """Dollars for an hour of one GPU, or of the machine where it has none."""
    share: float = 1.0
    """How much of their time this model's work is charged."""
    illustrative: bool = False
    """The price is made up, and every report says so."""
    replicas: int = 1
    concurrency: int | None = None
    """Requests that each server computes together."""

    @property
    def hour_usd(self) -> float | None:
        """Dollars for an hour of all that serves it."""
        if self.gpu_hour is None or self.gpus is None:
            return None
        return self.gpu_hour * max(self.gpus, 1) * self.share


class UserRecord(Record):
    """Who plays the simulated users of a run."""

    model: ModelVariant | None = None
    """None: nobody; they are played by their scripts."""
    prompt: int | None = None
    """The version of the prompt that a model is given."""


class JudgeRecord(Record):
    """Who judges what no rule can decide."""

    model: ModelVariant
    prompt: int
    """The version of the prompt that it is given."""


class RunRecord(Record):
    schema_version: Literal[1] = 1
    id: str
    created: str
    """UTC, ISO 8601."""
    command: str
    """The command line that resumes this run."""
    models: tuple[ModelVariant, ...]
    user: UserRecord | None = None
    """None where no user is simulated."""
    judge: JudgeRecord | None = None
    """None where nobody is asked. It is no part of the run's id: what was played can be judged by another
    judge without being played again, and the verdicts of each are kept."""
    suites: tuple[str, ...]
    scenarios: dict[str, str]
    """Digest by scenario name."""
    repeats: int
    seed: int
    agent: str = NATIVE
    """All that play in it, with commas."""
    transport: Transport = "memory"
    versions: dict[str, str] = {}
    """Of Longspan, Python, the platform and the packages that shape a result."""
    data: dict[str, str] = {}
    """By suite of another benchmark: the version of what it was read from, and the beginning of its hash."""
    engines: dict[str, JsonValue] = {}
    """By model label: what served it (engine version, command line, weights' hash), for models of ours."""
    hosting: dict[str, Hosting] = {}
    """By model label: what models of ours ran on, last."""
    prices: dict[str, Prices] = {}
    """By model label: what its tokens cost when the run was first written; a model that has none here has no
    known price."""
    exchange: dict[Currency, ExchangeRate] = {}
    """What the currencies of those prices are worth, as the study says."""
    skipped: dict[str, dict[str, str]] = {}
    """By model label: scenarios that are not asked of it, since they do not fit its window, and why."""

    def asked_of(self, model: str) -> tuple[str, ...]:
        """The scenarios that a model is asked."""
        left_out = self.skipped.get(model, {})
        return tuple(name for name in self.scenarios if name not in left_out)

    @property
    def everybody(self) -> tuple[ModelVariant, ...]:
        """Every model that is asked, each once: those under test, the user's and the judge."""
        user = self.user.model if self.user is not None else None
        judge = self.judge.model if self.judge is not None else None
        known = {model.label: model for model in self.models}
        for beside in (user, judge):
            if beside is not None:
                known.setdefault(beside.label, beside)
        return tuple(known.values())

    @property
    def trials(self) -> int:
        """Of all models."""
        return self.repeats * sum(len(self.asked_of(model.label)) for model in self.models)

    @property
    def suite_names(self) -> tuple[str, ...]:
        """The suites that the scenarios are of; `suites` may name single scenarios, or folders anywhere."""
        return tuple(dict.fromkeys(name.partition("/")[0] for name in self.scenarios))

    @property
    def simulated(self) -> bool:
        return any(model.simulated for model in self.models)


def slug_of(label: str) -> str:
    """A label as a folder's name; a hash stands for what would be too long for one."""
    safe = "".join(c if c.isalnum() or c in "-._" else "~" for c in label)
    if safe.strip(".") and len(safe.encode()) <= _LONGEST_SLUG:
        return safe
    return f"{safe.strip('.')[:30]}~{hashlib.sha256(label.encode()).hexdigest()[:12]}"


def run_id(
    models: Sequence[ModelVariant],
    scenarios: Mapping[str, str],
    seed: int,
    agent: str,
    user: UserRecord | None = None,
) -> str:
    """Twelve hex digits of a SHA-256 over what is asked, whatever the order of models and scenarios."""
    asked: dict[str, object] = {
        "models": sorted(
            (model.model_dump(mode="json", exclude_defaults=True) for model in models),
            key=lambda m: str(m["label"]),
        ),
        "scenarios": dict(sorted(scenarios.items())),
        "seed": seed,
        "agent": agent,
    }
    if user is not None:
        asked["user"] = user.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:12]
