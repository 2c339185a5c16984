"""BFCL is found in a folder of ours without being imported."""

import json
import sys
from pathlib import Path

import pytest

from scenarios.bfcl.package import FOLDER, MARKER, NoBfcl, bfcl, find_bfcl


def put(home: Path, *, finished: bool = True) -> Path:
    folder = home / FOLDER
    (folder / "bfcl_eval" / "data").mkdir(parents=True)
    (folder / "bfcl_eval" / "__init__.py").write_text("raise RuntimeError('imported')", encoding="utf-8")
    info = folder / "bfcl_eval-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bfcl_eval\nVersion: 1.2\n", encoding="utf-8")
    if finished:
        (folder / MARKER).write_text("{}", encoding="utf-8")
    return folder / "bfcl_eval"


def test_the_package_in_our_folder_is_found_and_not_imported(tmp_path: Path) -> None:
    root = put(tmp_path)
    found = bfcl(tmp_path)
    assert (found.root, found.version) == (root, "1.2")
    assert "bfcl_eval" not in sys.modules


def test_a_folder_that_was_cut_short_does_not_count(tmp_path: Path) -> None:
    root = put(tmp_path, finished=False)
    found = find_bfcl(tmp_path)
    assert found is None or found.root != root


def test_rows_are_read_with_or_without_a_last_line_end(tmp_path: Path) -> None:
    root = put(tmp_path)
    (root / "data" / "a.json").write_text('{"id": "a\u2028b"}\n\n{"id": 2}', "utf-8")
    assert [row["id"] for row in bfcl(tmp_path).rows("a.json")] == ["a\u2028b", 2]
    with pytest.raises(NoBfcl, match=r"has no .*b\.json"):
        list(bfcl(tmp_path).rows("b.json"))


def test_the_digest_follows_what_the_files_hold_and_not_how_they_are_listed(tmp_path: Path) -> None:
    root = put(tmp_path)
    for name in "ab":
        (root / "data" / name).write_text(json.dumps({"id": name}), encoding="utf-8")
    before = bfcl(tmp_path).digest(["a", "b"])
    assert bfcl(tmp_path).digest(["b", "a"]) == before
    (root / "data" / "a").write_text("{}", encoding="utf-8")
    assert bfcl(tmp_path).digest(["a", "b"]) != before


def test_what_is_not_there_names_the_command(tmp_path: Path) -> None:
    if find_bfcl(tmp_path) is not None:
        pytest.skip("BFCL is installed beside Longspan")
    with pytest.raises(NoBfcl, match="longspan install bfcl"):
        bfcl(tmp_path)
