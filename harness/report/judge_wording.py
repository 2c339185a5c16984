"""What reports say of judges, and of what they cost beside all other figures."""

from collections.abc import Iterator, Sequence

from harness.report.judge_figures import JudgeFigures
from harness.report.wording import took, whole


def judges_said(judges: Sequence[JudgeFigures]) -> Iterator[str]:
    """A few sentences for each judge."""
    for judge in judges:
        failed = ", ".join(f"{name} {n}" for name, n in judge.failed.items())
        without = f"; no usable verdicts on {whole(sum(judge.failed.values()))} ({failed})" if failed else ""
        yield (
            f"What no rule can decide was judged by {judge.model} (prompt "
            f"{', '.join(map(str, judge.prompts))}): {whole(judge.verdicts)} verdicts on "
            f"{whole(judge.trials)} trials, {whole(judge.met)} of them met{without} ({took(judge)}). A "
            "judge's verdicts are as good as its agreement with people's on a labelled sample."
        )
