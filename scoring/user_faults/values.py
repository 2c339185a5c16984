"""The hard values in a text: identifiers, telephone numbers, addresses, days, times and amounts.

Soft ones (two, a while, twenty minutes) are colour, and nobody can be held to them.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

ValueKind = Literal["id", "phone", "email", "day", "time", "amount"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ISO = re.compile(r"(?<!\d)\d{4}[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_MONTH = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH})(?![a-z])", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"\b({_MONTH})\s+(\d{{1,2}})(?:st|nd|rd|th)?(?!\d)", re.IGNORECASE)
_ZH_DAY = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]")
_TIME = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")
_ID = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{1,6})-?(\d[A-Za-z0-9]*(?:-[A-Za-z0-9]+)*)(?![A-Za-z0-9])")
_SPACED_ID = re.compile(r"(?<![A-Za-z0-9])([A-Z]{1,3}) (\d{2,})(?!\d)")
_PHONE = re.compile(r"\+?\d[\d ()/-]{5,}\d")
_AMOUNT = re.compile(
    r"(?<![\w.,-])(?P<before>[$€£¥])?\s?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"\s?(?P<after>%|€|euros?\b|dollars?\b|yuan\b|mb(?:it|ps)\b|megabits?\b|kwh\b|kw\b|元|块|兆|度)?(?![\w-]|\.\d)",
    re.IGNORECASE,
)
_SOFT = 100
"""Below it, a whole number without a unit is colour."""
_SHORTEST_PHONE = 7


@dataclass(frozen=True, kw_only=True)
class Value:
    kind: ValueKind
    normal: str
    """The same for the same value, however it is written."""
    shape: str
    """The same for values of one sort: an identifier's letters."""
    written: str


def values(text: str) -> tuple[Value, ...]:
    """Every hard value, each place of the text in one of them only."""
    rest = unicodedata.normalize("NFKC", text)
    found: list[Value] = []
    for reader in (_emails, _days, _times, _ids, _phones, _amounts):
        for value, (start, end) in reader(rest):
            found.append(value)
            rest = rest[:start] + " " * (end - start) + rest[end:]
    return tuple(found)


def numbers(text: str) -> frozenset[float]:
    """Every number that stands anywhere, also within other values."""
    return _numbers(unicodedata.normalize("NFKC", text))


def measures(text: str) -> frozenset[float]:
    """The numbers that are no part of a name, a day or a telephone number."""
    rest = unicodedata.normalize("NFKC", text)
    for reader in (_emails, _days, _times, _ids, _phones):
        for _, (start, end) in list(reader(rest)):
            rest = rest[:start] + " " * (end - start) + rest[end:]
    return _numbers(rest)


def _numbers(text: str) -> frozenset[float]:
    return frozenset(float(one.replace(",", "")) for one in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text))


def figures(text: str) -> frozenset[str]:
    """Runs of digits, those together that only a space or a hyphen parts: `559 021` is `559021`."""
    plain = unicodedata.normalize("NFKC", text)
    return frozenset(re.sub(r"\D", "", one) for one in re.findall(r"\d+(?:[ -]\d+)*", plain))


def digits(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter.isdigit())


Found = Iterator[tuple[Value, tuple[int, int]]]


def _emails(text: str) -> Found:
    for one in _EMAIL.finditer(text):
        yield Value(kind="email", normal=one[0].lower(), shape="email", written=one[0]), one.span()


def _days(text: str) -> Found:
    for pattern, month, day in ((_ISO, 1, 2), (_ZH_DAY, 1, 2), (_DAY_MONTH, 2, 1), (_MONTH_DAY, 1, 2)):
        for one in pattern.finditer(text):
            number = one[month] if one[month].isdigit() else str(_MONTHS.index(one[month][:3].lower()) + 1)
            normal = f"{int(number)}-{int(one[day])}"
            yield Value(kind="day", normal=normal, shape="day", written=one[0]), one.span()
            text = text[: one.start()] + " " * len(one[0]) + text[one.end() :]


def _times(text: str) -> Found:
    for one in _TIME.finditer(text):
        normal = f"{int(one[1]):02d}:{one[2]}"
        yield Value(kind="time", normal=normal, shape="time", written=one[0]), one.span()


def _ids(text: str) -> Found:
    for pattern in (_ID, _SPACED_ID):
        for one in pattern.finditer(text):
            letters = one[1].lower()
            normal = letters + re.sub(r"[^a-z0-9]", "", one[2].lower())
            yield Value(kind="id", normal=normal, shape=f"id {letters}", written=one[0]), one.span()


def _phones(text: str) -> Found:
    for one in _PHONE.finditer(text):
        if len(digits(one[0])) >= _SHORTEST_PHONE:
            normal = digits(one[0])
            yield Value(kind="phone", normal=normal, shape="phone", written=one[0]), one.span()


def _amounts(text: str) -> Found:
    for one in _AMOUNT.finditer(text):
        number = one["number"].replace(",", "")
        unit = one["before"] or one["after"]
        if unit or float(number) >= _SOFT or "." in number:
            normal = f"{float(number):g}"
            yield Value(kind="amount", normal=normal, shape="amount", written=one[0].strip()), one.span()
