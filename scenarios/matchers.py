"""The grammar of matchers: what a value or a reply has to be like, written as JSON in a scenario.

A matcher is a bare value, or an object with one keyword (`{number: 42.5, within: 0.01}`). Its meaning is in
`scenarios.matching`; the page for authors is docs/scenarios.md.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches

from pydantic import JsonValue

KEYWORDS: Mapping[str, frozenset[str]] = {
    "equal": frozenset(),
    "any_of": frozenset(),
    "number": frozenset({"within"}),
    "text": frozenset(),
    "contains": frozenset({"example"}),
    "set": frozenset({"of"}),
    "regex": frozenset({"example"}),
    "date": frozenset(),
    "ref": frozenset(),
    "any": frozenset({"example"}),
}
"""Every matcher keyword with the options it takes; `optional` goes with all of them."""


def keyword(matcher: JsonValue) -> str | None:
    """The keyword of a matcher object; None for a bare value, also for an object that is just data."""
    if not isinstance(matcher, dict):
        return None
    words = [key for key in matcher if key in KEYWORDS]
    if len(words) == 1 and matcher.keys() <= {words[0], "optional"} | KEYWORDS[words[0]]:
        return words[0]
    return None


def is_optional(matcher: JsonValue) -> bool:
    return isinstance(matcher, dict) and keyword(matcher) is not None and matcher.get("optional") is True


def spec_of(matcher: JsonValue) -> tuple[str | None, JsonValue]:
    """The keyword and what stands behind it; for a bare value, None and the value."""
    word = keyword(matcher)
    return (word, matcher[word]) if word is not None and isinstance(matcher, dict) else (None, matcher)


def checked_argument(matcher: JsonValue) -> JsonValue:
    """The matcher itself. Raises ValueError with everything that is wrong with it."""
    return _checked(matcher, in_reply=False)


def checked_fact(matcher: JsonValue) -> JsonValue:
    """Like `checked_argument`, for what a reply states: `any` and `optional` mean nothing there."""
    return _checked(matcher, in_reply=True)


def refs(matcher: JsonValue) -> Iterator[str]:
    """Every reference inside a matcher."""
    if isinstance(matcher, dict):
        if keyword(matcher) == "ref":
            yield str(matcher["ref"])
        elif keyword(matcher) != "equal":
            for value in matcher.values():
                yield from refs(value)
    elif isinstance(matcher, list):
        for value in matcher:
            yield from refs(value)


def _checked(matcher: JsonValue, *, in_reply: bool) -> JsonValue:
    wrong = list(_problems(matcher, in_reply))
    if wrong:
        raise ValueError("; ".join(wrong))
    return matcher


def _problems(matcher: JsonValue, in_reply: bool) -> Iterator[str]:
    word, spec = spec_of(matcher)
    if word is None and isinstance(spec, dict):
        yield from _misspelt(spec, in_reply)
    parts = spec if isinstance(spec, list) else list(spec.values()) if isinstance(spec, dict) else []
    if word in {None, "any_of", "set"}:
        for part in parts:
            yield from _problems(part, in_reply)
    if in_reply and word == "any":
        yield "`any` says nothing about a reply; name a fact that the reply must state"
    if in_reply and is_optional(matcher):
        yield "`optional` means nothing in a reply; leave the fact out instead"
    rule = _RULES.get(word or "")
    if rule is not None and not rule[0](spec):
        yield f"`{word}` needs {rule[1]}; found {spec!r}"
    if word == "regex" and isinstance(matcher, dict):
        yield from _regex_problems(spec, matcher.get("example"))


def _misspelt(spec: dict[str, JsonValue], in_reply: bool) -> Iterator[str]:
    """An object that is no matcher but was probably meant as one."""
    if in_reply and len(spec) == 1:
        (name,) = spec
        near = get_close_matches(name, KEYWORDS, n=1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        yield f"no matcher is called {name!r}; there are {', '.join(KEYWORDS)}{hint}"
    for word in KEYWORDS.keys() & spec.keys():
        options = sorted(KEYWORDS[word] | {"optional"})
        for name in spec.keys() - {word}:
            if name in KEYWORDS or get_close_matches(name, options, n=1, cutoff=0.75):
                yield (
                    f"`{word}` takes {', '.join(options)}; found {name!r} beside it "
                    "(write {equal: …} round an object that is data)"
                )


def _regex_problems(spec: JsonValue, example: JsonValue) -> Iterator[str]:
    try:
        pattern = re.compile(str(spec))
    except re.error as error:
        yield f"`regex` {spec!r} is not a regular expression: {error}"
        return
    if not isinstance(example, str) or not pattern.search(example):
        yield f"`regex` needs an `example` that it matches; found {example!r}"


def _is_ref(spec: JsonValue) -> bool:
    return isinstance(spec, str) and re.fullmatch(r"[\w-]+\.result(\.[^.]+)*", spec) is not None


def _is_number(spec: JsonValue) -> bool:
    if isinstance(spec, dict):
        return keyword(spec) == "ref" and _is_ref(spec["ref"])
    return isinstance(spec, int | float) and not isinstance(spec, bool)


def _is_day(spec: JsonValue) -> bool:
    return isinstance(spec, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", spec) is not None and _real_day(spec)


def _real_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_text(spec: JsonValue) -> bool:
    return isinstance(spec, str) and bool(spec.strip())


def _is_list(spec: JsonValue) -> bool:
    return isinstance(spec, list) and bool(spec)


_RULES: Mapping[str, tuple[Callable[[JsonValue], bool], str]] = {
    "any_of": (_is_list, "a list of at least one matcher"),
    "number": (_is_number, "a number, or {ref: …} to one"),
    "text": (_is_text, "a text"),
    "contains": (lambda spec: _is_text(spec) or _is_list(spec), "a text or a list of facts"),
    "set": (_is_list, "a list of at least one item"),
    "date": (_is_day, "a day as YYYY-MM-DD"),
    "ref": (_is_ref, "CALL.result or CALL.result.KEY…"),
    "any": (lambda spec: spec is True, "true"),
}
