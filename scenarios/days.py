"""The days that a text names, in English and in Chinese.

`03/04/2026` is not guessed at; `14/03/2026` has only one meaning, and with dots the day comes first. Days
that share a month are all named: `14–16 April`, `April 3 and 6`, `3月6日和9日`.
"""

import re
from collections.abc import Iterator
from datetime import date

from scenarios.numerals import CHINESE_FIGURE, chinese_figures, chinese_value
from scenarios.words import readable

Day = tuple[int | None, int, int]
"""Year (None when it was not said), month, day."""
Span = tuple[int, int]

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH = rf"(?P<month>{'|'.join(f'{name}|{name[:3]}' for name in _MONTHS)}|sept)\b\.?"
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)[.,]? "
_DAY = r"\d{1,2}(?:st|nd|rd|th)?(?!\d|[.:]\d|,\d{3}\b)"
_NEXT = rf"(?:{_WEEKDAY})?(?:the )?{_DAY}"
_DAYS = (
    rf"(?P<days>(?:{_DAY}, ?(?:{_WEEKDAY})?){{0,9}}{_DAY},? ?(?:and|or|&) ?{_NEXT}"
    rf"|{_DAY} ?(?:-|~|/|to|until|till|through) ?{_NEXT}|{_DAY})"
)
_YEAR = r"(?:,?[ -]?(?:of )?\b(?P<year>\d{4})(?![\d:]))?"

_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_TOGETHER = r" ?[日号]? ?(?:\([^)]{0,9}\) ?)?(?:-|~|至|到|和|与|及|以及|、|,|&) ?"
_CHINESE_DAYS = rf"(?P<days>{_NUMBER}(?:{_TOGETHER}{_NUMBER}(?= ?[日号])){{0,9}})"
_FORMS = (
    re.compile(r"(?<!\d)(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<days>\d{1,2})(?!\d)"),
    re.compile(
        r"(?<![\d./-])(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4})(?!\d)"
    ),
    re.compile(rf"(?<![\w.:-]){_DAYS}\.?[ -]?(?:of )?{_MONTH}{_YEAR}"),
    re.compile(rf"(?<![a-z]){_MONTH} (?:the )?{_DAYS}{_YEAR}"),
    re.compile(
        rf"(?:(?P<year>\d{{4}}|{CHINESE_FIGURE}{{4}}) ?年 ?)?(?<!\d)(?P<month>{_NUMBER}) ?月 ?{_CHINESE_DAYS}"
        r"(?: ?[日号]|(?=[\s(),.;:。、|-]|\Z))"
    ),
)


def dates_in(text: str) -> list[Day]:
    """Every day that the text names, in order."""
    return [day for _, days in found_days(readable(text)) for day in days]


def parse_date(text: str) -> Day | None:
    """The day that the whole text names; None when it is no date."""
    found = dates_in(text)
    return found[0] if len(found) == 1 else None


def same_day(day: Day, iso: str) -> bool:
    """Whether the day is the ISO date; a year that was not said is not held against it."""
    wanted = date.fromisoformat(iso[:10])
    year, month, number = day
    return (month, number) == (wanted.month, wanted.day) and year in (None, wanted.year)


def found_days(readable_text: str) -> Iterator[tuple[Span, list[Day]]]:
    """Where days are named, from left to right and never twice in one place, and which."""
    matches = (match for form in _FORMS for match in form.finditer(readable_text))
    end = 0
    for match in sorted(matches, key=lambda m: (m.start(), -m.end())):
        days = [day for day in _days(match.groupdict()) if _possible(day)]
        if match.start() >= end and days:
            yield match.span(), days
            end = match.end()


def _days(parts: dict[str, str | None]) -> Iterator[Day]:
    year = _year(parts["year"])
    if "first" in parts:
        yield from _year_last(year, int(parts["first"] or 0), int(parts["second"] or 0), parts["mark"] == ".")
        return
    for number in re.findall(rf"(?<![a-z\d]){_NUMBER}", re.sub(r"\([^)]{0,9}\)", "", parts["days"] or "")):
        yield year, _month(parts["month"] or ""), _value(number)


def _year_last(year: int | None, first: int, second: int, dots: bool) -> Iterator[Day]:
    """The one meaning of two numbers and a year; none when both orders make a day."""
    readings = {(second, first), (first, second)} if not dots else {(second, first)}
    possible = [(month, day) for month, day in readings if _possible((year, month, day))]
    if len(possible) == 1:
        yield (year, *possible[0])


def _possible(day: Day) -> bool:
    try:
        date(day[0] or 2000, day[1], day[2])
    except ValueError:
        return False
    return True


def _year(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if text.isdecimal() else chinese_figures(text)


def _month(text: str) -> int:
    places = (place for place, name in enumerate(_MONTHS, start=1) if name.startswith(text[:3]))
    return next(places, 0) if text.isascii() and text.isalpha() else _value(text)


def _value(text: str) -> int:
    return int(text) if text.isdecimal() else chinese_value(text) or 0
