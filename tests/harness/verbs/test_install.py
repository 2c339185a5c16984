"""`longspan models install`, over an engine and weights that are there already."""

import json
from pathlib import Path

import pytest
import yaml

from tests.harness.verbs.command_line import invoke
from tests.local_models.checkpoints import checkpoint_files, model, write
from tests.local_models.fake_home import fake_home


def install(at: Path, *arguments: str) -> tuple[int, str, str]:
    if not (at / "home").exists():
        fake_home(at / "home")
    said = invoke("models", "install", *arguments, at=at)
    return said.status, said.out, said.err


def test_weights_that_lie_in_a_folder_are_used_where_they_lie(tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", checkpoint_files(a=b"weights"))
    status, out, err = install(tmp_path, "local/smollm2:original", "--from", str(folder), "--json")
    assert status == 0, err
    told = json.loads(out)
    assert (told["weights"], told["weights_hashed"]) == (str(folder), "sample")
    assert "Ready: local/smollm2:original with vLLM (cpu)" in err
    again, out, _ = install(tmp_path, "local/smollm2:original", "--json")
    assert (again, json.loads(out)) == (0, told)


def test_a_model_of_ones_own_is_installed_by_its_name(tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", checkpoint_files(a=b"weights"))
    entry = model(bf16={"folder": str(folder)}).model_dump(mode="json", exclude={"name"}, exclude_none=True)
    catalog = tmp_path / "home" / "catalog"
    fake_home(tmp_path / "home")
    write(catalog, {"mine.yaml": yaml.safe_dump(entry).encode()})
    status, _, err = install(tmp_path, "local/mine")
    assert status == 0, err
    assert "local/mine is installed in" in err


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("local/smollm2:int4",), 2, "local/smollm2 has no weights 'int4'"),
        (("local/nothing",), 2, "no local model is called 'nothing'"),
        (("local/smollm2", "--from", "nowhere"), 2, "give one, or a hub: huggingface or modelscope"),
        (("local/smollm2", "--from", "."), 1, "no config.json; weights lie in a folder"),
        (("local/smollm2", "--from", "modelscope"), 1, "on modelscope; leave --from out"),
        (("local/smollm2:original", "--from", "modelscope"), 1, "on modelscope; --from huggingface"),
    ],
)
def test_what_cannot_be_installed_is_said_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], status: int, message: str
) -> None:
    got, _, err = install(tmp_path, *arguments)
    assert got == status, err
    assert message in err
    assert "Traceback" not in err
