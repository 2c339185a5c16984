"""Calls are read from tool calls and from texts, and nothing in them is run."""

from pathlib import Path

import pytest

from scenarios.transcript import ToolCall
from scoring.bfcl.calls import Call, read_text, read_tool_calls
from scoring.bfcl.defects import CORRECTED, STRICT


def sent(name: str, arguments: str) -> ToolCall:
    return ToolCall(id="1", name=name, arguments_json=arguments)


def test_tool_calls_get_the_names_that_bfcl_has() -> None:
    found = read_tool_calls([sent("trips__book", '{"city": "Rome"}')], {"trips__book": "trips.book"})
    assert found.calls == (Call(function="trips.book", arguments={"city": "Rome"}),)


@pytest.mark.parametrize("arguments", ['{"a": ', "[1]", '"a"', "[" * 100_000])
def test_one_tool_call_that_cannot_be_read_spoils_all_and_is_an_attempt(arguments: str) -> None:
    found = read_tool_calls([sent("f", "{}"), sent("f", arguments)], {})
    assert (found.calls, found.tried, bool(found.unreadable)) == ((), True, True)


def test_calls_in_a_text_are_read_by_name() -> None:
    found = read_text('```[a.b(x=1, y="z", z=[-1, (2.5, None)]), c(o={"k": True})]```', CORRECTED)
    assert found.calls == (
        Call(function="a.b", arguments={"x": 1, "y": "z", "z": [-1, (2.5, None)]}),
        Call(function="c", arguments={"o": {"k": True}}),
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("celsius", "celsius"),
        ("data['sales']", "data['sales']"),
        ("g(1)", "g(1)"),
        ("g(y=1)", {"g": {"y": 1}}),
        ("2 + 3 * 4", 14),
        ("'a' + 'b'", "ab"),
        ("...", "..."),
    ],
)
def test_what_is_no_literal_stands_for_itself(text: str, value: object) -> None:
    assert read_text(f"f(x={text})", CORRECTED).calls[0].arguments == {"x": value}


@pytest.mark.parametrize(
    "text", ["x + 1", "2 ** 999", "'a' * 9", "lambda: 1", "{1, 2}", "f'{1}'", "1 / 0", "a.b"]
)
def test_what_would_have_to_be_run_cannot_be_read(text: str) -> None:
    for kept in (STRICT, CORRECTED):
        found = read_text(f"[f(x={text})]", kept)
        assert (found.calls, found.tried, bool(found.unreadable)) == ((), True, True)


def test_code_in_a_text_is_not_run(tmp_path: Path) -> None:
    file = tmp_path / "ran"
    for kept in (STRICT, CORRECTED):
        read_text(f"[f(x=open({str(file)!r}, 'w').write('x') + 1)]", kept)
    assert not file.exists()


@pytest.mark.parametrize(
    "text", ["", "I cannot do that.", "None (of these) fits", "(" * 500, "\0", "[hello]"]
)
def test_prose_calls_nothing(text: str) -> None:
    assert read_text(text, STRICT).calls == ()


def test_only_bfcl_drops_arguments_without_a_name_and_takes_any_sign_for_minus() -> None:
    assert read_text("f(1, a=+5)", STRICT).calls == (Call(function="f", arguments={"a": -5}),)
    assert read_text("f(1, a=5)", CORRECTED).unreadable == "an argument without a name"
    assert read_text("f(a=+5)", CORRECTED).calls == (Call(function="f", arguments={"a": 5}),)
    assert read_text("f(a=not 5)", CORRECTED).calls == ()
