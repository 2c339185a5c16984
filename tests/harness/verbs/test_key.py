"""The key goes to the model's server and nowhere else: a server that repeats it is the worst case."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.little_suite import write_suite
from tests.harness.verbs.command_line import Said, invoke, longspan
from tests.harness.verbs.thread_server import Request, serving

KEY = "sk-test-0123456789abcdef"


def where_the_key_is(folder: Path) -> list[str]:
    """Files below a folder that hold the key, whole or but for its first letters."""
    found = [file for file in folder.rglob("*") if file.is_file() and KEY[8:].encode() in file.read_bytes()]
    return [str(file.relative_to(folder)) for file in found]


def texts(said: Said) -> Iterator[str]:
    yield said.out
    yield said.err


@pytest.mark.parametrize(
    ("status", "form", "ended"),
    [
        (400, "{}", "HTTP 400: you sent Bearer ***"),
        (400, "x" * 480 + " {}", "HTTP 400: xxx"),
        (401, '{"error": {"message": "{}"}}', "you sent Bearer ***"),
        (200, "{}", "you sent Bearer ***"),
        (200, '{"choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}]}', ""),
    ],
    ids=["refusal", "refusal that is cut", "refusal that ends the run", "no completion", "completion"],
)
def test_a_key_that_a_server_repeats_is_nowhere_to_be_read(
    tmp_path: Path, status: int, form: str, ended: str
) -> None:
    write_suite(tmp_path / "little", "ada")
    seen: list[str | None] = []

    def answer(request: Request) -> tuple[int, str]:
        seen.append(request.headers.get("Authorization"))
        said = form.replace("{}", f"you sent {request.headers.get('Authorization')}")
        return (200, "{}") if request.method == "GET" else (status, said)

    with serving(answer) as url:
        model = f"chat:m@{url}"
        run = invoke("run", "little", "-m", model, "--json", at=tmp_path, key=KEY)
    folder = next((tmp_path / "runs").iterdir())
    graded = invoke("grade", str(folder), "--json", at=tmp_path, key=KEY)
    shown = invoke("show", str(folder), "ada", "--json", at=tmp_path, key=KEY)

    assert set(seen) == {f"Bearer {KEY}"}
    assert not [text for said in (run, graded, shown) for text in texts(said) if KEY[8:] in text]
    assert where_the_key_is(tmp_path) == []
    failure = json.loads(shown.out).get("failure") or ""
    assert ended in json.dumps(failure)


def test_a_server_of_a_scenario_is_not_given_the_key(tmp_path: Path) -> None:
    scenario = write_suite(tmp_path / "little", "ada") / "ada/scenario.yaml"
    tells = "import os, sys; sys.stderr.write(f'I know {sorted(os.environ)} {os.environ}'); sys.exit(1)"
    text = scenario.read_text("utf-8").replace(
        "{builtin: shop, state: ../world.yaml}", f"{{command: [python3, -c, {json.dumps(tells)}]}}"
    )
    scenario.write_text(text, "utf-8")

    said = longspan("run", "little", "-m", "reference/oracle", at=tmp_path, key=KEY)

    assert said.status == 1
    assert "I know" in said.err
    assert "LONGSPAN_API_KEY" not in said.err
    assert KEY not in said.err
    assert where_the_key_is(tmp_path) == []
