"""The keys: read once, shown to nobody."""

from pathlib import Path

import pytest

from harness.environment import Environment, mask, read_environment, with_variables, without_key
from harness.registry.provider import Dialect, Provider, Providers, load_providers

KEY = "sk-test-0123456789abcdef"
ENVIRON = {"LONGSPAN_API_KEY": f" {KEY}\n", "LONGSPAN_HOME": "/srv/longspan", "PATH": "/bin"}


def test_the_key_is_read_without_the_line_end_that_files_give_it() -> None:
    assert read_environment(ENVIRON).keys == {"LONGSPAN_API_KEY": KEY}


def test_children_and_scenarios_never_see_the_key() -> None:
    assert read_environment(ENVIRON).variables == {"LONGSPAN_HOME": "/srv/longspan", "PATH": "/bin"}


@pytest.mark.parametrize("variable", sorted(load_providers().key_variables))
def test_no_providers_key_is_among_the_variables(variable: str) -> None:
    read = read_environment({**ENVIRON, variable: f"{KEY} "})

    assert read.keys[variable] == KEY
    assert KEY not in str(read.variables)


def test_keys_of_a_table_of_ones_own_are_hidden_as_well() -> None:
    mine = Provider(
        title="mine",
        key_variable="MINE",
        other_key_variables=("MINE_TOO",),
        wires={"chat": Dialect(source="s")},
    )
    own = Providers(providers={"mine": mine}, switches={})
    environ = {"MINE": KEY, "MINE_TOO": KEY, "OPENAI_API_KEY": KEY, "PATH": "/bin"}

    assert set(read_environment(environ, own).keys) == {"MINE", "MINE_TOO", "OPENAI_API_KEY"}
    assert read_environment(environ, own).variables == {"PATH": "/bin"}
    assert read_environment(environ).keys == {"OPENAI_API_KEY": KEY}


def test_an_environment_shows_of_its_key_what_gives_nothing_away() -> None:
    assert KEY not in repr(read_environment(ENVIRON))


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_key_is_no_key(value: str) -> None:
    assert read_environment({"LONGSPAN_API_KEY": value}).keys == {}


@pytest.mark.parametrize(
    ("environ", "home"),
    [
        (ENVIRON, Path("/srv/longspan")),
        ({"XDG_CACHE_HOME": "/var/cache"}, Path("/var/cache/longspan")),
        ({}, Path.home() / ".cache/longspan"),
    ],
)
def test_engines_and_weights_live_where_the_user_says(environ: dict[str, str], home: Path) -> None:
    assert read_environment(environ).home == home


@pytest.mark.parametrize(
    ("key", "shown"), [(None, "not set"), ("", "not set"), ("EMPTY", "set"), (KEY, "…cdef")]
)
def test_a_masked_key_says_whether_there_is_one(key: str | None, shown: str) -> None:
    assert mask(key) == shown


def test_a_key_that_a_server_repeats_is_hidden() -> None:
    assert without_key(f"bad key: Bearer {KEY}!".encode(), KEY) == b"bad key: Bearer ***!"


@pytest.mark.parametrize("key", [None, "EMPTY", "k"])
def test_a_word_that_is_no_secret_stays_where_it_stands(key: str | None) -> None:
    assert without_key(b"the cart is EMPTY, ok", key) == b"the cart is EMPTY, ok"


def test_another_machine_lends_what_is_not_here_and_its_keys_come_first() -> None:
    here = Environment(home=Path("/here"), keys={"A": "mine", "B": "mine"}, variables={"PATH": "/bin"})
    there = Environment(home=Path("/there"), keys={"B": "theirs"}, variables={"PATH": "/usr", "URL": "u"})

    both = here.with_more(there)

    assert both.home == Path("/here")
    assert both.keys == {"A": "mine", "B": "theirs"}
    assert both.variables == {"PATH": "/bin", "URL": "u"}


def test_variables_are_lent_for_a_while_only() -> None:
    environ = {"KEPT": "1", "CHANGED": "before"}
    with with_variables({"CHANGED": "now", "NEW": "2"}, environ):
        meanwhile = dict(environ)

    assert meanwhile == {"KEPT": "1", "CHANGED": "now", "NEW": "2"}
    assert environ == {"KEPT": "1", "CHANGED": "before"}
