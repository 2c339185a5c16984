"""Long documents in `report.md`: the same figures as on the page, as tables."""

from collections.abc import Callable, Iterator, Sequence

from harness.report.asked import TENTHS
from harness.report.document_figures import Gap, Slice, TaskFigures
from harness.report.document_wording import (
    HOW_TO_READ,
    Series,
    all_series,
    effective,
    key,
    length,
    names,
    score,
    why_unsaid,
)
from harness.report.figures import ModelFigures, Report
from harness.report.interval import Interval
from harness.report.markdown_table import escaped, table
from harness.report.wording import UNKNOWN, interval, label, p_value, percent, points, whole
from scoring.consistency.figure import Figure
from scoring.consistency.measure import ConsistencyFigures

_PLAIN = frozenset({"kappa", "first_sway", "pwc", "timeline_tau"})
"""Figures of consistency that are no shares."""
_MAPS = 24
"""Heat maps that are drawn; the page has all of them."""


def documents(report: Report) -> Iterator[str]:
    """The parts of the section; none where nothing was asked about a document."""
    models = [model for model in report.models if model.documents is not None]
    if not models:
        return
    series = list(all_series(models))
    yield "## Long documents"
    yield escaped(HOW_TO_READ)
    yield _overview(series)
    yield from _curves("Score by length", series, _by_length)
    yield from _curves("Score by lag (parts read since it was told)", series, _by_lag)
    yield from _heat_maps(series)
    yield from _gaps(models, report.document_pairs)
    yield from _company(models)
    yield from _consistency(models)


def _overview(series: Sequence[Series]) -> str:
    heads = ["Task", "Model", "n / documents", "Accuracy", "Score", "95 %", "Effective length"]
    heads += ["Unparsed", "RULER match", "ρ", "n_eff"]
    rows = []
    for one in series:
        for model, found in one.of:
            reach = effective(found.effective_length)
            why = f" ({why_unsaid(found.effective_length)})" if found.effective_length.unsaid else ""
            rates = [found.rates.get("unparsed"), found.figures.get("ruler")]
            rows.append(
                [
                    *(escaped(one.title), escaped(label(model))),
                    f"{whole(found.n)} / {whole(found.documents)}",
                    *(percent(found.accuracy.mean), percent(found.score.mean), interval(found.score)),
                    escaped(reach + why),
                    *(UNKNOWN if rate is None else percent(rate.mean) for rate in rates),
                    *(UNKNOWN if found.icc is None else f"{found.icc:.2f}",),
                    UNKNOWN if found.n_eff is None else f"{found.n_eff:.1f}",
                ]
            )
    return table(heads, rows)


def _by_length(figures: TaskFigures) -> Sequence[tuple[str, Slice]]:
    asked = figures.lengths_asked
    return [(length(int(str(part.key)), asked=asked), part) for part in figures.by_length]


def _by_lag(figures: TaskFigures) -> Sequence[tuple[str, Slice]]:
    return [(key(part), part) for part in figures.by_lag]


def _curves(
    title: str, series: Sequence[Series], rows_of: Callable[[TaskFigures], Sequence[tuple[str, Slice]]]
) -> Iterator[str]:
    """A table for each task that has more than one row."""
    drawn = []
    for one in series:
        found = [dict(rows_of(figures)) for _, figures in one.of]
        rows = list(dict.fromkeys(name for part in found for name in part))
        if len(rows) > 1:
            cells = [
                [escaped(row), *(score(part[row]) if row in part else UNKNOWN for part in found)]
                for row in rows
            ]
            drawn.append(table([escaped(one.title), *map(escaped, names(one.of))], cells))
    if drawn:
        yield f"### {title}"
        yield from drawn


def _heat_maps(series: Sequence[Series]) -> Iterator[str]:
    maps = [(one, label(model), found) for one in series for model, found in one.of if found.cells]
    if not maps:
        return
    yield "### Score by length and depth"
    said = "Per cent (questions); columns are tenths of the document, in which the evidence stands."
    yield said + (f" The first {_MAPS} of {len(maps)}; the page has all." if len(maps) > _MAPS else "")
    for one, name, found in maps[:_MAPS]:
        yield f"**{escaped(one.title)} · {escaped(name)}**"
        yield _heat_map(found)


def _heat_map(figures: TaskFigures) -> str:
    heads = ["Length", *(f"{10 * tenth} %" for tenth in range(TENTHS)), "all"]
    rows = []
    for part in figures.by_length:
        cells = {cell.tenth: cell for cell in figures.cells if cell.tokens == part.key}
        if cells:
            shown = [
                f"{100 * cells[tenth].score:.0f} ({whole(cells[tenth].n)})" if tenth in cells else "·"
                for tenth in range(TENTHS)
            ]
            name = length(int(str(part.key)), asked=figures.lengths_asked)
            rows.append([escaped(name), *shown, f"{percent(part.score.mean)} ({whole(part.n)})"])
    return table(heads, rows)


def _gaps(models: Sequence[ModelFigures], pairs: Sequence[Gap]) -> Iterator[str]:
    rows = [
        [f"{escaped(part.task)} · {part.language} · {escaped(label(model))}", *_gap(gap)]
        for model in models
        for part in (model.documents.layouts if model.documents else ())
        for gap in part.gaps
    ] + [["all questions", *_gap(gap)] for gap in pairs]
    if rows:
        yield "### Layouts and models on the same questions"
        heads = ["Questions", "Difference", "Pairs / documents", "Points", "95 %"]
        yield table([*heads, "Only first right", "Only second right", "McNemar p", "p Holm"], rows)


def _gap(gap: Gap) -> list[str]:
    return [
        escaped(f"{gap.first} − {gap.second}"),
        f"{whole(gap.n)} / {whole(gap.documents)}",
        *(points(gap.gap.mean), interval(gap.gap), whole(gap.first_only), whole(gap.second_only)),
        escaped(p_value(gap.p)),
        escaped(p_value(gap.p_holm)),
    ]


def _company(models: Sequence[ModelFigures]) -> Iterator[str]:
    rows = [
        [
            f"{escaped(part.task)} · {part.language} · {part.layout}",
            escaped(label(model)),
            points(part.bias),
            interval(Interval(mean=part.bias, low=part.low, high=part.high)),
            f"{whole(part.n_alone)} / {whole(part.documents_alone)}",
            f"{whole(part.n_company)} / {whole(part.documents_company)}",
        ]
        for model in models
        for part in (model.documents.coexistence if model.documents else ())
    ]
    if rows:
        yield "### Coexistence bias: alone in the document − in company"
        heads = ["Questions", "Model", "Points", "95 %", "Alone: n / documents"]
        yield table([*heads, "In company: n / documents"], rows)


def _consistency(models: Sequence[ModelFigures]) -> Iterator[str]:
    found = [
        (label(model), model.documents.consistency)
        for model in models
        if model.documents is not None and model.documents.consistency is not None
    ]
    if not found:
        return
    yield "## Consistency"
    yield (
        "Each figure with its 95 % interval, clustered by document, and n / documents. What n counts, and "
        "how each is computed, stands in docs/consistency.md."
    )
    rows = []
    for name in ConsistencyFigures.model_fields:
        figures = [getattr(one, name) for _, one in found]
        if all(isinstance(figure, Figure) for figure in figures) and any(figure.n for figure in figures):
            rows.append([escaped(name), *(_figure(figure, plain=name in _PLAIN) for figure in figures)])
    yield table(["Figure", *(escaped(name) for name, _ in found)], rows)


def _figure(figure: Figure, *, plain: bool) -> str:
    if figure.value is None:
        return f"{UNKNOWN} (n {whole(figure.n)})"
    rests = f"n {whole(figure.n)} / {whole(figure.documents)}"
    if plain:
        ends = "" if figure.low is None or figure.high is None else f" [{figure.low:.2f} – {figure.high:.2f}]"
        return f"{figure.value:.2f}{ends} {rests}"
    ends = interval(Interval(mean=figure.value, low=figure.low, high=figure.high))
    return f"{percent(figure.value)} [{ends}] {rests}"
