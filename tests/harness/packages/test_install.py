"""`longspan install` with a real pip, from a wheel that the test makes."""

import re
from pathlib import Path

import pytest

from harness.packages.install import PACKAGES, Package, install_package
from local_models.step import InstallError
from scenarios.bfcl.package import MARKER
from tests.harness.verbs.command_line import invoke
from tests.local_models.test_engine import wheel


def package(folder: Path, version: str = "1.0") -> dict[str, Package]:
    wheel(folder, "theirs", {"theirs/data.json": "{}"}, version)
    requirements = folder / "theirs.txt"
    requirements.write_text(f"--no-index\n--find-links {folder}\ntheirs=={version}\n", encoding="utf-8")
    named = Package(title="Theirs", requirements=requirements, folder=Path("packages/theirs"), megabytes=1)
    return {"theirs": named}


def test_a_package_is_installed_once_and_anew_when_its_list_changes(tmp_path: Path) -> None:
    said: list[str] = []
    done = install_package("theirs", tmp_path / "home", said.append, package(tmp_path))
    assert (done.folder / "theirs" / "data.json").is_file()
    assert said[-1].startswith("Installing Theirs into")
    again = install_package("theirs", tmp_path / "home", said.append, package(tmp_path))
    assert (again, said[-1]) == (done, f"Theirs is installed in {done.folder}")
    newer = install_package("theirs", tmp_path / "home", said.append, package(tmp_path, "1.1"))
    assert newer != done
    assert not (done.folder / "theirs-1.0.dist-info").exists()


def test_an_installation_that_fails_leaves_no_marker_and_says_why(tmp_path: Path) -> None:
    wanted = package(tmp_path)
    (tmp_path / "theirs-1.0-py3-none-any.whl").unlink()
    with pytest.raises(InstallError, match=r"pip finds no theirs==1\.0"):
        install_package("theirs", tmp_path / "home", lambda _: None, wanted)
    assert not list((tmp_path / "home").rglob("finished.json"))


def test_what_is_installed_stays_until_the_next_one_is_whole(tmp_path: Path) -> None:
    done = install_package("theirs", tmp_path / "home", lambda _: None, package(tmp_path))
    newer = package(tmp_path, "1.1")
    (tmp_path / "theirs-1.1-py3-none-any.whl").unlink()

    with pytest.raises(InstallError):
        install_package("theirs", tmp_path / "home", lambda _: None, newer)
    assert (done.folder / "theirs-1.0.dist-info").is_dir()
    assert (done.folder / MARKER).is_file()


def test_a_file_of_another_hash_is_not_installed(tmp_path: Path) -> None:
    wanted = package(tmp_path)
    requirements = wanted["theirs"].requirements
    requirements.write_text(requirements.read_text("utf-8").strip() + f" --hash=sha256:{'0' * 64}\n", "utf-8")

    with pytest.raises(InstallError, match="a file is not the one that we know"):
        install_package("theirs", tmp_path / "home", lambda _: None, wanted)


def test_every_package_of_ours_is_pinned_by_version_and_hash() -> None:
    for package in PACKAGES.values():
        lines = package.requirements.read_text("utf-8").splitlines()
        for line in (line for line in lines if not line.startswith("#")):
            assert re.fullmatch(r"[a-z-]+==[\d.]+ --hash=sha256:[0-9a-f]{64}", line)


def test_a_name_that_nobody_knows_is_wrong_use(tmp_path: Path) -> None:
    said = invoke("install", "nothing", at=tmp_path)
    assert said.status == 2
    assert "there are: bfcl" in " ".join(said.err.split())
