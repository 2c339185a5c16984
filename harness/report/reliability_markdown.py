"""Reliability in Markdown: every k with its interval, both denominators, and where the scatter comes from."""

from collections.abc import Iterator, Sequence

from harness.report.figures import ModelFigures
from harness.report.markdown_table import escaped, table
from harness.report.model_pairs import ModelPair
from harness.report.reliability_wording import (
    OF_ALL,
    fewer,
    half,
    has_reliability,
    lost,
    most_tries,
    of_k,
    rows,
)
from harness.report.wording import UNKNOWN, interval, label, p_value, percent, points, whole
from scoring.statistics.reliability import Chance


def reliable(models: Sequence[ModelFigures]) -> Iterator[str]:
    """The section; nothing where nothing was repeated and no trial was excluded."""
    if not has_reliability(models):
        return
    yield "## Reliability"
    for said in filter(None, map(lost, models)):
        yield escaped(said) + "."
    if most_tries(models) > 1:
        yield (
            "pass^k: all of k tries succeed; pass@k: at least one does. Over the scenarios that were played "
            "so often, with 95 % intervals over scenarios."
        )
        yield _chances(models)
        for said in fewer(models):
            yield escaped(said) + "."
    if scattered := list(_scatter(models)):
        yield (
            "Half of the 95 % interval of success, in points: as it is, and what more would make of it. The "
            "same scenarios again: how far luck alone moves the success on these very scenarios."
        )
        heads = ["Model", "Between scenarios", "Now", "Twice the repeats", "Endless repeats"]
        yield table([*heads, "Twice the scenarios", "The same scenarios again"], scattered)


def every_two(pairs: Sequence[ModelPair]) -> Iterator[str]:
    """The section; nothing where no two models played the same."""
    if pairs:
        yield "## Every two models"
        yield (
            "Success of the first minus that of the second on the scenarios and repeats that both played. p "
            "is exact over scenarios; p Holm holds for all pairs together: where it is 0.05 or more, the "
            "difference may well be chance."
        )
        heads = ["First − second", "Scenarios", "Pairs of trials", "Points", "95 %", "p", "p Holm"]
        yield table(heads, map(_pair, pairs))


def _pair(pair: ModelPair) -> list[str]:
    return [
        escaped(f"{pair.first} − {pair.second}"),
        *(whole(pair.scenarios), whole(pair.trials), points(pair.gap.mean), interval(pair.gap)),
        *(escaped(p_value(p)) for p in (pair.p, pair.p_holm)),
    ]


def _chances(models: Sequence[ModelFigures]) -> str:
    heads = ["Model", "k", "pass^k", "95 % interval", "pass@k", "95 % interval", "Scenarios"]
    lines = []
    for model in models:
        for name, tries in rows(model):
            called = escaped(f"{label(model)}, {name.strip()}" if name == OF_ALL else name)
            for every in tries.pass_hat:
                one = of_k(tries.pass_at, every.k)
                cells = [called if every.k == 1 else "", str(every.k), percent(every.mean), _ends(every)]
                lines.append([*cells, percent(one.mean if one else None), _ends(one), whole(every.scenarios)])
    return table(heads, lines)


def _ends(found: Chance | None) -> str:
    if found is None or found.low is None or found.high is None:
        return UNKNOWN
    return f"{100 * found.low:.1f} – {100 * found.high:.1f}"


def _scatter(models: Sequence[ModelFigures]) -> Iterator[list[str]]:
    for model in models:
        parts, error = model.reliability.variance, model.reliability.error
        if parts is not None and error is not None:
            by_repeats = (error.now, error.twice_repeats, error.endless_repeats)
            halves = map(half, (*by_repeats, error.twice_scenarios, error.again))
            yield [escaped(label(model)), percent(parts.share_between), *halves]
