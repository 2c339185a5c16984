"""Suites of other benchmarks, by the first word of their names."""

from collections.abc import Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from scenarios.foreign_suites import GROUP, foreign_loaders, foreign_names, named_suite
from scenarios.problem import ScenarioError
from scenarios.scenario import Scenario, Segment
from scenarios.suite import Suite
from scenarios.theirs import Theirs


class Games:
    """A loader as a package would bring it."""

    def names(self) -> Sequence[str]:
        return ("games/chess", "games/go")

    def load(self, name: str, data: Path | None) -> Suite:
        theirs = Theirs(
            benchmark="games", version="1", data="0" * 64, criteria={"asked": name, "data": str(data)}
        )
        one = Scenario(
            suite="games-chess", id="1", title="", segments=(Segment(id="a", user=("Hi",)),), theirs=theirs
        )
        return Suite(name="games-chess", title="Chess", needs="", scenarios=(one,))


BROKEN = "just a text"


def offer(name: str, value: str = "Games") -> EntryPoint:
    return EntryPoint(name=name, value=f"tests.scenarios.test_foreign_suites:{value}", group=GROUP)


def test_a_suite_is_found_by_its_first_word_with_what_follows_the_colon() -> None:
    suite = named_suite("games/chess:test", loaders=foreign_loaders(offered=[offer("games")]))

    assert suite.scenarios[0].theirs is not None
    assert suite.scenarios[0].theirs.criteria == {"asked": "games/chess:test", "data": "None"}


def test_a_loader_is_told_of_other_data_by_its_first_word() -> None:
    loaders = foreign_loaders(offered=[offer("games")])
    suite = named_suite("games/go", data={"games": Path("newer"), "others": Path("x")}, loaders=loaders)

    assert suite.scenarios[0].theirs is not None
    assert suite.scenarios[0].theirs.criteria["data"] == "newer"


def test_a_name_that_a_loader_does_not_have_is_told_what_there_is() -> None:
    with pytest.raises(ScenarioError, match="did you mean 'games/chess'"):
        named_suite("games/ches", loaders=foreign_loaders(offered=[offer("games")]))


def test_a_name_that_nobody_has_is_told_of_the_library_and_of_other_benchmarks() -> None:
    with pytest.raises(ScenarioError, match=r"games/chess.*shop"):
        named_suite("nothing", loaders=foreign_loaders(offered=[offer("games")]))


def test_what_stands_in_the_library_and_in_folders_is_found_as_before(tmp_path: Path) -> None:
    (tmp_path / "games" / "one").mkdir(parents=True)
    (tmp_path / "games" / "suite.yaml").write_text("title: Mine\n", "utf-8")
    text = "title: One\nsegments: [{id: a, user: hi, expect: {say: [1]}}]\n"
    (tmp_path / "games" / "one" / "scenario.yaml").write_text(text, "utf-8")

    assert (
        named_suite(str(tmp_path / "games"), loaders=foreign_loaders(offered=[offer("games")])).title
        == "Mine"
    )
    assert named_suite("shop/which-lantern", loaders={}).name == "shop"


def test_two_loaders_of_one_word_are_an_error() -> None:
    with pytest.raises(ScenarioError, match="two bring suites under this name"):
        foreign_loaders(offered=[offer("games"), offer("games", "BROKEN")])


def test_a_loader_may_not_take_the_name_of_a_suite_of_the_library() -> None:
    with pytest.raises(ScenarioError, match="a suite of the library and tests"):
        foreign_loaders(offered=[offer("shop")])


@pytest.mark.parametrize(("value", "message"), [("Nothing", "does not load"), ("BROKEN", "has no methods")])
def test_what_cannot_be_used_says_why(value: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        foreign_loaders(offered=[offer("games", value)])


def test_every_name_of_every_loader_is_listed() -> None:
    assert foreign_names(foreign_loaders({}, [offer("games")])) == ("games/chess", "games/go")
