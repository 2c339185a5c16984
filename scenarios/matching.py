"""The meaning of matchers: whether a value or a reply is as one wants it.

The same matcher is read in two ways: against an argument or a leaf of a state (`compare`), and against a
reply in words (`mentioned`). JSON is compared strictly: `true` is not `1`, `"1"` is not `1`, `1.0` is.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce

from pydantic import JsonValue

from scenarios.amounts import last_number, numbers_in
from scenarios.days import dates_in, parse_date, same_day
from scenarios.hours import parse_time, times_in
from scenarios.matchers import is_optional, keyword, spec_of
from scenarios.words import fold, mentions, readable

_MOMENT = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})(?:T(?P<time>\d{2}:\d{2})(?::\d{2})?)?")

Lookup = Callable[[str], JsonValue]
"""Gives the value that a `ref` names, such as `list.result.0.id`; raises `LookupError` when there is none."""


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """One leaf that is not as wanted."""

    path: str
    """Where in the value, as `items.0.sku`."""
    wanted: str
    given: JsonValue
    missing: bool = False
    unknown: bool = False


def resolve(results: Mapping[str, JsonValue]) -> Lookup:
    """A lookup in call results: `ID.result.KEY.0…`, where whole numbers index lists."""

    def lookup(ref: str) -> JsonValue:
        name, _, *path = ref.split(".")
        try:
            return reduce(_step, path, results[name])
        except (LookupError, ValueError) as error:
            raise LookupError(f"no value at {ref!r}") from error

    return lookup


def compare(matcher: JsonValue, value: JsonValue, lookup: Lookup, path: str = "") -> list[Mismatch]:
    """Every leaf of `value` that is not as the matcher wants it; empty when all of it is."""
    word = keyword(matcher)
    if word is None and isinstance(matcher, dict):
        return _compare_object(matcher, value, lookup, path)
    if word is None and isinstance(matcher, list):
        return _compare_list(matcher, value, lookup, path)
    if _fits(matcher, value, lookup):
        return []
    return [Mismatch(path=path, wanted=describe(matcher, lookup), given=value)]


def compare_arguments(
    wanted: Mapping[str, JsonValue],
    given: Mapping[str, JsonValue],
    lookup: Lookup,
    schema: Mapping[str, JsonValue],
) -> list[Mismatch]:
    """Like `compare` for a call: an argument nobody wants is wrong unless it is the schema's default."""
    properties = schema.get("properties")
    defaults = {
        name: rule["default"]
        for name, rule in (properties.items() if isinstance(properties, dict) else ())
        if isinstance(rule, dict) and "default" in rule
    }
    filled = {name: value for name, value in defaults.items() if not is_optional(wanted.get(name))}
    found = _compare_object(dict(wanted), {**filled, **given}, lookup, "", spare=frozenset(defaults))
    return [m for m in found if not (m.unknown and m.path in defaults and equal(m.given, defaults[m.path]))]


def leaves(value: JsonValue) -> int:
    """How many leaves a value or a matcher has; a matcher object is one leaf."""
    if isinstance(value, dict) and keyword(value) is None:
        return sum(map(leaves, value.values())) or 1
    if isinstance(value, list):
        return sum(map(leaves, value)) or 1
    return 1


def mentioned(matcher: JsonValue, text: str, lookup: Lookup, *, last: bool = False) -> bool:
    """Whether a reply states the fact; with `last`, a number must be the last number of the reply."""
    word, spec = spec_of(matcher)
    match word:
        case "equal" | None if isinstance(spec, list | dict):
            parts = spec if isinstance(spec, list) else list(spec.values())
            return all(mentioned(part, text, lookup) for part in parts)
        case "equal" | None:
            return _states(spec, text, within=0.0, last=last)
        case "any_of":
            return any(mentioned(option, text, lookup, last=last) for option in _list(spec))
        case "number":
            within = _within(matcher)
            number = lookup(str(spec["ref"])) if isinstance(spec, dict) else spec
            return _states(number, text, within=within, last=last)
        case "text":
            return mentions(text, str(spec))
        case "contains" | "set":
            wanted = spec if isinstance(spec, list) else [spec]
            rest = [o for o in _others(matcher) if not any(equal(o, w) for w in wanted)]
            said = all(mentioned(part, text, lookup) for part in wanted)
            return said and not any(mentioned(part, text, lookup) for part in rest)
        case "regex":
            return any(re.search(str(spec), said) for said in (text, readable(text)))
        case "date":
            return any(same_day(day, str(spec)) for day in dates_in(text))
        case "ref":
            return mentioned({"equal": lookup(str(spec))}, text, lookup, last=last)
    raise ValueError(f"`{word}` says nothing about a reply")


def sample(matcher: JsonValue, lookup: Lookup) -> JsonValue:
    """A value that fits: what a perfect model would write there."""
    word, spec = spec_of(matcher)
    if isinstance(matcher, dict) and "example" in matcher:
        example: JsonValue = matcher["example"]
        return example
    match word:
        case None if isinstance(spec, dict):
            return {k: sample(v, lookup) for k, v in spec.items()}
        case None if isinstance(spec, list):
            return [sample(v, lookup) for v in spec]
        case "any_of":
            return sample(_list(spec)[0], lookup)
        case "set":
            return [sample(part, lookup) for part in _list(spec)]
        case "number" if isinstance(spec, dict):
            return lookup(str(spec["ref"]))
        case "contains":
            parts = spec if isinstance(spec, list) else [spec]
            return " ".join(wording(part, lookup) for part in parts)
        case "ref":
            return lookup(str(spec))
        case "any":
            return "-"
    return spec


def sample_arguments(wanted: Mapping[str, JsonValue], lookup: Lookup) -> dict[str, JsonValue]:
    """Arguments that fit; one that may be anything and may be left out is left out."""
    return {name: sample(matcher, lookup) for name, matcher in wanted.items() if not _idle(matcher)}


def wording(matcher: JsonValue, lookup: Lookup) -> str:
    """Words that state the fact: what a perfect model would say."""
    value = sample(matcher, lookup)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(wording({"equal": item}, lookup) for item in value)
    if isinstance(value, dict):
        return ", ".join(wording({"equal": item}, lookup) for item in value.values())
    return str(value)


def describe(matcher: JsonValue, lookup: Lookup) -> str:
    """The matcher in a few words, for reasons that people read."""
    word, spec = spec_of(matcher)
    match word:
        case "any_of":
            return " or ".join(describe(option, lookup) for option in _list(spec))
        case "number":
            within = _within(matcher)
            shown = sample(matcher, lookup)
            return f"{shown} ± {within:g}" if within else str(shown)
        case "set":
            return "exactly " + ", ".join(describe(part, lookup) for part in _list(spec))
        case "contains":
            return "text with " + ", ".join(map(repr, spec if isinstance(spec, list) else [spec]))
        case "regex":
            return f"text like {spec}"
        case "ref":
            try:
                return f"{lookup(str(spec))!r} (from {spec})"
            except LookupError:
                return f"the value of {spec}"
        case "any":
            return "anything"
    return repr(spec)


def equal(a: JsonValue, b: JsonValue) -> bool:
    """Strict JSON equality: types count, but a whole float is the integer it is."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(equal, a, b))
    return a == b


def _idle(matcher: JsonValue) -> bool:
    return (
        is_optional(matcher)
        and isinstance(matcher, dict)
        and keyword(matcher) == "any"
        and "example" not in matcher
    )


def _fits(matcher: JsonValue, value: JsonValue, lookup: Lookup) -> bool:
    word, spec = spec_of(matcher)
    match word:
        case "any":
            return True
        case "any_of":
            return any(not compare(option, value, lookup) for option in _list(spec))
        case "ref":
            return _fits_ref(str(spec), value, lookup)
        case "number":
            wanted = lookup(str(spec["ref"])) if isinstance(spec, dict) else spec
            return _close(value, wanted, _within(matcher))
        case "set":
            return _same_items(_list(spec), value, lookup)
        case "text" | "contains" | "regex" | "date":
            return isinstance(value, str) and _fits_text(word, spec, value, lookup)
    return equal(spec, value)


def _fits_ref(ref: str, value: JsonValue, lookup: Lookup) -> bool:
    try:
        return equal(lookup(ref), value)
    except LookupError:
        return False


def _fits_text(word: str, spec: JsonValue, value: str, lookup: Lookup) -> bool:
    match word:
        case "text":
            return fold(value) == fold(str(spec))
        case "contains":
            return all(
                mentioned(part, value, lookup) for part in (spec if isinstance(spec, list) else [spec])
            )
        case "regex":
            return re.fullmatch(str(spec), value) is not None
    day = parse_date(value)
    return day is not None and same_day(day, str(spec))


def _compare_object(
    wanted: dict[str, JsonValue],
    value: JsonValue,
    lookup: Lookup,
    path: str,
    spare: frozenset[str] = frozenset(),
) -> list[Mismatch]:
    if not isinstance(value, dict):
        return [Mismatch(path=path, wanted="an object", given=value)]
    found: list[Mismatch] = []
    for name, matcher in wanted.items():
        here = f"{path}.{name}" if path else name
        if name in value:
            found += compare(matcher, value[name], lookup, here)
        elif not is_optional(matcher):
            found.append(Mismatch(path=here, wanted=describe(matcher, lookup), given=None, missing=True))
    extra = [name for name in value if name not in wanted]
    places = (f"{path}.{name}" if path else name for name in extra)
    absent = "absent or its default" if spare else "absent"
    return found + [
        Mismatch(path=place, wanted=absent, given=value[name], unknown=True)
        for name, place in zip(extra, places, strict=True)
    ]


def _compare_list(wanted: list[JsonValue], value: JsonValue, lookup: Lookup, path: str) -> list[Mismatch]:
    if not isinstance(value, list) or len(value) != len(wanted):
        return [Mismatch(path=path, wanted=f"a list of {len(wanted)}", given=value)]
    return [
        mismatch
        for place, (matcher, item) in enumerate(zip(wanted, value, strict=True))
        for mismatch in compare(matcher, item, lookup, f"{path}.{place}" if path else str(place))
    ]


def _same_items(wanted: Sequence[JsonValue], value: JsonValue, lookup: Lookup) -> bool:
    """Every wanted item meets an item of its own; a small bipartite matching by augmenting paths."""
    if not isinstance(value, list) or len(value) != len(wanted):
        return False
    owner: dict[int, int] = {}

    def place(want: int, seen: set[int]) -> bool:
        for have, item in enumerate(value):
            if have in seen or compare(wanted[want], item, lookup):
                continue
            seen.add(have)
            if have not in owner or place(owner[have], seen):
                owner[have] = want
                return True
        return False

    return all(place(want, set()) for want in range(len(wanted)))


def _states(value: JsonValue, text: str, *, within: float, last: bool) -> bool:
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        return mentions(text, wording({"equal": value}, _no_refs))
    if isinstance(value, int | float):
        return _states_number(value, text, within, last=last)
    day, time = _MOMENT.fullmatch(value), parse_time(value)
    if day is not None and _is_day(day["day"]):
        rest = day["time"]
        return any(same_day(named, value) for named in dates_in(text)) and (
            rest is None or _states(rest, text, within=within, last=last)
        )
    if time is not None:
        return any(time in named for named in times_in(text))
    return mentions(text, value)


def _states_number(value: float, text: str, within: float, *, last: bool) -> bool:
    """A minus is not held against an amount (a discount of -9.50); the number of an answer is exact."""
    if last:
        return _close(last_number(text), value, within)
    return any(
        _close(n, value, within) or (value > 0 > n and _close(-n, value, within)) for n in numbers_in(text)
    )


def _close(value: JsonValue, wanted: JsonValue, within: float) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return False
    if not isinstance(value, int | float) or not isinstance(wanted, int | float):
        return False
    return abs(value - wanted) <= within + 1e-9 * max(1.0, abs(wanted))


def _within(matcher: JsonValue) -> float:
    within = matcher.get("within", 0.0) if isinstance(matcher, dict) else 0.0
    return float(within) if isinstance(within, int | float) else 0.0


def _others(matcher: JsonValue) -> list[JsonValue]:
    return _list(matcher.get("of", [])) if isinstance(matcher, dict) else []


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _no_refs(ref: str) -> JsonValue:
    raise LookupError(ref)


def _step(value: JsonValue, part: str) -> JsonValue:
    if isinstance(value, dict):
        return value[part]
    if isinstance(value, list):
        return value[int(part)]
    raise LookupError(part)
