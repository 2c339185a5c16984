"""A made-up comparison: two models on machines of somebody's own, and two hosted ones."""

from collections.abc import Mapping, Sequence

from harness.bench.record import Bench, Client, Figures, Level, Load, Spread, Workload
from harness.report import figures as report_figures
from harness.report.hosting_sums import HostingSums
from harness.report.server_figures import Watched
from harness.runs.record import Hosting, ModelVariant, RunRecord
from tests.harness.report.sample_costs import SPRINTER, asked, hosted, spent
from tests.harness.report.sample_run import Graded, bad, exam, good, graded, model, record
from tests.harness.report.sample_server import at, look, session

BIG, SMALL = model("local/big-30b"), model("local/small:int4")
FAST, OTHER, MYSTERY = (
    hosted("sprinter-3", None),
    hosted("sprinter-2", None),
    hosted("mystery", None, "gamma"),
)
SCENARIOS = tuple(f"shop/refund-{n}" for n in range(6))
ON: Mapping[str, Hosting] = {
    BIG.label: Hosting(gpus=4, kind="H20-96", gpu_hour=2.1, share=0.5, illustrative=True, concurrency=16),
    SMALL.label: Hosting(gpus=0, kind="cpu", gpu_hour=0.36, illustrative=True),
}
SECONDS = {BIG.label: 40.0, SMALL.label: 90.0, FAST.label: 12.0, OTHER.label: 20.0, MYSTERY.label: 9.0}
SOLVES = {BIG.label: 4, SMALL.label: 1, FAST.label: 5, OTHER.label: 3, MYSTERY.label: 5}
"""Scenarios, of all."""


def compared_record(*models: ModelVariant, on: Mapping[str, Hosting] = ON) -> RunRecord:
    found = record(*(models or (BIG, SMALL, FAST, MYSTERY)), scenarios=SCENARIOS, repeats=2)
    engines = {BIG.label: {"served_by": "vllm 0.32.0", "max_model_len": 131_072}}
    more = {"hosting": dict(on), "prices": {FAST.label: SPRINTER, OTHER.label: SPRINTER}, "engines": engines}
    return found.model_copy(update=more)


def compared_trials(of: ModelVariant, seconds: float | None = None) -> list[Graded]:
    """Two of each scenario at a time, one pair after another; of a pair, the second begins later."""
    took, found = seconds or SECONDS[of.label], list[Graded]()
    for place, name in enumerate(SCENARIOS):
        solved = place < SOLVES[of.label]
        for repeat in range(2):
            begins = place * 2 * took + repeat * took / 2
            request = asked(at(begins), ms=1e3 * took, input=2000 + 100 * place, cached=1000, output=50)
            played = good() if solved else bad()
            one = spent(played, request, started=at(begins), seconds=took)
            ((trial, asked_for, transcript, grade),) = graded(
                one, of=of, asked=exam("shop", name.partition("/")[2])
            )
            found.append(
                (
                    type(trial)(model=of, scenario=name, repeat=repeat),
                    asked_for,
                    transcript.model_copy(update={"repeat": repeat}),
                    grade,
                )
            )
    return found


def watched_big() -> Watched:
    """Ten minutes of looks: ten times as many tokens in one of them."""
    looks, prompt, output = [], 0, 0
    for second in range(0, 601, 10):
        looks.append(look(second, prompt_tokens=prompt, generation_tokens=output))
        factor = 10 if 240 <= second < 300 else 1
        prompt, output = prompt + 600 * factor, output + 15 * factor
    return Watched(sessions=[session(*looks)])


def bench_of(variant: ModelVariant, *levels: tuple[int, float, int, int]) -> Bench:
    """Its levels are concurrency, seconds, and tokens in and out."""
    empty = Spread()
    return Bench(
        id="bench-0123",
        created="2026-11-22T15:00:00Z",
        command="longspan models bench",
        model=variant,
        workload=Workload(spec="agent:shop"),
        seed=1,
        levels=tuple(
            Level(
                load=Load(concurrency=concurrency),
                started="2026-11-22T15:00:00Z",
                client=Client(cpu_share=0.1, lag_ms=empty),
                figures=Figures(
                    seconds=seconds,
                    answered=10,
                    request_throughput=10 / seconds,
                    output_throughput=output / seconds,
                    total_throughput=(prompt + output) / seconds,
                    input_tokens=prompt,
                    output_tokens=output,
                    cached_share=0.5,
                    ttft_ms=empty,
                    tpot_ms=empty,
                    itl_ms=empty,
                    e2el_ms=empty,
                    wait_ms=empty,
                ),
            )
            for concurrency, seconds, prompt, output in levels
        ),
    )


def compared(
    *models: ModelVariant,
    on: Mapping[str, Hosting] = ON,
    watched: Mapping[str, Watched] | None = None,
    benches: Sequence[Bench] = (),
    trials: Sequence[Graded] | None = None,
) -> report_figures.Report:
    """The report with its comparison."""
    asked_for = compared_record(*models, on=on)
    figures, sums = report_figures.Figures(asked_for, watched=watched), HostingSums(record=asked_for)
    for one in trials or [one for of in asked_for.models for one in compared_trials(of)]:
        figures.add(*one)
        sums.add(*one)
    report = figures.report({})
    return report.model_copy(update={"hosting": sums.figures(report, watched or {}, benches)})
