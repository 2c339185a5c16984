"""`longspan show`: one trial as a conversation with its verdicts."""

from typing import Annotated

import typer

from harness.exams.grading import Grader
from harness.judges.kept import verdicts_of
from harness.models.pricing import tariffs
from harness.report.conversation import print_trial
from harness.report.view import trial_name, trial_view
from harness.runs.addresses import place_of
from harness.runs.store import RunError, RunFolder, Trial
from harness.verbs.setting import JsonFlag, RunArgument, consoles, spoken_errors
from scenarios.problem import choices

_SHOWN = 20

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


@app.command(epilog="Example: longspan show runs/8c2615650eed oracle/shop/new-email")
def show(
    run: RunArgument,
    trial: Annotated[str, typer.Argument(help="MODEL/SUITE/SCENARIO/REPEAT, or as much of it as is unique.")],
    *,
    as_json: JsonFlag = False,
) -> None:
    """Read one trial: what was said and called, what was expected, and why it counts as it does."""
    out, _ = consoles()
    with spoken_errors():
        folder = RunFolder(place_of(run))
        found = _find(folder, trial)
        transcript, exam = folder.transcript(found), folder.exam(found.scenario)
        if transcript is None:
            raise RunError(f"{trial} was not played yet; resume with: {folder.record.command}")
        record = folder.record
        judged = verdicts_of(folder, record, found, exam, transcript)
        grade = Grader().grade(exam, transcript, judged)
        view = trial_view(found, exam, transcript, grade, tariff=tariffs(record)[found.model.label])
    if as_json:
        typer.echo(view.model_dump_json())
    else:
        print_trial(view, out)


def _find(folder: RunFolder, name: str) -> Trial:
    """The one trial that a name, or a part of it, means."""
    trials = {trial_name(trial): trial for trial in folder.trials(folder.record)}
    if name in trials:
        return trials[name]
    near = [full for full in trials if name in full]
    if len(near) == 1:
        return trials[near[0]]
    if near:
        some = ", ".join(near[:_SHOWN])
        raise RunError(f"{name!r} means {len(near)} trials; write more of one of: {some}")
    raise RunError(f"no trial is called {name!r} in {folder}; {choices(name, list(trials)[:_SHOWN])}")
