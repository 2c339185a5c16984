"""Self-hosted or hosted in words, the same in every report that is text."""

from collections.abc import Iterator, Mapping

from harness.report.figures import Report
from harness.report.hosting_figures import (
    Aspect,
    BreakEven,
    Difference,
    HostingFigures,
    HostingRow,
    Saturation,
    Source,
    Unsaturated,
    Untold,
    Verdict,
)
from harness.report.plain_text import visible
from harness.report.wording import UNKNOWN, percent, usd
from scoring.ratio import Amount

OWN_PRICES = (
    "Prices of GPU hours are the user's own. Change them in the study (`serve: {gpu_hour: …, gpus: …, "
    "gpu_share: …}`), in run.yaml (`hosting:`), or with `longspan report RUN --gpu-hour local/NAME=DOLLARS`."
)
MEASURED = (
    "Of a row of ours, the price of its machines' hour for the time in which any of its trials was in "
    "flight; idle time between sessions and loading are not charged. Of a hosted row, what its requests "
    "cost. Intervals are 95 %, by drawing scenarios (or documents) again; where they overlap widely, do not "
    "rank."
)
SATURATED = (
    "At saturation: as many trials as need neither more input nor more output than was measured at one and "
    "the same time."
)
NOTHING_SOLVED = "none was solved"
UNTOLD: dict[Untold, str] = {
    "no_gpu_hour": "what an hour of its machines costs is not known: say `serve: {gpu_hour: …}` in the "
    "study, or --gpu-hour",
    "no_gpus": "how many GPUs it ran on is not known: say `serve: {gpus: …}` in the study, or write it into "
    "`hosting` of run.yaml",
    "no_times": "when its trials were played is not known",
    "no_price": "no price of its tokens is known",
    "no_trials": "none of its trials was played",
}
UNSATURATED: dict[Unsaturated, str] = {
    "no_hour": "the price of its hour is not known",
    "no_throughput": "nobody measured what it can do: give `--bench` a file of `longspan models bench`; the "
    "looks at its server do not reach over half a minute of work",
    "no_usage": "its replies did not report their tokens",
    "no_trials": "none of its trials was played",
}
ASPECTS: dict[Aspect, str] = {
    "sampling": "sampling",
    "thinking": "thinking",
    "first_call": "first call of a turn",
    "agent": "agent",
    "window": "context, tokens",
    "weights": "weights",
    "kv": "type of the cache",
    "engine": "engine",
    "endpoint": "served by",
    "strict": "tool strictness",
    "sequences": "requests a server computes together",
    "in_flight": "trials in flight, mean",
}
_SEEN: dict[Source, str] = {
    "bench": "bench",
    "samples": "the busiest minute at its servers in this run, a lower bound of what they can do",
    "run": "this run as a whole; no bench and no minute at its servers showed more",
}
VERDICTS: dict[Verdict, str] = {"yes": "yes", "no": "no", "unsure": "within the interval"}


def money(found: Amount, row: HostingRow) -> str:
    """A mean, marked as a lower bound where some requests have no known cost."""
    if found.mean is None:
        return UNKNOWN
    return f"≥{usd(found.mean)}" if row.unpriced else usd(found.mean)


def money_interval(found: Amount) -> str:
    if found.low is None:
        return UNKNOWN
    return f"{usd(found.low)} – {'∞' if found.high is None else usd(found.high)}"


def number(value: float | None) -> str:
    small = 10
    return UNKNOWN if value is None else f"{value:.2g}" if value < small else f"{value:,.0f}"


def number_interval(found: Amount) -> str:
    return UNKNOWN if found.low is None else f"{number(found.low)} – {number(found.high)}"


def needed(found: BreakEven) -> str:
    """How many an hour."""
    if found.per_hour.mean is None:
        return NOTHING_SOLVED if found.unit == "solved" else UNKNOWN
    return f"{'≤ ' if found.at_most else ''}{number(found.per_hour.mean)}"


def verdict(rate: float | None, found: Verdict | None, words: Mapping[Verdict, str] = VERDICTS) -> str:
    """A rate, and whether it reaches what is needed."""
    return UNKNOWN if found is None else f"{number(rate)}: {words[found]}"


def machines(row: HostingRow) -> str:
    """What an hour of a row of ours is made of; empty where that is not known."""
    found = row.hosting
    if found is None or row.hour_usd is None or found.gpu_hour is None:
        return ""
    price = usd(found.gpu_hour)
    what = (
        f"{found.gpus} × {visible(found.kind or 'GPU')} at {price} each"
        if found.gpus
        else f"one machine at {price}"
    )
    share = "" if found.share == 1 else f", {percent(found.share)} of it charged"
    made_up = "; the price is made up" if found.illustrative else ""
    return f"{usd(row.hour_usd)} an hour ({what}{share}{made_up})"


def assumptions(found: HostingFigures) -> Iterator[str]:
    """What the figures of each row of ours rest on."""
    for row in found.rows:
        name = visible(row.model)
        if row.untold is not None:
            yield f"{name}: no cost: {UNTOLD[row.untold]}"
            continue
        if row.where == "own":
            yield (
                f"{name}: {machines(row)}; busy for {number(row.busy_seconds)} s with {row.trials:,} trials, "
                f"{number(row.in_flight)} in flight on average"
            )
            yield f"{name}: {saturation(row)}"


def saturation(row: HostingRow) -> str:
    """Where the figures at saturation come from, or why there are none."""
    found = row.saturation
    if found is None:
        why = UNSATURATED[row.unsaturated] if row.unsaturated else UNKNOWN
        return f"nothing is said of saturation: {why}"
    rates = f"{number(found.input_per_second)} + {number(found.output_per_second)} tokens a second (in + out)"
    return f"at saturation {rates}: {_seen(found)}; {_caches(found, row)}"


def illustrative(report: Report) -> str:
    """What stands before every figure where prices are made up; empty elsewhere."""
    if report.hosting is None or not report.hosting.illustrative:
        return ""
    return (
        "ILLUSTRATIVE: prices of this comparison are made up or assumed; its dollars show how it is made, "
        "and say nothing of what anything costs."
    )


def difference(found: Difference, model: str) -> str:
    value = found.values.get(model)
    return UNKNOWN if value is None else visible(value)


def _seen(found: Saturation) -> str:
    return f"{_SEEN[found.source]} {visible(found.detail)}".rstrip()


def _caches(found: Saturation, row: HostingRow) -> str:
    if found.cached_share is None:
        return "how much of the prompts came from the cache then is not known"
    then, trials = percent(found.cached_share), percent(row.cached_share)
    return f"{then} of the prompts came from the cache then, {trials} in the trials"
