"""A comparison in words that need no statistics."""

from collections.abc import Iterator

from harness.compare.comparable import LeftOut, named
from harness.compare.figures import Compared, Measure, Planning
from harness.report.plain_text import visible
from harness.report.wording import p_value
from scoring.statistics.contrast import Contrast
from scoring.statistics.sample_size import Needed

_CERTAIN = 0.001


def names(compared: Compared) -> tuple[str, str]:
    """What the two sides are called: their models, or their runs where the model is one."""
    one, other = compared.first, compared.second
    if one.model == other.model:
        return _of_run(one.run, one.model), _of_run(other.run, other.model)
    return visible(one.model), visible(other.model)


def verdict(compared: Compared) -> str:
    """The answer in one or two sentences."""
    first, second = names(compared)
    success = compared.success
    if success.gap is None:
        return f"Nothing can be compared: {first} and {second} have no graded trial in common."
    if compared.verdict == "undecided":
        return f"{_undecided(compared, first, second)} {_fits(success, second)}".rstrip()
    word = "more" if compared.verdict == "better" else "less"
    low, high = sorted((abs(success.low or 0.0), abs(success.high or 0.0)))
    chance = _chance(success)
    return (
        f"{second} succeeds {word} often than {first}: by {points(success.gap)}, and most likely by "
        f"{100 * low:.1f} to {points(high)}. {chance[0].upper()}{chance[1:]}"
    )


def notes(compared: Compared) -> Iterator[str]:
    """What is unusual about the figures."""
    for suite, found in {"": compared.success, **compared.suites}.items():
        if found.note and found.gap is not None:
            yield f"{visible(suite)}: {found.note}." if suite else f"{found.note[0].upper()}{found.note[1:]}."


def planned(planning: Planning) -> Iterator[str]:
    """What could be seen, and what it would take."""
    gaps = planning.gaps
    yield (
        f"So many scenarios and repeats show a difference of {points(planning.visible)} in 8 of 10 runs; "
        "smaller ones mostly go unseen."
    )
    if (need := planning.needed) is not None and need.scenarios is not None:
        measured = f"If the true difference is the {points(need.difference)} that was measured"
        yield f"{measured}, {_takes(need, gaps.scenarios)}"
    if (need := planning.asked) is not None and need.scenarios is not None:
        yield f"For a true difference of {points(need.difference)}, {_takes(need, gaps.scenarios)}"


def _takes(need: Needed, scenarios: int) -> str:
    said = f"it takes about {need.scenarios:,} scenarios like these, with as many repeats, "
    said += "to see it in 8 of 10 runs"
    match need.why_no_repeats:
        case "one_repeat":
            return f"{said}. What repeats would bring nobody can tell from one: play --repeats 2 or more."
        case "too_few_scenarios":
            return f"{said}; no number of repeats of these {scenarios} would do, since they differ too much."
        case _:
            return f"{said}, or about {need.repeats:,} repeats of each of these {scenarios}."


def left_out(found: LeftOut) -> str:
    count = len(found.scenarios)
    what = "1 scenario" if count == 1 else f"{count:,} scenarios"
    verb = "compared although" if found.allowed else "not compared:"
    return f"{what} {verb} {visible(found.detail)} ({visible(named(found.scenarios))})"


def excluded(compared: Compared) -> Iterator[str]:
    """Trials that are in no pair, and what the answer were had they failed."""
    for name, classes in zip(names(compared), compared.excluded, strict=True):
        if classes:
            said = ", ".join(f"{count} {ended}" for ended, count in classes.items())
            yield f"{name}: {said}: not graded, and in no pair."
    of_all = compared.success_of_all
    if of_all is not None and of_all.gap is not None:
        yield f"Were these counted as failures, the gap would be {signed(of_all.gap)}{_between(of_all)}."


def trials(compared: Compared) -> str:
    """The same by single trials."""
    first, second = names(compared)
    found = compared.trials
    said = f"Of {compared.success.trials:,} pairs of trials only {first} succeeded in {found.first_only:,}, "
    said += f"only {second} in {found.second_only:,} (McNemar's exact p {p_value(found.p)}"
    repeated = compared.success.trials > compared.success.scenarios
    return said + ("; with repeats, p over scenarios is the safer word)." if repeated else ").")


def gate(compared: Compared) -> str:
    found, success = compared.gate, compared.success
    if found is None:
        return ""
    _, second = names(compared)
    if found.met:
        return f"Gate met: {second} is not worse by more than {points(found.margin)}."
    end = (
        "there is no interval"
        if success.low is None
        else f"it may be worse by {points(max(0.0, -success.low))}"
    )
    return (
        f"GATE NOT MET: that {second} is not worse by more than {points(found.margin)} is not shown; {end}."
    )


def points(share: float) -> str:
    return f"{abs(100 * share):.1f} points"


def signed(share: float) -> str:
    """In points, with the sign."""
    return f"{100 * share:+.1f}".replace("-", "−")


def _undecided(compared: Compared, first: str, second: str) -> str:
    success = compared.success
    if not success.gap:
        return f"{first} and {second} succeed equally often here."
    word = "more" if success.gap > 0 else "less"
    return (
        f"{second} succeeds {word} often than {first} by {points(success.gap)}, and the difference may well "
        f"be chance: {_chance(success)}"
    )


def _chance(success: Measure) -> str:
    p = success.p or 0.0
    if p < _CERTAIN:
        often = "in fewer than 1 of 1,000 such runs"
    elif p < 10 * _CERTAIN:
        often = f"in about {round(1000 * p)} of 1,000 such runs"
    else:
        often = f"in about {round(100 * p)} of 100 such runs"
    said = f"were the two alike, a gap as large would come up {often}."
    alone, together = p_value(success.p), p_value(success.p_holm)
    if alone != together:
        said = f"{said[:-1]} (p {alone}; {together} for all comparisons here together)."
    return said


def _fits(success: Measure, second: str) -> str:
    if success.low is None or success.high is None:
        return "With one scenario nobody can say more."
    if success.low >= 0 or success.high <= 0:
        return f"The interval is {signed(success.low)} to {signed(success.high)} points."
    return (
        f"What was played fits anything from {second} being {points(success.low)} worse to "
        f"{points(success.high)} better."
    )


def _between(found: Contrast) -> str:
    if found.low is None or found.high is None:
        return " points"
    return f" points ({signed(found.low)} to {signed(found.high)})"


def _of_run(run: str, model: str) -> str:
    return f"{visible(model)} in {visible(run.rstrip('/').rpartition('/')[2])}"
