"""What playing the simulated users took: requests, tokens and money apart from those of the models."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from harness.models.pricing import UNPRICED, CostSums, Tariff, summed
from harness.report.request_figures import Tokens, added, total_tokens
from harness.runs.record import Hosting
from harness.users.user import SCRIPTED
from scenarios.exam import Exam
from scenarios.record import Record
from scenarios.transcript import GRADED, Transcript
from scoring.user_faults.detect import find_faults


class UserFigures(Record):
    """What playing the users took; it is in no other figure of the model under test."""

    model: str
    """Its label, or `scripted`."""
    engine: str | None = None
    """What served it, where it is one of ours."""
    hosting: Hosting | None = None
    """What it ran on then."""
    trials: int
    requests: int
    usage: Tokens
    cost_usd: float | None
    unpriced: int
    """Requests whose cost nobody knows."""
    broken: dict[str, int]
    """Trials that the user broke and that are excluded, by how."""
    noted: dict[str, int]
    """Trials that count although the user broke its part, by every kind of fault in them: where the verdicts
    of another benchmark are to be kept, faults are noted and no more."""
    stopped: dict[str, int]
    """How the other conversations ended, by the user's signal."""


@dataclass
class _Sums:
    trials: int = 0
    requests: int = 0
    usage: Tokens = field(default_factory=Tokens)
    cost: CostSums = field(default_factory=CostSums)
    broken: Counter[str] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)
    stopped: Counter[str] = field(default_factory=Counter)


@dataclass
class UserSums:
    """Takes the trials of one model in."""

    prices: Mapping[str, Tariff] = field(default_factory=dict)
    """By label, and so are the other two."""
    engines: Mapping[str, JsonValue] = field(default_factory=dict)
    hosting: Mapping[str, Hosting] = field(default_factory=dict)
    _by_user: defaultdict[str, _Sums] = field(default_factory=lambda: defaultdict(_Sums))

    def add(self, exam: Exam, transcript: Transcript) -> None:
        if transcript.user is None:
            return
        sums = self._by_user[transcript.user]
        sums.trials += 1
        sums.requests += len(transcript.user_exchanges)
        sums.usage = added(sums.usage, total_tokens(transcript.user_exchanges))
        sums.cost.merge(summed(transcript.user_exchanges, self.prices.get(transcript.user, UNPRICED)))
        if transcript.ended == "user" and transcript.failure is not None:
            sums.broken[transcript.failure.kind] += 1
        elif transcript.stopped is not None:
            sums.stopped[transcript.stopped] += 1
        sums.noted.update(_noted(exam, transcript))

    def figures(self) -> tuple[UserFigures, ...]:
        return tuple(
            UserFigures(
                model=name,
                engine=served_by(self.engines.get(name)),
                hosting=self.hosting.get(name),
                trials=sums.trials,
                requests=sums.requests,
                usage=sums.usage,
                cost_usd=sums.cost.total,
                unpriced=sum(sums.cost.untold.values()),
                broken=dict(sums.broken.most_common()),
                noted=dict(sums.noted.most_common()),
                stopped=dict(sums.stopped.most_common()),
            )
            for name, sums in self._by_user.items()
        )


def _noted(exam: Exam, transcript: Transcript) -> set[str]:
    """The kinds of fault in a trial that counts nevertheless; a script makes none."""
    if transcript.user == SCRIPTED or transcript.ended not in GRADED:
        return set()
    return {fault.kind for fault in find_faults(exam, transcript)}


def served_by(engine: JsonValue) -> str | None:
    """The engine and its version, from what a run wrote down of it."""
    found = engine.get("served_by") if isinstance(engine, dict) else None
    return None if found is None else str(found)
