"""What a user gets wrong: one line for each mistake, with the remedy, and nothing is touched."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.harness.little_suite import write_suite
from tests.harness.verbs.command_line import Said, contents, invoke, longspan
from tests.harness.verbs.thread_server import Request, serving

RUN = ("run", "little", "-m", "reference/oracle")
STUDY = """\
models: [reference/oracle]
suites: [little]
repeats: 0
judge: gpt
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder: a good suite, a finished run of it, and everything else that can be got wrong."""
    here = tmp_path_factory.mktemp("place")
    write_suite(here / "little", "ada", "ole")
    spoilt = {
        "wrong-tool": ("shop__find_customers", "shop__find_custmers"),
        "wrong-gold": ("{name: ada}", "{name: nobody}"),
        "wrong-argument": ("{name: ada}", "{nme: ada}"),
        "weak": ("say: [{ref: find.result.0.id}]", "say: [sorry]"),
    }
    for suite, (right, wrong) in spoilt.items():
        file = write_suite(here / suite, "ada") / "ada/scenario.yaml"
        file.write_text(file.read_text("utf-8").replace(right, wrong), "utf-8")
    write_suite(here / "wrong-scorer", "ada")
    (here / "wrong-scorer/suite.yaml").write_text("title: T\nscorers: [brevity]\n", "utf-8")
    (here / "study.yaml").write_text(STUDY, "utf-8")
    (here / "models.yaml").write_text("models: [reference/orcle, gpt]\nsuites: [little]\n", "utf-8")
    (here / "not-a-run").mkdir()
    (here / "file").write_text("", "utf-8")
    done = invoke(*RUN, at=here)
    assert done.status == 0, done.err
    (here / "runs").rename(here / "done")
    next((here / "done").iterdir()).rename(here / "done/run")
    return here


def unharmed(place: Path, command: Callable[..., Said], *arguments: str, key: str | None = None) -> Said:
    """What is said to a command that may touch nothing, print nothing, and never show a traceback."""
    before = contents(place)

    said = command(*arguments, "--json", at=place, key=key)

    assert contents(place) == before
    assert said.out == ""
    assert "Traceback" not in said.err
    return said


def says(said: Said, status: int, *parts: str) -> None:
    assert said.status == status
    assert len(said.errors) == 1
    assert said.errors[0].startswith("error: ")
    for part in parts:
        assert part in said.errors[0]


@pytest.mark.parametrize(
    ("arguments", "status", "parts"),
    [
        (
            ("run", "nope", "-m", "reference/oracle"),
            2,
            ["error: nope: no suite is called 'nope'", "there are: absent"],
        ),
        (("run", "little", "-m", "reference/orcle"), 2, ["did you mean 'oracle'? there are: copier"]),
        (("run", "wrong-tool", "-m", "reference/oracle"), 2, ["shop__find_custmers", "shop__find_customers"]),
        (
            ("run", "wrong-scorer", "-m", "reference/oracle"),
            2,
            ["scorers: no scorer is called 'brevity'; there are state", "Install the package"],
        ),
        (
            ("run", "wrong-argument", "-m", "reference/oracle"),
            2,
            ["the gold call shop__find_customers", "fails", "'nme' was unexpected", "name, email, phone"],
        ),
        (
            ("run", "little", "-m", "chat:m@http://127.0.0.1:9/v1"),
            2,
            ["cannot reach http://127.0.0.1:9/v1", "start the server or correct the URL"],
        ),
        ((*RUN, "-m", "reference/oracle"), 2, ["two models have one name", "name each once"]),
        ((*RUN, "--runs", "file"), 1, ["file"]),
        (("grade", "not-a-run"), 2, ["not-a-run is not a run: it has no run.yaml", "longspan list runs"]),
    ],
)
def test_a_mistake_is_one_line_with_the_remedy(
    place: Path, arguments: Sequence[str], status: int, parts: Sequence[str]
) -> None:
    says(unharmed(place, longspan, *arguments), status, *parts)


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("run", "little"), ["error: name a model to ask: --model reference/oracle"]),
        (("run", "little", "-m", "gpt"), ["no model is called 'gpt'", "or FORMAT:ID@URL with FORMAT one of"]),
        (
            ("run", "little", "-m", "local/smollm2"),
            ["local/smollm2 cannot be served yet: ", "run `longspan models install local/smollm2"],
        ),
        (
            ("run", "wrong-gold", "-m", "reference/oracle"),
            ["wrong-gold/ada/scenario.yaml", "find.result.0.id", "an earlier gold call's result"],
        ),
        (("run", "no.yaml"), ["no.yaml: there is no such file"]),
        (("run", "models.yaml", "-m", "reference/oracle"), ["models.yaml: a study names its own"]),
        (("run", "models.yaml", "--first-call", "required"), ["how each is asked; give it alone"]),
        (("check", "nope"), ["no suite is called 'nope'"]),
        (("check", "wrong-argument"), ["wrong-argument/ada/scenario.yaml", "'nme' was unexpected"]),
        (("check", "not-a-run"), ["has neither suite.yaml nor scenario.yaml; name a suite's"]),
        (("report", "nowhere"), ["nowhere is not a run: it has no run.yaml"]),
        (("show", "not-a-run", "x"), ["not-a-run is not a run"]),
        (("show", "done/run", "nobody"), ["no trial is called 'nobody' in done/run", "little/ada/0"]),
        (("show", "done/run", "oracle"), ["'oracle' means 2 trials; write more of one of"]),
        (("list", "scenarios", "nope"), ["no suite is called 'nope'"]),
        (("models", "show", "local/nope"), ["no local model is called 'nope'; there are: ", "smollm2"]),
        (("models", "install", "local/nope"), ["no local model is called 'nope'; there are: ", "smollm2"]),
        (("models", "serve", "local/smollm2"), ["cannot be served yet: ", "run `longspan models install"]),
        (("new", "suite", "little"), ["little: is there already; choose another name"]),
        (("new", "scenario", "a.b"), ["'a.b' cannot be the name", "only letters, digits, - and _"]),
    ],
)
def test_wrong_use_ends_with_status_2(place: Path, arguments: Sequence[str], parts: Sequence[str]) -> None:
    says(unharmed(place, invoke, *arguments), 2, *parts)


def test_every_mistake_of_a_study_has_its_line(place: Path) -> None:
    said = unharmed(place, longspan, "run", "study.yaml")

    assert said.status == 2
    assert said.errors[0] == "error: study.yaml:3: repeats: should be greater than or equal to 1; found 0"
    assert said.errors[1].startswith("study.yaml:4: judge: is not a field here; did you mean 'judge_model'?")
    assert len(said.errors) == 2


def test_every_model_that_means_nothing_has_its_line(place: Path) -> None:
    said = unharmed(place, invoke, "run", "models.yaml")

    assert said.status == 2
    assert ["'orcle'" in said.errors[0], "'gpt'" in said.errors[1], len(said.errors)] == [True, True, 2]


@pytest.mark.parametrize(("key", "state"), [(None, "is missing"), ("sk-0123456789abcdef", "was refused")])
def test_a_key_that_is_not_good_is_said_before_anything_is_written(
    place: Path, key: str | None, state: str
) -> None:
    with serving(lambda _: (401, "{}")) as url:
        said = unharmed(place, longspan, "run", "little", "-m", f"chat:m@{url}", key=key)

    assert said.status == 2
    assert said.errors == [f"error: {url} answers HTTP 401: the key {state}; set LONGSPAN_API_KEY"]


def test_a_refusal_in_the_middle_fails_the_run_and_keeps_it(tmp_path: Path) -> None:
    def answer(request: Request) -> tuple[int, str]:
        return (200, "{}") if request.method == "GET" else (404, "no such model")

    write_suite(tmp_path / "little", "ada", "ole")
    with serving(answer) as url:
        said = invoke("run", "little", "-m", f"chat:m@{url}", "--json", at=tmp_path)

    assert (said.status, said.out) == (1, "")
    assert said.errors[-1].startswith("error: m@127.0.0.1:")
    assert said.errors[-1].endswith(
        "HTTP 404: no such model; correct the model's id or the URL, which mostly ends in /v1; "
        "what was finished is kept, and the same command goes on"
    )
    assert list(tmp_path.glob("runs/*/run.yaml"))


def test_a_suite_that_proves_nothing_misses_the_gate(place: Path) -> None:
    before = contents(place)

    said = invoke("check", "weak", at=place)

    assert (said.status, contents(place)) == (3, before)
    assert "✗ weak: refuser scores 0.25; at most 0.15 is allowed; highest: weak/ada (0.25)" in said.out
