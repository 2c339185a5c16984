"""Java and JavaScript values are read as far as BFCL reads them; the rest stays text."""

from typing import Any

import pytest

from scenarios.bfcl.gold import written
from scenarios.bfcl.record import Function, Language, Parameter
from scoring.bfcl import java, javascript
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
