"""Documents on a terminal: how well each length is read, and where in it, a row a length.

Each sign of a row is a tenth of the document, the higher the better; a dot was not asked.
"""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.report.asked import TENTHS
from harness.report.document_figures import TaskFigures
from harness.report.document_wording import Series, all_series, effective, length
from harness.report.figures import ModelFigures
from harness.report.interval import Interval
from harness.report.wording import UNKNOWN, interval, label, percent, whole

_BARS = "▁▂▃▄▅▆▇█"
_NOT_ASKED = "·"
_EFFECTIVE = "effective"
_SERIES = 12
"""Tasks in a language and layout with several lengths that are shown; the other reports have all of them."""
_CELL = 22
"""Characters that a model's column takes."""
_LEGEND = (
    "score in %, number of questions; signs: the document in tenths, higher is better; "
    "effective: longest length with the interval's lower end at 0.85 × the shortest length's score"
)


def print_documents(models: Sequence[ModelFigures], console: Console) -> None:
    series = list(all_series(models))
    if not series:
        return
    several = [one for one in series if len(_lengths(one)) > 1]
    single = [one for one in series if len(_lengths(one)) == 1]
    console.print()
    for one in several[:_SERIES]:
        console.print(Text(one.title, "bold"))
        for some in _fitting(models, len(_EFFECTIVE), console):
            console.print(_one_task(one, some))
    if len(several) > _SERIES:
        console.print(Text(f"and {len(several) - _SERIES} more tasks in report.html", "dim"))
    if single:
        for some in _fitting(models, max(len(_at_its_length(one)) for one in single), console):
            console.print(_many_tasks(single, some))
    console.print(Text(_LEGEND, "dim"))
    for line in _consistency(models):
        console.print(line)


def _fitting(
    models: Sequence[ModelFigures], first: int, console: Console
) -> Iterator[Sequence[ModelFigures]]:
    """As many models beside each other as the terminal holds."""
    step = max(1, (console.width - first - 1) // _CELL)
    for start in range(0, len(models), step):
        yield models[start : start + step]


def _one_task(series: Series, models: Sequence[ModelFigures]) -> Table:
    """A row a length."""
    table = _table("", models)
    for tokens in _lengths(series):
        cells = [_row(_of(series, model), tokens) for model in models]
        table.add_row(Text(length(tokens, asked=series.lengths_asked)), *cells)
    if series.lengths_asked:
        table.add_row(Text(_EFFECTIVE, "dim"), *(_effective(_of(series, model)) for model in models))
    return table


def _many_tasks(tasks: Sequence[Series], models: Sequence[ModelFigures]) -> Table:
    """A row a task, for those that were asked at one length."""
    table = _table("Tasks at one length", models)
    for series in tasks:
        (tokens,) = _lengths(series)
        cells = [_row(_of(series, model), tokens) for model in models]
        table.add_row(Text(_at_its_length(series)), *cells)
    return table


def _at_its_length(series: Series) -> str:
    (tokens,) = _lengths(series)
    return f"{series.title} {length(tokens, asked=series.lengths_asked)}"


def _table(title: str, models: Sequence[ModelFigures]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim underline")
    table.add_column(Text(title, "bold not dim not underline"), overflow="fold")
    for model in models:
        table.add_column(label(model), overflow="fold", min_width=_CELL - 1)
    return table


def _of(series: Series, model: ModelFigures) -> TaskFigures | None:
    return next((figures for one, figures in series.of if one is model), None)


def _lengths(series: Series) -> list[int]:
    return sorted({int(str(part.key)) for _, figures in series.of for part in figures.by_length})


def _effective(figures: TaskFigures | None) -> Text:
    return Text(UNKNOWN if figures is None else effective(figures.effective_length), "dim")


def _row(figures: TaskFigures | None, tokens: int) -> Text:
    part = next((part for part in figures.by_length if part.key == tokens), None) if figures else None
    if figures is None or part is None:
        return Text(UNKNOWN)
    cells = {cell.tenth: cell.score for cell in figures.cells if cell.tokens == tokens}
    signs = [_bar(cells[tenth]) if tenth in cells else _NOT_ASKED for tenth in range(TENTHS)] if cells else []
    share = percent(part.score.mean).removesuffix(" %")
    return Text.assemble("".join(signs), " " if signs else "", f"{share:>5}", (f" ({whole(part.n)})", "dim"))


def _bar(score: float) -> str:
    return _BARS[min(len(_BARS) - 1, int(score * len(_BARS)))]


def _consistency(models: Sequence[ModelFigures]) -> Iterator[Text]:
    for model in models:
        found = model.documents.consistency if model.documents else None
        if found is not None and found.consistent_and_correct.value is not None:
            headline = found.consistent_and_correct
            shown = [
                f"{name} {percent(figure.value)}"
                for name, figure in (("accuracy", found.accuracy), ("agreement", found.agreement))
            ]
            yield Text(
                f"{label(model)}: consistent and correct {percent(headline.value)} "
                f"[{_ends(headline.low, headline.high)}] of {whole(headline.n)} facts; {', '.join(shown)}"
            )


def _ends(low: float | None, high: float | None) -> str:
    return interval(Interval(mean=None, low=low, high=high))
