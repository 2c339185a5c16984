"""`longspan models serve`, and models of ours in `longspan run`, with a small process for vLLM."""

import json
import os
import select
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.harness.little_suite import write_suite
from tests.harness.verbs.command_line import LONGSPAN, Said, environ, invoke, longspan
from tests.local_models.fake_home import fake_home

PLENTY_S = 30


def printed(*arguments: str, at: Path) -> str:
    said = invoke("models", "serve", *arguments, "--print", at=at)
    assert said.status == 0, said.err
    return said.out.strip()


def refused(*arguments: str, at: Path) -> str:
    said = invoke(*arguments, at=at)
    assert said.status == 2, said.out
    assert len(said.errors) == 1
    return said.err


def test_the_command_for_any_machine_is_printed_and_nothing_is_started(tmp_path: Path) -> None:
    command = printed("local/qwen3-235b-a22b:fp8", "--gpus", "4xH20-96", "--kv", "fp8", at=tmp_path)
    assert command.startswith("vllm serve Qwen/Qwen3-235B-A22B-FP8 --revision ")
    assert "--port 8000" in command
    assert "--tensor-parallel-size 4" in command
    assert "--kv-cache-dtype fp8" in command
    said = invoke(
        "models", "serve", "local/qwen3-8b", "--gpus", "1xH100-80", "--print", "--json", at=tmp_path
    )
    assert json.loads(said.out)["command"].startswith("vllm serve Qwen/Qwen3-8B")


def test_what_is_said_of_serving_is_in_the_command(tmp_path: Path) -> None:
    options = ("--context", "64k", "--extend", "--concurrency", "8", "--port", "9000", "--layout", "tp2")
    command = printed("local/qwen3-14b", "--gpus", "2xH100-80", *options, at=tmp_path)
    for part in ("--max-model-len 65536", '"rope_type":"yarn"', "--max-num-seqs 8", "--port 9000"):
        assert part in command
    assert "--tensor-parallel-size 2" in command


def test_one_model_over_two_machines_is_a_command_for_each(tmp_path: Path) -> None:
    where = ("--gpus", "16xH20-96", "--head", "10.0.0.1")
    head = printed("local/deepseek-r1-0528", *where, "--node", "1/2", at=tmp_path)
    other = printed("local/deepseek-r1-0528", *where, "--node", "2/2", at=tmp_path)
    assert "--nnodes 2 --node-rank 0 --master-addr 10.0.0.1" in head
    assert other.replace("--node-rank 1", "--node-rank 0").replace(" --headless", "") == head
    ray = printed("local/deepseek-r1-0528", "--gpus", "16xH20-96", "--ray", at=tmp_path)
    assert "--distributed-executor-backend ray" in ray


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--node", "1"), "--node 1: write which of how many machines this is, such as 1/2"),
        (("--node", "3/2"), "write which of how many machines"),
        (("--node", "1/2"), "--node needs --head ADDRESS"),
        (("--ray",), "say which GPUs of the cluster it may use"),
        (("--context", "lots"), "--serve: context: needs a length such as 4k"),
        (("--layout", "tpx"), "'tpx' is no layout"),
        (("--gpus", "4xAbacus", "--print"), "no GPU is called 'Abacus'"),
        (("--context", "9k"), "local/smollm2 reads 8,192 tokens, and 9,216 are asked for"),
        (("--weights", "fp7"), "local/smollm2 has no weights 'fp7'"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    fake_home(tmp_path / "home")
    assert said in refused("models", "serve", "local/smollm2", *arguments, at=tmp_path)


def test_an_address_that_others_reach_needs_a_key(tmp_path: Path) -> None:
    fake_home(tmp_path / "home")
    where = ("models", "serve", "local/smollm2", "--host", "10.0.0.1")
    assert "set LONGSPAN_API_KEY to a key of your own" in refused(*where, at=tmp_path)
    assert "transformers serve knows no key" in refused(*where, "--engine", "transformers", at=tmp_path)


@contextmanager
def serving(at: Path, *arguments: str) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    command = (LONGSPAN, "models", "serve", "local/smollm2", "--json", *arguments)
    with subprocess.Popen(
        command, env=environ(at), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline()), process
        finally:
            process.kill()


def test_a_served_model_answers_until_the_command_is_ended_and_leaves_nothing(tmp_path: Path) -> None:
    fake_home(tmp_path / "home")
    with serving(tmp_path) as (told, process):
        assert told["model"] == "smollm2"
        models = f"{told['base_url']}/models"
        with urllib.request.urlopen(models, timeout=PLENTY_S) as reply:  # noqa: S310 # a loopback address
            assert json.load(reply)["data"][0]["id"] == "smollm2"
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        supervisor = int(children.read_text("utf-8").split()[0])
        handle = os.pidfd_open(supervisor)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PLENTY_S)
    assert "Starting local/smollm2 on the CPU; context 8,192 tokens" in said
    assert "Serving chat:smollm2@http://127.0.0.1:" in said
    assert select.select([handle], [], [], PLENTY_S)[0]
    os.close(handle)


STUDY = {
    "suites": ["little"],
    "repeats": 2,
    "limits": {"concurrency": 1},
}


def study(at: Path, *models: dict[str, Any]) -> Path:
    file = at / "study.yaml"
    file.write_text(yaml.safe_dump({**STUDY, "models": list(models)}), encoding="utf-8")
    return file


def played(said: Said) -> dict[str, Any]:
    assert said.status == 0, said.err
    found: dict[str, Any] = json.loads(said.out)
    return found


def test_a_study_says_how_its_models_are_served_and_the_run_tells_what_they_ran_on(tmp_path: Path) -> None:
    fake_home(tmp_path / "home")
    write_suite(tmp_path / "little", "ada", "ole")
    study(tmp_path, {"name": "local/smollm2", "serve": {"context": "4k", "gpu_hour": 0.2}})
    said = longspan("run", "study.yaml", "--json", at=tmp_path)
    found = played(said)
    record = yaml.safe_load((Path(tmp_path / found["run"]) / "run.yaml").read_text(encoding="utf-8"))
    label = "local/smollm2+ctx-4k"
    assert record["models"][0]["serving"]["context"] == 4096
    assert record["hosting"][label]["gpu_hour"] == 0.2
    argv = record["engines"][label]["argv"]
    assert argv[argv.index("--max-model-len") + 1] == "4096"
    assert "local/smollm2 on the CPU; context 4,096 tokens" in said.err
    assert found["report"]["models"][0]["graded"] == 4


def test_a_server_that_dies_in_the_middle_ends_the_run_which_then_goes_on(tmp_path: Path) -> None:
    fake_home(tmp_path / "home")
    write_suite(tmp_path / "little", "ada", "ole")
    serve = ("--serve", "flags=--fake-streams 3")
    run = ("run", "little", "-m", "local/smollm2", "--repeats", "2", "--concurrency", "1", *serve, "--json")
    said = longspan(*run, at=tmp_path)
    assert said.status == 1, said.out
    assert "the server ended by itself" in said.err
    assert "the same command goes on" in said.err
    transcripts = list((tmp_path / "runs").glob("*/transcripts/**/*.json"))
    kept = [json.loads(file.read_text("utf-8"))["ended"] for file in transcripts]
    assert kept.count("done") == 3
    again = played(longspan(*run, at=tmp_path))
    assert again["report"]["models"][0]["graded"] == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-m", "local/smollm2", "--serve", "kv"), "'kv' is no setting; write KEY=VALUE"),
        (("-m", "local/smollm2", "--serve", "kvs=fp8"), "did you mean 'kv'?"),
        (("-m", "local/smollm2", "--serve", "kv=fp8", "--serve", "kv=auto"), "kv: is said twice"),
        (
            ("-m", "local/smollm2", "--serve", "kv=fp7"),
            "--serve: kv: Input should be 'auto'",
        ),
        (("-m", "reference/oracle", "--serve", "kv=fp8"), "--serve is for models of ours"),
        (("study.yaml", "--serve", "kv=fp8"), "a study names its own suites and models"),
        (("-m", "local/smollm2", "--serve", "gpus=4xL4-24"), "this machine shows no GPU; look at nvidia-smi"),
    ],
)
def test_settings_that_are_none_are_refused_before_anything_is_started(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    fake_home(tmp_path / "home")
    write_suite(tmp_path / "little", "ada")
    study(tmp_path, {"name": "reference/oracle"})
    what = () if arguments[0].endswith(".yaml") else ("little",)
    assert said in refused("run", *what, *arguments, at=tmp_path)
