"""What reports say of suites that are judged by their own benchmark's rules, the same wherever it is text."""

from collections.abc import Iterator, Mapping, Sequence

from harness.report.figures import ModelFigures, Report
from harness.report.interval import Metric
from harness.report.suite_figures import SuiteFigures
from harness.report.their_figures import OtherVerdict, TheirFigures
from harness.report.wording import UNKNOWN, label, percent, whole

_NAMES = {"bfcl": "BFCL"}
_WHOLE = frozenset({"theirs", "ours"})
"""Scores that are whole verdicts."""


Of = tuple[str, ModelFigures, SuiteFigures, TheirFigures]


def of_others(models: Sequence[ModelFigures]) -> Iterator[Of]:
    """Every suite of another benchmark with every model that played it, suite by suite."""
    for suite in dict.fromkeys(part.suite for model in models for part in model.suites):
        for model in models:
            for part in model.suites:
                if part.suite == suite and part.theirs is not None:
                    yield suite, model, part, part.theirs


def rules_of(suite: str, models: Sequence[ModelFigures]) -> str | None:
    """By whose rules the trials of a suite succeed; None: by ours."""
    found = (theirs.benchmark for name, _, _, theirs in of_others(models) if name == suite)
    benchmark = next(found, None)
    return None if benchmark is None else f"by {_NAMES.get(benchmark, benchmark)}'s rules"


def data_said(report: Report) -> str:
    """Which data the suites of other benchmarks come from; empty where there are none."""
    return "; ".join(f"{suite} on {data}" for suite, data in report.data.items())


def their_parts(models: Sequence[ModelFigures]) -> list[str]:
    """The scores that are parts of other benchmarks' verdicts; the verdicts themselves are not among them."""
    named = {f"{theirs.benchmark}." for _, _, _, theirs in of_others(models)}
    names = dict.fromkeys(name for model in models for name in model.metrics)
    return [
        name
        for name in names
        if any(name.startswith(prefix) and name != f"{prefix}corrected" for prefix in named)
    ]


def our_parts(models: Sequence[ModelFigures]) -> list[str]:
    """All other scores."""
    named = tuple(f"{theirs.benchmark}." for _, _, _, theirs in of_others(models))
    names = dict.fromkeys(name for model in models for name in model.metrics)
    return [name for name in names if not named or not (name in _WHOLE or name.startswith(named))]


def mean_of(metrics: Mapping[str, Metric], name: str) -> str:
    found = metrics.get(name)
    return UNKNOWN if found is None or found.mean is None else f"{found.mean:.3f} (n {whole(found.n)})"


def differs(other: OtherVerdict | None) -> str:
    """`3 (2 only theirs)`: trials decided otherwise, and those right by the benchmark's own rules alone."""
    if other is None:
        return UNKNOWN
    return f"{whole(other.differs)} ({whole(other.theirs_alone)} only theirs)" if other.differs else "0"


def defects(theirs: TheirFigures) -> str:
    return ", ".join(f"{code} {whole(n)}" for code, n in theirs.defects.items())


def boards_said(models: Sequence[ModelFigures]) -> Iterator[str]:
    """BFCL's number of each model in a line, and once what counted as zero for them."""
    zero: dict[str, None] = {}
    for model in models:
        made = model.bfcl
        if made is None:
            continue
        parts = [f"{name_of(one.group)} {percent(one.accuracy)}" for one in made.groups if one.categories]
        yield (
            f"{label(model)}: BFCL's leaderboard number {percent(made.overall)}, of at most "
            f"{percent(made.most)} with what was played{', an estimate from slices' * made.slices}: "
            + ", ".join(parts)
        )
        for one in made.groups:
            zero |= dict.fromkeys(one.missing if one.categories else [name_of(one.group)])
    if zero:
        yield f"counted as zero: {', '.join(zero)}"


def name_of(group: str) -> str:
    return group.replace("_", "-")
