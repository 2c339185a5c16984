"""Java and JavaScript values are read as far as BFCL reads them; the rest stays text."""

from typing import Any

import pytest

from scenarios.bfcl.gold import written
from scenarios.bfcl.record import Function, Language, Parameter
from scoring.bfcl import java, javascript
from scoring.bfcl.defects import STRICT, Kept
from scoring.bfcl.values import fault
from tests.scoring.bfcl.tasks import call, code, task


@pytest.mark.parametrize(
    ("text", "word", "item", "value"),
    [
        ("12", "integer", None, 12),
        ("12.5", "integer", None, "12.5"),
        ("12L", "long", None, 12),
        ("12", "long", None, "12"),
        ("3e-1f", "float", None, 0.3),
        ("3.5", "float", None, "3.5"),
        ("3.5", "double", None, 3.5),
        ("true", "boolean", None, True),
        ("True", "boolean", None, "True"),
        ("'a'", "char", None, "'a'"),
        ("9" * 5000, "integer", None, "9" * 5000),
        ("new int[]{1, 2}", "Array", "integer", [1, 2]),
        ('new String[]{"a"}', "Array", None, ["a"]),
        ("{1, 2}", "Array", "integer", "{1, 2}"),
        ('new ArrayList<String>(Arrays.asList("a", "b"))', "ArrayList", "String", ["a", "b"]),
        ("new ArrayList<>() {{ add(1L); add(2L); }}", "ArrayList", "long", [1, 2]),
        ("new ArrayList<>()", "ArrayList", "String", []),
        (
            'new HashMap<>() {{ put("a", 1); put("b", true); put("c", "x"); }}',
            "HashMap",
            None,
            {"a": 1, "b": True, "c": "x"},
        ),
        ("new HashMap<String, Integer>()", "HashMap", None, {}),
        ("map", "HashMap", None, "map"),
    ],
)
def test_java(text: str, word: str, item: str | None, value: object) -> None:
    assert java.converted(text, word, item) == value


@pytest.mark.parametrize(
    ("text", "word", "item", "value"),
    [
        ("'a'", "String", None, "a"),
        ("a", "String", None, "a"),
        ("12", "integer", None, 12),
        ("12n", "Bigint", None, 12),
        ("1.5", "float", None, 1.5),
        ("false", "Boolean", None, False),
        ("[1, 'a', true]", "array", None, [1, "a", True]),
        ("new Array(1, 2)", "array", "integer", [1, 2]),
        ("[[1, 2], [3, 4]]", "array", "array", [[1, 2], [3, 4]]),
        ("[]", "array", None, []),
        ("list", "array", None, "list"),
        ("[1]", "array", "unknown", "[1]"),
        ("{}", "dict", None, {}),
        ("{a: 1, 'b': [1, 2], c: {d: x}}", "dict", None, {"a": 1, "b": [1, 2], "c": "{d: x"}),
        ("options", "dict", None, "options"),
    ],
)
def test_javascript(text: str, word: str, item: str | None, value: object) -> None:
    assert javascript.converted(text, word, item) == value


@pytest.mark.parametrize(
    ("language", "parameter", "value"),
    [
        ("java", Parameter(type="long"), 5),
        ("java", Parameter(type="float"), 0.5),
        ("java", Parameter(type="boolean"), True),
        ("java", Parameter(type="Array", items="integer"), [1, 2]),
        ("java", Parameter(type="ArrayList", items="String"), ["a", "b"]),
        ("java", Parameter(type="ArrayList", items="String"), []),
        ("java", Parameter(type="HashMap"), {"a": ["x"], "b": [True]}),
        ("javascript", Parameter(type="Bigint"), 5),
        ("javascript", Parameter(type="String"), "'quoted'"),
        ("javascript", Parameter(type="array", items="String"), ["a", "b"]),
        ("javascript", Parameter(type="dict"), {"a": [1], "b": [False]}),
    ],
)
def test_what_the_reference_model_writes_is_right(
    language: Language, parameter: Parameter, value: Any
) -> None:
    function = Function(name="f", parameters={"x": parameter})
    wanted = task({"x": [value]}, functions=(function,), language=language)
    assert code(wanted, call("f", x=written(value, parameter, language))) == ""
    assert code(wanted, call("f", x=5)) == "wrong_type"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[[1, 2], [3]]", [[1, 2], [3]]),
        ("[ [1],\n [2] ]", [[1], [2]]),
        ("new Array([1], [2, 3])", [[1], [2, 3]]),
        ("[[1], [2]] and [[3]]", [[1], [2]]),
        ("[[1] x], [2]]", [[1], [2]]),
        ("[[1]\n x, [2]]", ["[1"]),
        ("[[1], 2]", ["[1"]),
    ],
)
def test_an_array_of_arrays_ends_where_it_can_first(text: str, value: object) -> None:
    assert javascript.converted(text, "array") == value


@pytest.mark.parametrize(
    ("text", "word", "value"),
    [
        ("new ArrayList<>() {{   }}", "ArrayList", []),
        ("new ArrayList<>() {{ }} add(1); }}", "ArrayList", [1]),
        ('new HashMap<>() { put("a", 1); }', "HashMap", {"a": 1}),
        ('new HashMap<>()\n{{\n put("a", 1);\n}}', "HashMap", {"a": 1}),
        ("new HashMap<>() {{", "HashMap", {}),
    ],
)
def test_the_braces_of_a_java_value_end_where_they_can_first(text: str, word: str, value: object) -> None:
    assert java.converted(text, word) == value


@pytest.mark.parametrize("text", ["[" + "[1], " * 300 + "2]", "[" + "[]," * 300, "[[" + "],[" * 300])
def test_rows_that_make_no_table_are_read_at_once(text: str) -> None:
    assert isinstance(javascript.converted(text, "array"), list | str)


@pytest.mark.parametrize("text", ["new HashMap<>() {" + " " * 1500, "new HashMap<>() {{" + " {" * 700])
def test_braces_that_make_no_map_are_read_at_once(text: str) -> None:
    assert java.converted(text, "HashMap") == {}


def test_a_value_that_is_longer_than_any_right_one_is_not_taken_apart() -> None:
    parameter = Parameter(type="array", items="integer")
    rules: tuple[Parameter, Language, Kept] = (parameter, "javascript", STRICT)

    assert fault("[1, 2]", [[1, 2]], *rules) == ""
    assert fault("[1, 2" + " " * 2_000 + "]", [[1, 2]], *rules) == "wrong_value"
