"""`longspan models bench` as a user has it."""

import json
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.harness.little_suite import write_suite
from tests.harness.verbs.command_line import LONGSPAN, Said, environ, invoke
from tests.harness.verbs.thread_server import Request, serving

SECONDS = 120
MODEL = "chat:m@http://127.0.0.1:9/v1"


@dataclass
class Whole:
    """Answers every request at once, in one piece."""

    asked: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: Request) -> tuple[int, str]:
        if request.method == "GET":
            return 200, '{"data": [{"id": "m"}]}'
        body = json.loads(request.body)
        self.asked.append(body)
        prompt = sum(len((message["content"] or "").split()) for message in body["messages"])
        usage = {"prompt_tokens": prompt, "completion_tokens": 3, "total_tokens": prompt + 3}
        choice = {"message": {"content": "Yes, it is."}, "finish_reason": "stop"}
        return 200, json.dumps({"choices": [choice], "usage": usage})


def bench(tmp_path: Path, answer: Whole, *more: str) -> Said:
    with serving(answer) as url:
        asked = ("-w", "random:20/3", "--requests", "4", "--warm-up", "1", "--concurrency", "1,2")
        return invoke("models", "bench", f"chat:m@{url}", *asked, *more, at=tmp_path)


def test_a_bench_answers_with_one_document_and_a_folder(tmp_path: Path) -> None:
    said = bench(tmp_path, Whole(), "--json", "--seed", "3")

    assert said.status == 0, said.err
    told = json.loads(said.out)
    assert [level["load"]["concurrency"] for level in told["levels"]] == [1, 2]
    assert [level["figures"]["answered"] for level in told["levels"]] == [4, 4]
    assert told["levels"][0]["figures"]["ttft_ms"]["n"] == 0  # it does not stream
    assert told["seed"] == 3
    kept = json.loads((tmp_path / told["folder"] / "bench.json").read_text("utf-8"))
    assert len(kept["levels"][1]["rows"]) == 4
    assert kept["levels"][1]["figures"] == told["levels"][1]["figures"]


def test_a_bench_shows_its_levels_and_says_where_it_is_written(tmp_path: Path) -> None:
    said = bench(tmp_path, Whole())

    assert said.status == 0, said.err
    assert "E2EL ms" in said.out
    assert "bench.json" in said.errors[0]
    assert said.errors[1].startswith("1: 4 answered in ")


def test_our_own_scenarios_are_asked(tmp_path: Path) -> None:
    write_suite(tmp_path / "little", "ada")
    answer = Whole()

    said = bench(tmp_path, answer, "-w", "agent:./little")

    assert said.status == 0, said.err
    assert all(body["tools"] for body in answer.asked)
    assert len(answer.asked) == 1 + 4 + 4


def test_documents_of_our_own_are_asked_with_their_beginning_in_common(tmp_path: Path) -> None:
    answer = Whole()

    said = bench(tmp_path, answer, "-w", "documents:needles", "--tokens", "1k", "--limit", "3", "--json")

    assert said.status == 0, said.err
    assert json.loads(said.out)["workload"]["requests"] == 3
    first, second = answer.asked[1:3]
    assert first["messages"][:2] == second["messages"][:2]
    assert first["messages"] != second["messages"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nothing",), "nothing"),
        (("reference/oracle",), "in process"),
        ((MODEL,), "cannot reach"),
        ((MODEL, "-w", "shop"), "random:IN/OUT"),
        ((MODEL, "-w", "agent:nope"), "no suite is called 'nope'"),
        ((MODEL, "--concurrency", "1", "--rate", "1"), "leave one out"),
        ((MODEL, "--requests", "1", "--seconds", "1"), "leave one out"),
        ((MODEL, "--slo", "fast:1"), "ttft:2000"),
        ((MODEL, "--thinking", "off,on"), "one setting"),
        (("gpt-4.1",), "--max-cost"),
        (("messages:m@http://127.0.0.1:9/v1", "--ignore-eos"), "--ignore-eos"),
        ((MODEL, "--runs", "memory://runs"), "kept on a disk"),
    ],
)
def test_what_cannot_be_is_said_in_one_line_and_nothing_is_made(
    tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    said = invoke("models", "bench", *arguments, "--json", at=tmp_path)

    assert said.status == 2
    assert said.out == ""
    assert len(said.errors) == 1
    assert said.errors[0].startswith("error: ")
    assert says in said.errors[0]
    assert not (tmp_path / "runs").exists()


def test_a_suite_of_the_other_kind_is_named_with_the_workload_that_it_is_for(tmp_path: Path) -> None:
    with serving(Whole()) as url:
        said = invoke(
            "models", "bench", f"chat:m@{url}", "-w", "agent:needles", "--tokens", "1k", at=tmp_path
        )

    assert said.status == 2
    assert "documents:needles" in said.errors[0]


def test_an_endpoint_that_never_answers_is_an_error_of_one_line(tmp_path: Path) -> None:
    def refuses(request: Request) -> tuple[int, str]:
        return (200, "{}") if request.method == "GET" else (500, '{"error": {"message": "broken"}}')

    with serving(refuses) as url:
        said = invoke("models", "bench", f"chat:m@{url}", "-w", "random:5/5", at=tmp_path)

    assert said.status == 1
    assert "answers no request of the warm-up: http_500" in said.errors[-1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_bench_that_is_stopped_keeps_what_was_measured(tmp_path: Path, number: signal.Signals) -> None:
    answer, reached, over = Whole(), Event(), Event()

    def hangs_in_the_second_level(request: Request) -> tuple[int, str]:
        if len(answer.asked) == 2 + 1 + 4 + 2 and request.method == "POST":
            reached.set()
            over.wait(SECONDS)
        return answer(request)

    with serving(hangs_in_the_second_level) as url:
        sweep = ("-w", "random:20/3", "--requests", "4", "--warm-up", "1", "--concurrency", "1,1")
        with subprocess.Popen(
            [LONGSPAN, "models", "bench", f"chat:m@{url}", *sweep],
            cwd=tmp_path,
            env=environ(tmp_path),
            stderr=subprocess.PIPE,
            encoding="utf-8",
        ) as process:
            assert reached.wait(SECONDS)
            process.send_signal(number)
            _, err = process.communicate(timeout=SECONDS)
            over.set()

    assert process.returncode == 1
    assert "Stopped. Nothing that was finished is lost." in err
    (file,) = tmp_path.glob("runs/bench-*/bench.json")
    first, second = json.loads(file.read_text("utf-8"))["levels"]
    assert (first["stopped"], first["figures"]["answered"]) == (None, 4)
    assert (second["stopped"], second["figures"]["answered"]) == ("interrupted", 2)
