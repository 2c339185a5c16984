"""What `longspan new` writes is a scenario that proves itself."""

import json
from pathlib import Path

import pytest

from tests.harness.verbs.command_line import contents, invoke


@pytest.mark.parametrize(
    ("what", "written"),
    [
        ("scenario", ["returns/late-parcel/scenario.yaml"]),
        ("suite", ["returns/late-parcel/first/scenario.yaml", "returns/late-parcel/suite.yaml"]),
    ],
)
def test_what_is_written_passes_the_check(tmp_path: Path, what: str, written: list[str]) -> None:
    new = invoke("new", what, "returns/late-parcel", "--json", at=tmp_path)
    check = invoke("check", "returns/late-parcel", "--json", at=tmp_path)

    assert (new.status, sorted(contents(tmp_path))) == (0, written)
    assert json.loads(new.out) == {what: "returns/late-parcel", "files": written}
    assert check.status == 0, check.err
    found = json.loads(check.out)
    assert found["problems"] == []
    assert found["suites"][0]["oracle"] == 1.0
    assert found["suites"][0]["mutants"] > 20


def test_the_next_command_is_said(tmp_path: Path) -> None:
    said = invoke("new", "scenario", "returns/late-parcel", at=tmp_path)

    assert said.out == ""
    assert said.err == "Wrote returns/late-parcel/scenario.yaml. Next: longspan check returns/late-parcel\n"


@pytest.mark.parametrize("name", ["a b", "ä", ".hidden", "-x/..", "a.b/c"])
def test_a_name_that_no_suite_or_scenario_may_have_is_refused(tmp_path: Path, name: str) -> None:
    said = invoke("new", "scenario", "--", name, at=tmp_path)

    assert (said.status, said.out, contents(tmp_path)) == (2, "", {})
    assert "cannot be the name of a suite or a scenario" in said.err


def test_what_is_there_stays_as_it_is(tmp_path: Path) -> None:
    invoke("new", "suite", "mine", at=tmp_path)
    (tmp_path / "mine/first/scenario.yaml").write_text("mine", "utf-8")
    before = contents(tmp_path)

    said = invoke("new", "suite", "mine", at=tmp_path)

    assert (said.status, contents(tmp_path)) == (2, before)
    assert said.errors == ["error: mine: is there already; choose another name"]
