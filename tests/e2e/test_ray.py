"""A run on a real Ray cluster of several processes: a head that gives no processor, and two nodes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from harness.runs.store import RunFolder
from scripts.kill_test import write_suite

pytestmark = pytest.mark.e2e

ray_cluster = pytest.importorskip("ray.cluster_utils", reason="needs pip install 'longspan[ray]'")

LONGSPAN = str(Path(sys.executable).with_name("longspan"))
SERVER = Path(__file__).parents[2] / "scripts" / "kill_server.py"
PATIENCE = 150.0
KEY = "sk-nobody-may-see-this-key-1234567890"
TOKENS = 4100
"""That the server says a request took."""
Trial = tuple[str, int]


@dataclass(kw_only=True)
class Cluster:
    """Ray's own cluster of processes on one machine."""

    inside: Any
    nodes: list[Any] = field(default_factory=list)

    @property
    def address(self) -> str:
        return str(self.inside.address)

    def add(self) -> None:
        self.nodes.append(self.inside.add_node(num_cpus=2, object_store_memory=80 * 2**20))

    def kill_one(self) -> None:
        """As a machine that loses its power."""
        self.inside.remove_node(self.nodes.pop(), allow_graceful=False)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    quick = {
        "health_check_initial_delay_ms": 500,
        "health_check_period_ms": 500,
        "health_check_failure_threshold": 3,
    }
    head = {
        "num_cpus": 0,
        "object_store_memory": 80 * 2**20,
        "include_dashboard": False,
        "_system_config": quick,
    }
    inside = ray_cluster.Cluster(initialize_head=True, connect=False, head_node_args=head)
    found = Cluster(inside=inside)
    try:
        found.add()
        found.add()
        yield found
    finally:
        inside.shutdown()


@pytest.fixture
def s3() -> Iterator[dict[str, str]]:
    """A bucket called `bucket`, as the environment that leads to it."""
    moto = pytest.importorskip("moto.server", reason="needs pip install 'moto[server]' s3fs")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    try:
        with urlopen(Request(f"{url}/bucket", method="PUT"), timeout=10) as made:  # noqa: S310 # our own
            made.read()
        keys = {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        yield {"AWS_ENDPOINT_URL": url, **keys}
    finally:
        server.stop()


@dataclass(kw_only=True)
class Arena:
    """A folder with a suite, a study, a server that writes down each request, and the runs."""

    place: Path
    url: str
    repeats: int = 2

    def study(self, **limits: float) -> None:
        said = {
            "models": [{"name": f"chat:ledger@{self.url}", "sampling": {"seed": 1000}}],
            "suites": ["./killed"],
            "repeats": self.repeats,
            "limits": {"concurrency": 4, **limits},
        }
        (self.place / "study.yaml").write_text(json.dumps(said), "utf-8")

    def start(self, *arguments: str, variables: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        environment = {**os.environ, "LONGSPAN_API_KEY": KEY, **(variables or {})}
        return subprocess.Popen(
            [LONGSPAN, "run", "study.yaml", *arguments],
            cwd=self.place,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    def run(self, *arguments: str, status: int = 0, variables: Mapping[str, str] | None = None) -> str:
        started = self.start(*arguments, variables=variables)
        said, _ = started.communicate(timeout=PATIENCE)
        assert started.returncode == status, said
        return said

    @property
    def requests(self) -> list[tuple[str, int, int]]:
        """Scenario, repeat and step of each request so far."""
        lines = (self.place / "ledger.jsonl").read_text("utf-8").splitlines()
        return [(one["scenario"], one["repeat"], one["step"]) for one in map(json.loads, lines)]

    def folder(self, runs: str = "runs") -> RunFolder:
        (found,) = (self.place / runs).iterdir()
        return RunFolder(found)

    def finished(self) -> set[Trial]:
        files = self.place.glob("runs/*/transcripts/*/killed/*/*.json")
        return {(file.parent.name, int(file.stem)) for file in files}

    def done(self) -> set[Trial]:
        """The trials that came to their end, of a run that has done so too."""
        transcripts = self.folder().transcripts(self.folder().record)
        return {
            (trial.scenario.removeprefix("killed/"), trial.repeat)
            for trial, one in transcripts
            if one.ended == "done"
        }

    def scores(self, runs: str) -> list[str]:
        return sorted((self.folder(runs).path / "scores.jsonl").read_text("utf-8").splitlines())


@contextmanager
def arena(place: Path, *, scenarios: int, delay: float = 0.05) -> Iterator[Arena]:
    write_suite(place / "killed", scenarios)
    (place / "ledger.jsonl").touch()
    command = [sys.executable, str(SERVER), "ledger.jsonl", "--seed", "1000", "--delay", str(delay)]
    with subprocess.Popen(command, cwd=place, stdout=subprocess.PIPE, encoding="utf-8") as server:
        try:
            assert server.stdout is not None
            yield Arena(place=place, url=server.stdout.readline().strip())
        finally:
            server.kill()


def until(happened: Callable[[], bool], run: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert run.poll() is None
        assert time.monotonic() < end
        time.sleep(0.01)


def spent(folder: RunFolder) -> list[dict[str, Any]]:
    """What each request cost in the end."""
    lines = map(json.loads, (folder.path / "spent.jsonl").read_text("utf-8").splitlines())
    return list({line["request"]: line for line in lines}.values())


def test_a_node_that_dies_costs_its_trials_in_flight_once_more_and_nothing_else(
    tmp_path: Path, cluster: Cluster
) -> None:
    with arena(tmp_path, scenarios=24, delay=0.3) as here:
        here.study(max_tokens=10_000_000)
        run = here.start("--executor", "ray", "--ray-address", cluster.address)
        until(lambda: len(here.finished()) >= 8, run)
        finished, asked = here.finished(), len(here.requests)
        cluster.kill_one()
        said, _ = run.communicate(timeout=PATIENCE)
        cluster.add()

        assert run.returncode == 0, said
        transcripts = [transcript for _, transcript in here.folder().transcripts(here.folder().record)]
        assert [one.ended for one in transcripts] == ["done"] * 48
        resent = {(one.scenario.removeprefix("killed/"), one.repeat) for one in transcripts if one.resent}
        assert 1 <= len(resent) <= 4
        assert not finished & {(who, repeat) for who, repeat, _ in here.requests[asked:]}
        times = Counter(here.requests)
        assert {(who, repeat) for (who, repeat, _), n in times.items() if n > 1} <= resent
        assert max(times.values()) <= 2
        report = json.loads((here.folder().path / "report.json").read_text("utf-8"))
        assert report["models"][0]["resent"] == len(resent)
        costs = spent(here.folder())
        unanswered = [one for one in costs if one["tokens"] != TOKENS]
        assert len(unanswered) <= len(resent)
        assert {one["why"] for one in unanswered} <= {"bound"}
        assert len(here.requests) <= len(costs) <= len(here.requests) + len(resent)


def test_a_run_gives_the_same_scores_on_ray_as_on_one_machine(tmp_path: Path, cluster: Cluster) -> None:
    with arena(tmp_path, scenarios=5) as here:
        here.study()
        here.run("--runs", "local")
        here.run("--runs", "far", "--executor", "ray", "--ray-address", cluster.address)

        assert here.scores("local") == here.scores("far")
        assert len(here.scores("far")) == 10
        rows = {
            runs: (here.folder(runs).path / "trials.csv").read_text("utf-8-sig") for runs in ("local", "far")
        }
        assert len(rows["local"].splitlines()) == len(rows["far"].splitlines()) == 11
        assert len(spent(here.folder("far"))) == 30


def test_reference_models_and_documents_score_the_same_on_a_cluster_of_ones_own(tmp_path: Path) -> None:
    models = ["-m", "reference/flawed", "-m", "reference/window:2k"]
    what = [
        LONGSPAN,
        "run",
        "shop",
        "segmented",
        *models,
        "--limit",
        "12",
        "--tokens",
        "4k",
        "--repeats",
        "2",
    ]
    for arguments in (["--runs", "local"], ["--runs", "far", "--executor", "ray"]):
        subprocess.run([*what, *arguments], cwd=tmp_path, check=True, timeout=PATIENCE, capture_output=True)
    scores = [
        sorted(next((tmp_path / runs).iterdir()).joinpath("scores.jsonl").read_text("utf-8").splitlines())
        for runs in ("local", "far")
    ]
    assert scores[0] == scores[1]
    assert len(scores[0]) == 96


def test_a_cap_holds_over_all_machines_and_the_command_that_it_names_plays_the_rest(
    tmp_path: Path, cluster: Cluster
) -> None:
    with arena(tmp_path, scenarios=10) as here:
        here.study(max_tokens=200_000)
        ray = ("--executor", "ray", "--ray-address", cluster.address)
        said = here.run(*ray, status=1)

        assert "--max-tokens 200000" in said
        assert "Go on with: longspan run study.yaml" in said
        assert sum(one["tokens"] for one in spent(here.folder())) <= 200_000
        played = here.done()
        assert 0 < len(played) < 20
        asked = len(here.requests)
        here.run(*ray, "--max-tokens", "10000000")
        assert len(here.done()) == 20
        assert not played & {(who, repeat) for who, repeat, _ in here.requests[asked:]}


def test_ctrl_c_keeps_what_was_finished_and_the_same_command_goes_on(
    tmp_path: Path, cluster: Cluster
) -> None:
    with arena(tmp_path, scenarios=8, delay=0.3) as here:
        here.study()
        ray = ("--executor", "ray", "--ray-address", cluster.address)
        run = here.start(*ray)
        until(lambda: len(here.finished()) >= 3, run)
        run.send_signal(signal.SIGINT)
        said, _ = run.communicate(timeout=PATIENCE)
        finished, asked = here.finished(), len(here.requests)

        assert run.returncode == 1, said
        assert "Go on with: longspan run study.yaml --executor ray" in said
        assert "Traceback" not in said
        said = here.run(*ray)
        assert f"{len(finished)} were played before" in said
        assert not finished & {(who, repeat) for who, repeat, _ in here.requests[asked:]}


def test_no_key_stands_in_what_ray_writes_down(cluster: Cluster) -> None:
    session = Path(cluster.inside.head_node.get_session_dir_path())
    files = [file for file in session.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if KEY.encode() in file.read_bytes()]


def test_a_cluster_that_is_not_there_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    with arena(tmp_path, scenarios=1) as here:
        here.study()
        said = here.run("--executor", "ray", "--ray-address", "127.0.0.1:1", status=2)

        assert "no Ray cluster at 127.0.0.1:1" in said
        assert "ray start --head" in said
        assert not here.requests


def test_machines_may_share_a_bucket_instead_of_a_disk(tmp_path: Path, s3: dict[str, str]) -> None:
    with arena(tmp_path, scenarios=3) as here:
        here.study(max_tokens=10_000_000)
        ray = ("--executor", "ray", "--runs", "s3://bucket/runs", "--json")
        said = here.run(*ray, variables=s3)
        again = here.run(*ray, variables=s3)

        report = json.loads(said[said.index('{"run"') :])
        assert report["run"].startswith("s3://bucket/runs/")
        assert report["report"]["models"][0]["graded"] == 6
        assert report["report"]["spent"]["requests"] == len(here.requests) == 18
        assert "6 were played before" in again
