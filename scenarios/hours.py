"""The times of day that a text names, in English and in Chinese.

`3:40 pm`, `15:40` and `下午3点40分` are one time. A bare `3:40` may be either of two, and is taken as both:
who speaks of an afternoon does not always say so. `03:40` is not.
"""

import re
from collections.abc import Iterator

from scenarios.numerals import CHINESE_NUMERAL, chinese_value
from scenarios.words import readable

Minutes = frozenset[int]
"""Minutes after midnight; two when it was not said which half of the day is meant."""
Span = tuple[int, int]

_DAY, _NOON, _HALF_DAY = 24, 12, 12 * 60
_ENGLISH = re.compile(
    r"(?<!\d)(?<!\d[:.])(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d)(?::[0-5]\d)?)? ?"
    r"(?:(?P<half>[ap])\.? ?m\b\.?|o'?clock(?: in the (?P<part>morning|afternoon|evening))?"
    r"|(?=(?:-| - | to | until )\d{1,2}(?:[:.]\d\d)? ?[ap]\.?m\b))"
)
_CLOCK = re.compile(
    r"(?:(?P<part>凌晨|早上|早晨|清晨|上午|中午|下午|傍晚|晚上|夜里|晚) ?)?"
    r"(?<!\d)(?<!\d:)(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::[0-5]\d)?(?!\d|:\d)"
    r"(?: (?:in the (?P<later>morning|afternoon|evening)|(?P<night>at night)))?"
)
_CHINESE = re.compile(
    rf"(?:(?P<part>凌晨|早上|早晨|清晨|上午|中午|下午|傍晚|晚上|夜里|晚) ?)?"
    rf"(?<![\d第])(?P<hour>\d{{1,2}}|{CHINESE_NUMERAL}) ?[点时](?!间|候|刻)"
    rf"(?: ?(?P<minute>\d{{1,2}}(?= ?分)|\d{{2}}(?!\d)|{CHINESE_NUMERAL}(?=分)|半|一刻|三刻) ?分?(?!钟))?"
)
_NAMED = re.compile(r"\b(?:noon|midday|midnight)\b")
_MINUTES = {"半": 30, "一刻": 15, "三刻": 45}
_AROUND_NOON = (11, _NOON)
_BEFORE_NOON = frozenset({"a", "morning", "凌晨", "早上", "早晨", "清晨", "上午"})


def times_in(text: str) -> list[Minutes]:
    """Every time that the text names, in order."""
    return [time for _, time in found_times(readable(text))]


def parse_time(text: str) -> int | None:
    """The minutes after midnight of `HH:MM`; None when the text is something else."""
    match = re.fullmatch(r"(\d{1,2}):([0-5]\d)", text)
    return int(match[1]) * 60 + int(match[2]) if match and int(match[1]) < _DAY else None


def found_times(readable_text: str) -> Iterator[tuple[Span, Minutes]]:
    """Where times are named, from left to right and never twice in one place, and which."""
    matches = (m for form in (_ENGLISH, _CLOCK, _CHINESE, _NAMED) for m in form.finditer(readable_text))
    end = 0
    for match in sorted(matches, key=lambda m: (m.start(), -m.end())):
        time = _time(match)
        if match.start() >= end and time:
            yield match.span(), time
            end = match.end()


def _time(match: re.Match[str]) -> Minutes:
    if match.re is _NAMED:
        return frozenset({0 if match[0] == "midnight" else _HALF_DAY})
    said = match.groupdict()
    hour, minute = _hour(said["hour"] or ""), _minute(said["minute"] or "")
    if hour is None or minute is None or hour > _DAY:
        return frozenset()
    part = next((said[name] for name in ("half", "part", "later", "night") if said.get(name)), None)
    return _possible(hour, minute, part, padded=(said["hour"] or "").startswith("0"))


def _possible(hour: int, minute: int, part: str | None, *, padded: bool) -> Minutes:
    """The minutes after midnight, with the half of the day as it was said."""
    said, early = hour % _DAY * 60 + minute, hour % _NOON * 60 + minute
    if hour > _NOON or hour == 0:
        return frozenset({said})
    if part in _BEFORE_NOON:
        return frozenset({said if part == "上午" else early})
    if part == "中午":
        return frozenset({said if hour in _AROUND_NOON else early + _HALF_DAY})
    if part is not None:
        return frozenset({early + _HALF_DAY})
    return frozenset({said} if padded or hour == _NOON else {early, early + _HALF_DAY})


def _hour(text: str) -> int | None:
    return int(text) if text.isdecimal() else chinese_value(text)


def _minute(text: str) -> int | None:
    if text in _MINUTES:
        return _MINUTES[text]
    return int(text) if text.isdecimal() else chinese_value(text) if text else 0
