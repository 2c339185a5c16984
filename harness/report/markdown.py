"""`report.md`: the same tables as text, for a pull request, a mail, or a program that reads words."""

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from harness.report.cost_markdown import costs, thinking, unplayed
from harness.report.cost_wording import dollars
from harness.report.document_markdown import documents
from harness.report.figures import ModelFigures, Report
from harness.report.hosting_markdown import hosting
from harness.report.hosting_wording import illustrative
from harness.report.judge_wording import judges_said
from harness.report.markdown_table import escaped, table
from harness.report.plain_text import one_line
from harness.report.reliability_markdown import every_two, reliable
from harness.report.server_markdown import servers
from harness.report.suite_figures import SuiteFigures
from harness.report.their_markdown import boards, theirs
from harness.report.their_wording import mean_of, our_parts, rules_of
from harness.report.user_wording import user_table
from harness.report.wording import (
    UNKNOWN,
    footnotes,
    interval,
    label,
    milliseconds,
    percent,
    usd,
    warnings,
    whole,
)
from harness.runs.record import ModelVariant, RunRecord
from scenarios.record import Record
from scoring.codes import CODES


class FailedTrial(Record):
    name: str
    root_cause: str | None
    reason: str


def markdown(report: Report, record: RunRecord, failed: Sequence[FailedTrial]) -> str:
    """The whole file; `failed` are the trials that are named in it."""
    parts = [
        f"# Longspan report: {escaped(', '.join(record.suite_names))}",
        *(f"> **{escaped(warning)}**" for warning in (*warnings(report), illustrative(report)) if warning),
        _summary(report, record),
        "## Results",
        _results(report.models),
        *footnotes(report),
        *theirs(report),
        *boards(report.models),
        *reliable(report.models),
        *every_two(report.pairs),
        *documents(report),
        "## Components",
        _components(report.models),
        *_wrong(report.models, failed),
        *_excluded(report.models),
        *unplayed(report.models),
        *_planned(report.models),
        "## Time and tokens",
        _costs(report.models),
        *_readings(report.models),
        *_beside(report),
        *servers(report.models),
        *costs(report),
        *hosting(report),
        *thinking(report),
        "## Scenarios (succeeded / graded)",
        _scenarios(report.models),
        "## Where this comes from",
        _provenance(record),
    ]
    return "\n\n".join(parts) + "\n"


def _summary(report: Report, record: RunRecord) -> str:
    graded = sum(model.graded for model in report.models)
    return (
        f"Run `{record.id}`, {escaped(record.created)}. {whole(report.trials)} trials, of which "
        f"{whole(graded)} could be graded. Success: everything that had to change did, nothing else changed, "
        "every fact asked for was stated, nothing forbidden was done. Intervals are 95 %, by drawing "
        "scenarios again. The floor is what a silent or refusing model gets." + _of_others(record)
    )


def _of_others(record: RunRecord) -> str:
    """Which suites are not graded by our rules, and on which data."""
    if not record.data:
        return ""
    suites = ", ".join(f"{escaped(suite)} on {escaped(data)}" for suite, data in record.data.items())
    return f" By the rules of their own benchmarks succeed the trials of: {suites}."


def _results(models: Sequence[ModelFigures]) -> str:
    heads = ["Suite", "Model", "Graded / trials", "Success", "95 % interval", "Floor", "Score", "Call F1"]
    rows = [_result("all", label(model), model, model.graded) for model in models if len(model.suites) > 1]
    for suite in dict.fromkeys(part.suite for model in models for part in model.suites):
        rules = rules_of(suite, models)
        rows += [
            _result(f"{suite}, {rules}" if rules else suite, label(model), part, part.n)
            for model in models
            for part in model.suites
            if part.suite == suite
        ]
    return table(heads, rows)


def _result(suite: str, name: str, part: ModelFigures | SuiteFigures, graded: int) -> list[str]:
    return [
        *(escaped(suite), escaped(name), f"{whole(graded)} / {whole(part.trials)}"),
        *(percent(part.success.mean), interval(part.success), percent(part.floor)),
        *(
            percent(part.metrics[name].mean) if name in part.metrics else UNKNOWN
            for name in ("score", "calls")
        ),
    ]


def _components(models: Sequence[ModelFigures]) -> str:
    rows = [
        [escaped(name), *(mean_of(model.metrics, name) for model in models)] for name in our_parts(models)
    ]
    return table(["Component", *(escaped(label(model)) for model in models)], rows)


def _beside(report: Report) -> Iterator[str]:
    """Who else was asked, and what that took."""
    parts = [*user_table(report.models), *map(escaped, judges_said(report.judges))]
    if parts:
        yield "## Simulated users and judges"
        yield from parts


def _wrong(models: Sequence[ModelFigures], failed: Sequence[FailedTrial]) -> list[str]:
    codes = dict.fromkeys(code for model in models for code in (*model.root_causes, *model.diagnosis))
    if not codes and not failed:
        return []
    rows = [
        [
            *(escaped(code), escaped(CODES.get(code, ""))),
            *(f"{model.root_causes.get(code, 0)} / {model.diagnosis.get(code, 0)}" for model in models),
        ]
        for code in codes
    ]
    parts = ["## What went wrong (root causes / findings)"]
    if rows:
        parts.append(table(["Code", "Meaning", *(escaped(label(model)) for model in models)], rows))
    if failed:
        total = sum(one.graded - one.succeeded for part in _suites(models) for one in part.scenarios.values())
        parts.append(f"### Failed trials ({len(failed)} of {total})")
        lines = [
            [escaped(t.name), escaped(t.root_cause or UNKNOWN), escaped(one_line(t.reason, 200))]
            for t in failed
        ]
        parts.append(table(["Trial", "Root cause", "Why"], lines))
    return parts


def _suites(models: Sequence[ModelFigures]) -> Iterator[SuiteFigures]:
    for model in models:
        yield from model.suites


def _excluded(models: Sequence[ModelFigures]) -> list[str]:
    rows = [
        [escaped(label(model)), part.ended, whole(count), escaped(message or UNKNOWN)]
        for model in models
        for part in model.exclusions
        for message, count in part.messages.items()
    ]
    return ["## Excluded trials", table(["Model", "Class", "Trials", "Message"], rows)] if rows else []


def _costs(models: Sequence[ModelFigures]) -> str:
    heads = ["Model", "Requests", "Latency ms p50", "p95", "TTFT ms p50", "p95", "TPOT ms p50", "p95"]
    heads += ["Input", "Cached", "Output", "Reasoning"]
    rows = []
    for model in models:
        parts = (model.latency_ms, model.ttft_ms, model.tpot_ms)
        times = [time for part in parts for time in (part.p50, part.p95)]
        tokens = (model.usage.input, model.usage.cached, model.usage.output, model.usage.reasoning)
        rows.append(
            [escaped(label(model)), whole(model.requests), *map(milliseconds, times), *map(whole, tokens)]
        )
    return table(heads, rows)


def _planned(models: Sequence[ModelFigures]) -> list[str]:
    """What was planned before anything was sent, and beneath it what came of it."""
    heads = ["Model", "", "Trials", "Requests", "Input", "Cached", "Computed", "Output", "Cost"]
    rows = []
    for model in models:
        plan, usage = model.plan, model.usage
        if plan is not None:
            tokens = (plan.tokens.input, plan.tokens.cached, plan.tokens.uncached, plan.tokens.output)
            cost = plan.cost_usd
            likely = f"{usd(cost.likely)} ({usd(cost.low)} to {usd(cost.high)})"
            rows.append([escaped(label(model)), "plan", whole(plan.trials), whole(plan.requests)])
            rows[-1] += [*map(whole, tokens), likely]
            computed = None
            if usage.input is not None and usage.cached is not None:
                computed = usage.input - usage.cached
            rows.append(["", "fact", whole(model.trials), whole(model.requests)])
            rows[-1] += [
                *map(whole, (usage.input, usage.cached, computed, usage.output)),
                dollars(model.cost_usd, model.cost),
            ]
    skipped = [
        f"- {escaped(label(model))}: {whole(n)} questions were not asked: {escaped(why)}"
        for model in models
        for why, n in model.skipped.items()
    ]
    parts = [table(heads, rows)] if rows else []
    parts += ["\n".join(skipped)] if skipped else []
    return ["## Plan and fact", *parts] if parts else []


def _readings(models: Sequence[ModelFigures]) -> Iterator[str]:
    """How much of it went into documents that were given part by part."""
    for model in models:
        found = model.documents.readings if model.documents is not None else None
        if found is not None and found.requests:
            yield (
                f"{escaped(label(model))}: {whole(found.requests)} of these requests gave documents part by "
                f"part ({whole(found.readings)} readings, {whole(found.usage.input)} input tokens)."
            )


def _scenarios(models: Sequence[ModelFigures]) -> str:
    """All questions on one document in one layout are a row together."""
    played: list[dict[str, list[int]]] = []
    for model in models:
        sums: dict[str, list[int]] = {}
        for part in model.suites:
            for name, found in part.scenarios.items():
                row = sums.setdefault(f"{part.suite}/{found.document}" if found.document else name, [0, 0])
                row[0] += found.succeeded
                row[1] += found.graded
        played.append(sums)
    rows = [
        [
            escaped(name),
            *(f"{found[name][0]} / {found[name][1]}" if name in found else UNKNOWN for found in played),
        ]
        for name in dict.fromkeys(name for found in played for name in found)
    ]
    return table(["Scenario", *(escaped(label(model)) for model in models)], rows)


def _provenance(record: RunRecord) -> str:
    facts = [
        ("Resume with", record.command),
        ("Seed", str(record.seed)),
        ("Repeats", str(record.repeats)),
        ("Agent", record.agent),
        ("Transport", record.transport),
        *((f"Data of {suite}", data) for suite, data in record.data.items()),
        ("Versions", ", ".join(f"{name} {version}" for name, version in record.versions.items())),
        *((model.label, _settings(model)) for model in record.models),
        *_others(record),
        *(row for label, engine in record.engines.items() for row in _engine(label, engine)),
    ]
    return table(["", ""], [[escaped(name), escaped(value)] for name, value in facts])


def _others(record: RunRecord) -> Iterator[tuple[str, str]]:
    """Who played the users, and who judged."""
    for part, who in (("Users played by", record.user), ("Judged by", record.judge)):
        if who is not None and who.model is not None:
            yield part, f"{who.model.label} (prompt {who.prompt}; {_settings(who.model)})"
        elif who is not None:
            yield part, "their scripts"


def _settings(model: ModelVariant) -> str:
    facts = [f"{model.wire} {model.model}", *(f"{name} {value}" for name, value in model.sampling.items())]
    if model.first_call == "required":
        facts.append("the first call of a turn is forced")
    return ", ".join(facts) + (" (SIMULATED)" if model.simulated else "")


def _engine(label: str, engine: JsonValue) -> Iterator[tuple[str, str]]:
    """A row for each thing that is known of what served a model."""
    for name, value in (engine if isinstance(engine, dict) else {"engine": engine}).items():
        match value:
            case dict():
                said = ", ".join(f"{key} {UNKNOWN if one is None else one}" for key, one in value.items())
            case list():
                said = " ".join(map(str, value))
            case _:
                said = str(value)
        yield f"{label}: {name}", said
