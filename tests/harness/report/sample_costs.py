"""A made-up run of two hosted models at several settings of thinking, and of one whose price nobody knows.

It has prices in two currencies, a provider that says what it charged, counts that do not fit together,
streaming given up, attempts that failed, and a cost cap.
"""

from collections.abc import Iterator
from datetime import date, time
from typing import Any

from harness.plan.cost import Dollars
from harness.plan.plan import ModelPlan, Plan, PlanTokens, summed
from harness.registry.rates import Hours, Prices, Tier
from harness.runs.record import ModelVariant, RunRecord
from scenarios.currency import ExchangeRate
from scenarios.transcript import (
    AssistantMessage,
    Attempt,
    Exchange,
    Failure,
    SegmentRecord,
    Transcript,
    Usage,
)
from tests.harness.report.sample_run import Graded, bad, exam, good, graded, record, transcript

STREAMING = "streaming given up: the endpoint refuses it to this account, so that TTFT is not known"
CAP = "the cap of $0.30 would be passed: this request may cost up to $0.041 and $0.28 are spent or reserved"
NOON, NIGHT = "2026-11-22T12:00:00+00:00", "2026-11-22T18:00:00+00:00"
SPRINTER = Prices(
    input=2.0,
    cached=0.5,
    output=8.0,
    as_of=date(2026, 11, 1),
    source="a.example/prices",
    known="documentation",
)
LONGER = Prices(
    currency="CNY",
    input=4.0,
    cached=1.0,
    write=5.0,
    output=16.0,
    thought=40.0,
    tiers=(Tier(above=32_000, input=8.0, cached=2.0, write=10.0, output=32.0, thought=80.0),),
    hours=(Hours(start=time(16, 30), end=time(0, 30), input=2.0, cached=0.5, output=8.0),),
    as_of=date(2026, 10, 12),
    source="b.example/prices",
    known="reported",
)
YUAN = ExchangeRate(usd=0.14, as_of=date(2026, 11, 20))


def hosted(name: str, setting: str | None, provider: str = "alpha") -> ModelVariant:
    """A model at a setting, as a study with several of them has it."""
    return ModelVariant(
        label=name if setting is None else f"{name}+thinking-{setting}",
        wire="chat",
        model=name,
        provider=provider,
        entry=name,
        base_url=f"https://{provider}.example/v1",
        thinking=setting,
        request={} if setting is None else {"thinking": setting},
    )


def asked(sent: str = NOON, ms: float = 900.0, *, doubt: str | None = None, **more: Any) -> Exchange:
    """One request; its counts are given as `input`, `cached`, `written`, `output`, `reasoning`."""
    counts = {name: more.pop(name, None) for name in ("input", "cached", "written", "output", "reasoning")}
    return Exchange(usage=Usage(doubt=doubt, **counts), ms=ms, sent=sent, **more)


def spent(played: Transcript, *exchanges: Exchange, thought: str | None = None, **more: Any) -> Transcript:
    """The trial with its requests replaced; `thought` is the reasoning of its last message."""
    segments = tuple(
        SegmentRecord(
            segment=segment.segment,
            messages=tuple(
                message.model_copy(update={"reasoning": thought})
                if isinstance(message, AssistantMessage)
                else message
                for message in segment.messages
            ),
        )
        for segment in played.segments
    )
    return played.model_copy(update={"exchanges": exchanges, "segments": segments, **more})


def capped(*exchanges: Exchange) -> Transcript:
    """A trial that the cost cap left out, after some requests or before any."""
    failure = Failure(kind="cap", message=CAP)
    return transcript(reply=None, ended="budget", changes=(), exchanges=exchanges, failure=failure)


VARIANTS = (
    *(hosted("sprinter-3", setting) for setting in ("off", "1024", "8192", "adaptive")),
    *(hosted("longer-max", setting, "beta") for setting in ("8192", "off")),
    hosted("mystery", None, "gamma"),
)
REPEATS = 4
SCENARIOS = tuple(f"{suite}/refund-{n}" for suite in ("shop", "bank") for n in range(1, 4))


def costly_record() -> RunRecord:
    named = {
        variant.label: LONGER if variant.model == "longer-max" else SPRINTER for variant in VARIANTS[:-1]
    }
    found = record(*VARIANTS, repeats=REPEATS, scenarios=SCENARIOS)
    return found.model_copy(update={"prices": named, "exchange": {"CNY": YUAN}})


def costly_trials() -> Iterator[Graded]:
    """More thinking succeeds more often, takes longer and costs more."""
    budgets = {"off": 0, "1024": 800, "8192": 5200, "adaptive": 1500, None: 0}
    for variant in VARIANTS:
        thought = budgets[variant.thinking]
        for place, name in enumerate(SCENARIOS):
            suite, _, scenario = name.partition("/")
            played = [_one(variant, thought, place * REPEATS + repeat) for repeat in range(REPEATS)]
            yield from graded(*played, of=variant, asked=exam(suite, scenario))


def _one(variant: ModelVariant, thought: int, number: int) -> Transcript:
    if variant.thinking == "8192" and number >= len(SCENARIOS) * REPEATS - 2:
        return capped()
    right = (number * 7) % 24 < 9 + thought / 400
    count: dict[str, Any] = {"input": 2400, "cached": 1800 * (number > 0), "output": 60 + thought}
    count |= {"reasoning": thought} if variant.thinking not in {None, "off"} else {}
    more: dict[str, Any] = {"ms": 700.0 + thought / 3 + number * 11}
    if variant.model == "longer-max":
        count |= {"written": 300, "cached": 1500}
        more |= {"sent": NIGHT if number % 2 else NOON, "conceded": (STREAMING,)}
    if variant.thinking == "1024" and number % 6 == 0:
        count |= {"reasoning": 0, "output": 60}
    if variant.label == "sprinter-3+thinking-8192" and number % 5 == 0:
        more["doubt"] = "2400 prompt and 5260 output tokens are not the total of 2460"
    if variant.label == "sprinter-3+thinking-off" and number % 3 == 0:
        more["reported_usd"] = 0.0017
    if number % 7 == 3:
        more["failed"] = (
            Attempt(kind="http_429", ms=80.0, waited_ms=2000.0),
            Attempt(kind="timeout", ms=9.0),
        )
    text = "The last order is O-17." if count.get("reasoning") else None
    return spent(good() if right else bad(), asked(**count, **more), asked(**count, **more), thought=text)


def costly_plan() -> Plan:
    trials = len(SCENARIOS) * REPEATS
    return summed(
        [
            ModelPlan(
                model=variant.label,
                trials=trials,
                requests=2 * trials,
                tokens=PlanTokens(input=115_200, cached=80_000, uncached=35_200, output=9000),
                cost_usd=Dollars(low=0.11, likely=0.18, high=0.9)
                if variant.entry != "mystery"
                else Dollars(),
            )
            for variant in VARIANTS
        ]
    )
