"""Suites of other benchmarks in Markdown: three verdicts side by side, every k, and BFCL's number."""

from collections.abc import Iterator, Sequence

from harness.report.figures import ModelFigures, Report
from harness.report.markdown_table import escaped, table
from harness.report.reliability_wording import chance, most_tries, of_k, some_ks
from harness.report.their_wording import (
    data_said,
    defects,
    differs,
    mean_of,
    name_of,
    of_others,
    rules_of,
    their_parts,
)
from harness.report.wording import UNKNOWN, interval, label, percent, whole

_MEANS = (
    "Success of these suites is what their own benchmark's rules say, known defects included: the figure to "
    "put beside published ones. Corrected: the same rules without their known defects. Ours: Longspan's own "
    "rules (final state, facts stated, nothing forbidden). The last two stand here only, and are in no other "
    "figure. Differs: graded trials that are decided otherwise, and how many of them only the benchmark's "
    "rules call right. The floor is what silence gets, whatever k is. A trial that fails by the benchmark's "
    "rules alone has no root cause of ours."
)


def theirs(report: Report) -> Iterator[str]:
    """The sections; nothing where every suite succeeds by our rules."""
    models = report.models
    found = list(of_others(models))
    if not found:
        return
    yield "## By the rules of other benchmarks"
    yield f"{_MEANS} Data: {escaped(data_said(report) or 'not known')}."
    heads = ["Suite", "Model", "Trials", "Success", "95 % interval", "Floor", "Corrected", "95 % interval"]
    heads += ["Differs", "Defects that explain it", "Ours", "95 % interval", "Differs"]
    yield table(heads, _verdicts(models))
    if (most := most_tries(models)) > 1:
        ks = some_ks(most)
        yield "All of k tries succeed by the benchmark's own rules, in %, with 95 % intervals over scenarios:"
        yield table(["Suite", "Model", *(f"pass^{k}" for k in ks), "Floor"], _tries(models, ks))
    if names := their_parts(models):
        yield "What their verdicts are made of; a part may be shown that does not count in a task:"
        rows = [[escaped(name), *(mean_of(model.metrics, name) for model in models)] for name in names]
        yield table(["Part", *(escaped(label(model)) for model in models)], rows)


def boards(models: Sequence[ModelFigures]) -> Iterator[str]:
    """BFCL's leaderboard number; nothing where no suite of BFCL's was graded."""
    if all(model.bfcl is None for model in models):
        return
    yield "## BFCL's leaderboard number"
    yield (
        "With what was not played as zero, as BFCL counts. Excluded trials are left out here, and repeats of "
        "a task are averaged."
        + " Of some categories only a part was played: the number is an estimate, and no leaderboard's."
        * any(model.bfcl is not None and model.bfcl.slices for model in models)
    )
    heads = ["Model", "Part", "Weight", "Accuracy", "Played (tasks)", "Counted as zero"]
    yield table(heads, _board(models))


def _verdicts(models: Sequence[ModelFigures]) -> Iterator[list[str]]:
    for suite, model, part, their in of_others(models):
        fixed, ours = their.corrected, their.ours
        yield [
            escaped(f"{suite}, {rules_of(suite, models)}"),
            *(escaped(label(model)), f"{whole(part.n)} / {whole(part.trials)}"),
            *(f"**{percent(part.success.mean)}**", interval(part.success), percent(part.floor)),
            percent(fixed.success.mean if fixed else None),
            interval(fixed.success) if fixed else UNKNOWN,
            *(differs(fixed), escaped(defects(their) or UNKNOWN)),
            *(percent(ours.success.mean), interval(ours.success), differs(ours)),
        ]


def _tries(models: Sequence[ModelFigures], ks: Sequence[int]) -> Iterator[list[str]]:
    for suite, model, part, _ in of_others(models):
        chances = (chance(of_k(part.reliability.graded.pass_hat, k)) for k in ks)
        yield [escaped(suite), escaped(label(model)), *chances, percent(part.floor)]


def _board(models: Sequence[ModelFigures]) -> Iterator[list[str]]:
    for model in models:
        if (made := model.bfcl) is None:
            continue
        most = f"of at most {percent(made.most)}"
        yield [escaped(label(model)), "overall", "100 %", f"**{percent(made.overall)}**", most, ""]
        for group in made.groups:
            played = [
                f"{one.category} {percent(one.accuracy)} ({whole(one.tasks)} of {whole(one.of)})"
                for one in group.categories
            ]
            yield [
                *("", name_of(group.group), f"{100 * group.weight:.0f} %", percent(group.accuracy)),
                *(escaped(", ".join(played) or UNKNOWN), escaped(", ".join(group.missing) or UNKNOWN)),
            ]
