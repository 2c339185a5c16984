"""Answers that are right, nearly right or wrong, made from a right one by small changes.

They are the same every time.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from scenarios.bfcl.rows import Row
from scoring.bfcl.calls import Call

Sent = list[tuple[str, str]]
"""Tool calls as an API hands them over: name, and arguments as JSON text."""


def tool_call_mutants(gold: Sequence[Call], row: Row) -> Iterator[tuple[str, Sent]]:
    """Answers by tool calls, each with the name of its change."""
    plain = [(call.function, dict(call.arguments)) for call in gold]
    yield "gold", _sent(plain)
    yield "nothing", []
    yield "reversed", _sent(plain[::-1])
    yield "twice", _sent([*plain, *plain[-1:]])
    yield "one less", _sent(plain[:-1])
    yield "all the first", _sent([plain[0]] * len(plain) if plain else [])
    other = str(row.functions[-1]["name"]) if row.functions else "f"
    yield "another function", _sent([(other, {})])
    yield "unknown function", _sent([("no_such_function", {"a": 1})])
    yield "broken arguments", [(other, '{"a": ')]
    yield "arguments in a list", [(other, "[1]")]
    yield "arguments in a text", [(other, '"a"')]
    for place, (name, arguments) in enumerate(plain):
        for what, changed in _call_mutants(name, arguments, row, place):
            yield what, _sent([*plain[:place], changed, *plain[place + 1 :]])


def _call_mutants(
    name: str, arguments: dict[str, Any], row: Row, place: int
) -> Iterator[tuple[str, tuple[str, dict[str, Any]]]]:
    yield "name in other letters", (name.upper(), arguments)
    yield "name with underscores", (name.replace(".", "_"), arguments)
    yield "one argument more", (name, {**arguments, "zzz": 1})
    for extra, value in _defaults(name, row):
        if extra not in arguments:
            yield "the default", (name, {**arguments, extra: value})
    for argument, value in arguments.items():
        yield "argument left out", (name, {key: one for key, one in arguments.items() if key != argument})
        for what, changed in _value_mutants(value):
            yield what, (name, {**arguments, argument: changed})
        for other in _alternatives(row, place, argument):
            yield "another alternative", (name, {**arguments, argument: other})


def _value_mutants(value: Any) -> Iterator[tuple[str, Any]]:
    yield "as a text", value if isinstance(value, str) else json.dumps(value)
    yield "in a list", [value]
    yield "null", None
    yield "true", True
    yield "nothing in it", type(value)()
    match value:
        case bool():
            yield "as a number", int(value)
            yield "the other one", not value
        case int():
            yield from (("one more", value + 1), ("as a float", float(value)), ("negative", -value))
        case float():
            yield from (("a little more", value + 0.5), ("whole", int(value)), ("negative", -value))
        case str():
            yield from _text_mutants(value)
        case list():
            yield from _list_mutants(value)
        case dict():
            yield from _object_mutants(value)


def _text_mutants(text: str) -> Iterator[tuple[str, Any]]:
    middle = len(text) // 2
    yield "other letters", text.swapcase()
    yield "a letter more", text + "x"
    yield "a letter less", text[:-1]
    yield "a space in it", f"{text[:middle]} {text[middle:]}"
    yield "a point in it", f"{text[:middle]}.{text[middle:]}"
    yield "a slash before", "/" + text
    yield "a hyphen before", "-" + text
    yield "no punctuation", "".join(letter for letter in text if letter.isalnum() or letter == " ")
    yield "no spaces", text.replace(" ", "")
    yield "other quotes", text.replace("'", '"') + "'"
    yield "underscores", text.replace(" ", "_")
    yield "as a number", 7
    yield "words in another order", " ".join(reversed(text.split()))


def _list_mutants(items: list[Any]) -> Iterator[tuple[str, Any]]:
    yield "reversed list", items[::-1]
    yield "an item more", [*items, *items[:1]]
    yield "an item less", items[:-1]
    yield "an item without a list", items[0] if items else 0
    yield "a text in the list", [*items[:-1], "text"]
    yield "a list in the list", [items]
    for place, item in enumerate(items[:3]):
        for what, changed in _value_mutants(item):
            yield f"item: {what}", [*items[:place], changed, *items[place + 1 :]]


def _object_mutants(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "a key more", {**value, "zzz": 1}
    for key in list(value)[:4]:
        yield "a key less", {name: one for name, one in value.items() if name != key}
        for what, changed in _value_mutants(value[key]):
            yield f"key: {what}", {**value, key: changed}


def _defaults(name: str, row: Row) -> Iterator[tuple[str, Any]]:
    for function in row.functions:
        if function["name"] == name:
            properties: Any = function["parameters"]["properties"]  # type: ignore[index,call-overload]
            for parameter, schema in properties.items():
                yield parameter, schema.get("default", 1)


def _alternatives(row: Row, place: int, argument: str) -> Iterator[Any]:
    wanted = row.key[place].arguments.get(argument, []) if place < len(row.key) else []
    for one in wanted[1:4]:
        if not isinstance(one, dict):
            yield one


def text_mutants(gold: Sequence[Call]) -> Iterator[tuple[str, str]]:
    """Answers written as text, each with the name of its change."""
    calls = [_text(call) for call in gold]
    whole = f"[{', '.join(calls)}]"
    yield "gold", whole
    yield "in backquotes", f"```\n{whole}\n```"
    yield "without brackets", ", ".join(calls)
    yield "prose", "I am sorry, none of the functions can be used for that."
    yield "prose before", f"Sure! {whole}"
    yield "empty", ""
    yield "empty list", "[]"
    yield "a name alone", "[hello]"
    yield "cut short", whole[: len(whole) * 2 // 3]
    yield "an argument without a name", whole.replace("(", "(1, ", 1)
    yield "a keyword twice", "[f(a=1, a=2)]"
    yield "calls of a call", "[f(a=1)(b=2)]"
    yield "a star", "[f(**{'a': 1})]"
    for what, value in _expressions():
        for place, call in enumerate(gold[:1]):
            for name in list(call.arguments)[:2]:
                changed = _text(Call(function=call.function, arguments=call.arguments), {name: value})
                yield what, f"[{', '.join([*calls[:place], changed, *calls[place + 1 :]])}]"


def _expressions() -> Iterator[tuple[str, str]]:
    yield from (("plus", "+5"), ("minus", "-5"), ("not", "not 5"), ("tilde", "~5"), ("minus minus", "--5"))
    yield from (("sum", "2 + 3"), ("product", "2 * 3"), ("quotient", "6 / 2"), ("power", "2 ** 3"))
    yield from (("texts joined", "'a' + 'b'"), ("text times", "'a' * 3"), ("division by nothing", "1 / 0"))
    yield from (("name", "celsius"), ("attribute", "a.b"), ("item", "data['sales']"), ("slice", "data[1:2]"))
    yield from (("call", "g()"), ("call with names", "g(x=1)"), ("call with a value", "g(1)"))
    yield from (("lambda", "lambda x: x"), ("set", "{1, 2}"), ("tuple", "(1, 2)"), ("ellipsis", "..."))
    yield from (
        ("list within", "[1, [2]]"),
        ("object", "{'a': {'b': 1}}"),
        ("bytes", "b'a'"),
        ("f-text", "f'{1}'"),
    )
    yield from (("code", "(lambda: 2)() + 3"), ("name in a sum", "x + 1"), ("comparison", "1 < 2"))
    yield from (("true", "True"), ("none", "None"), ("true in JSON", "true"), ("large", "9" * 400))


def _text(call: Call, instead: dict[str, str] | None = None) -> str:
    values = {name: repr(value) for name, value in call.arguments.items()} | (instead or {})
    return f"{call.function}({', '.join(f'{name}={value}' for name, value in values.items())})"


def _sent(calls: Sequence[tuple[str, dict[str, Any]]]) -> Sent:
    return [(name, json.dumps(arguments)) for name, arguments in calls]
