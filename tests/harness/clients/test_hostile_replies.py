"""What a hostile model may say, through the whole loop: played, kept, read back, graded and reported."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from harness.clients.client import Overloaded
from harness.clients.http_model import HttpModel
from harness.exams.grading import Grader, graded_trials, keeping_scores
from harness.report.conversation import print_trial
from harness.report.view import trial_view
from harness.report.write import write_reports
from harness.runs.record import ModelVariant
from harness.trial.play import play
from scenarios.exam import ToolSpec
from scenarios.transcript import AssistantMessage, ToolCall, Transcript
from tests.harness.clients.endpoint import delta, model, stream
from tests.harness.little_run import LittleRun, exam, little_run
from tests.harness.stage import Scripted, Turn, scenario, stage

pytestmark = pytest.mark.anyio

DEEP = "[" * 60 + "]" * 60
TOO_DEEP = "[" * 70 + "]" * 70
NUMBERS = (
    "-1",
    "1e308",
    "1" + "0" * 308,
    "1e999",
    "NaN",
    "9" * 4000,
    "9" * 5000,
    "true",
    "2.0",
    "null",
    DEEP,
    TOO_DEEP,
)
TEXTS = (
    *('""', '"\\u0000"', '"\\ud800"', '"\\ud83d\\ude00"', f'"{"x" * 100_000}"', '"__proto__"', '"../../x"'),
    *('"<script>"', '"=cmd()"', '"\\u202e"', '"\\r\\n"'),
)
ARGUMENTS = (
    *(f'{{"box": {text}, "count": 1}}' for text in TEXTS),
    *(f'{{"box": "b", "count": {number}}}' for number in NUMBERS),
    *(
        '{"box": "b", "box": "a", "count": 1}',
        f'{{"box": {TOO_DEEP}}}',
        "[" * 100_000,
        '{"\\ud800": 1}',
        "\x00",
        '"',
    ),
)
NAMES = ("", "\x00", "x" * 10_000, "boxes__fill ", "../fill", "工具", "\u202e")
REPLIES = (
    *(
        "",
        "\x00\x1b[31m",
        "<tool_call>{" * 20_000,
        "9" * 5000,
        "1," * 5000,
        "\u202e3",
        "</script><script>",
        "=1+1",
    ),
    *('<tool_call>{"name": ["boxes__fill"], "arguments": {}}</tool_call>', "x" * 1_000_000),
)


def calls(*made: tuple[str, str]) -> AssistantMessage:
    return AssistantMessage(
        text="\x00",
        reasoning="\u202e",
        tool_calls=tuple(ToolCall(id="same", name=name, arguments_json=text) for name, text in made),
    )


async def reported(run: LittleRun, asked: Scripted) -> list[Transcript]:
    """Play both scenarios, and read back everything that a run leaves."""
    await run.runner(asked).run(asked)
    record = run.folder.record
    trials = keeping_scores(run.folder, graded_trials(run.folder, record))
    write_reports(run.folder, record, trials, {})
    for name in ("report.html", "report.md", "scores.jsonl"):
        (run.folder.path / name).read_text("utf-8")
    json.loads((run.folder.path / "report.json").read_text("utf-8"))
    rows = list(csv.DictReader(io.StringIO((run.folder.path / "report.csv").read_text("utf-8-sig"))))
    assert len(rows) == 2
    for trial, found, transcript, grade in graded_trials(run.folder, record):
        view = trial_view(trial, found, transcript, grade)
        view.model_dump_json().encode()
        print_trial(view, Console(file=io.StringIO()))
    return [transcript for _, _, transcript, _ in graded_trials(run.folder, record)]


@pytest.mark.parametrize("said", REPLIES)
async def test_whatever_a_model_says_is_its_answer(said: str, tmp_path: Path) -> None:
    found = await reported(await little_run(tmp_path), Scripted([said]))
    assert {(one.ended, one.segments[0].reply) for one in found} == {("done", said)}


async def test_whatever_a_model_calls_with_counts_for_or_against_it(tmp_path: Path) -> None:
    made: list[Turn] = [calls(("boxes__fill", text), ("boxes__peek", text)) for text in ARGUMENTS]
    made += [calls((name, "{}")) for name in NAMES]
    run = await little_run(tmp_path)
    found = await reported(run, Scripted([*made[:28], "done"]))
    assert {one.ended for one in found} == {"done"}
    found = await reported(await little_run(tmp_path / "rest"), Scripted([*made[28:], "done"]))
    assert {one.ended for one in found} == {"done"}


async def test_more_calls_than_anybody_makes_use_up_the_limit(tmp_path: Path) -> None:
    flood = calls(*[("boxes__peek", '{"box": "a"}')] * 4000)
    found = await reported(await little_run(tmp_path), Scripted([flood]))
    assert [(one.ended, one.failure and one.failure.kind) for one in found] == [("limit", "calls")] * 2


async def test_what_a_failure_says_can_be_written(tmp_path: Path) -> None:
    found = await reported(await little_run(tmp_path), Scripted([Overloaded("http_500", "\x00 \u202e �")]))
    assert {one.ended for one in found} == {"provider"}


async def test_a_bug_whose_words_cannot_be_written_is_still_a_class(tmp_path: Path) -> None:
    def bug() -> None:
        raise RuntimeError("half a character: \ud800")

    asked = Scripted(["x"], on_ask=bug)
    transcript = await play(await exam(tmp_path), asked, 0, stage(tmp_path))
    assert transcript.ended == "harness"
    transcript.model_dump_json()


async def test_a_server_that_has_other_tools_than_the_model_was_told_of_is_to_blame(tmp_path: Path) -> None:
    asked = await exam(tmp_path)
    tools = (*asked.key.tools[:-1], ToolSpec(name="boxes__gone"))
    other = asked.model_copy(update={"key": asked.key.model_copy(update={"tools": tools})})
    transcript = await play(other, Scripted(["x"]), 0, stage(tmp_path))
    assert transcript.ended == "server"
    assert transcript.failure is not None
    assert (transcript.failure.where, transcript.failure.kind) == ("boxes", "protocol")
    assert "boxes__burst, boxes__gone" in transcript.failure.message


@pytest.mark.parametrize("label", ["x" * 300, "模型" * 100, "..", ".", "../../x", "a\0b", "CON", ""])
async def test_every_label_has_a_folder_of_its_own(label: str, tmp_path: Path) -> None:
    class Named(Scripted):
        @property
        def variant(self) -> ModelVariant:
            return ModelVariant(label=label, wire="chat", model="m")

    run = await little_run(tmp_path)
    await reported(run, Named(["x"]))
    written = {file.parent.parent.parent.parent for file in run.folder.path.rglob("0.json")}
    assert written == {run.folder.path / "transcripts"}


async def test_a_hostile_endpoint_is_played_to_the_end(tmp_path: Path) -> None:
    function = {"name": "boxes__fill\ud800", "arguments": '{"box": "\\ud800"}'}
    call: list[Any] = [{"index": "0", "id": 7, "function": function}]
    usage: dict[str, Any] = {"prompt_tokens": 10**400, "x": [[[[float("inf")]]]]}
    said = delta(content=[{"type": "text", "text": "\ud800"}], tool_calls=call)
    answer = stream(said, delta("stop"), {"usage": usage})
    asked = await exam(tmp_path, limits={"steps": 3})
    async with model(answer) as endpoint:
        assert isinstance(endpoint, HttpModel)
        transcript = await play(asked, endpoint, 0, stage(tmp_path))
    assert transcript.ended == "limit"
    assert Transcript.model_validate_json(transcript.model_dump_json()) == transcript
    assert Grader().grade(asked, transcript).success is False
    assert scenario().name == asked.scenario.name
