"""Finding what a reply states: folded text, numbers and dates, in English and in Chinese."""

import re
import unicodedata
from datetime import date

_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(
    r"(?<![\w.])[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?!\d)|(?<=[一-鿿A-Za-z$€£¥])\d+(?:,\d{3})*(?:\.\d+)?"
)
_LATIN = re.compile(r"[0-9a-zÀ-ɏ]")

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH = "|".join(f"{name}|{name[:3]}" for name in _MONTHS) + "|sept"
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_CHINESE = re.compile(r"(?:(\d{4})\s*年\s*)?(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]")
_DAY_FIRST = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH})\b\.?,?(?:\s+(\d{{4}}))?")
_MONTH_FIRST = re.compile(rf"\b({_MONTH})\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s+(\d{{4}}))?")

Day = tuple[int | None, int, int]
"""Year (None when it was not said), month, day."""


def fold(text: str) -> str:
    """NFKC, case folded, white space collapsed, typographic quotes and dashes made plain."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = plain.translate(
        {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-", 0x2014: "-", 0x2212: "-"}
    )
    return _SPACE.sub(" ", plain).strip()


def mentions(text: str, wanted: str) -> bool:
    """Whether the folded text has the folded words; Latin letters and digits only at word borders."""
    haystack, needle = fold(text), fold(wanted)
    if not needle:
        return False
    left = r"(?<![0-9a-zÀ-ɏ])" if _LATIN.match(needle[0]) else ""
    right = r"(?![0-9a-zÀ-ɏ])" if _LATIN.match(needle[-1]) else ""
    return re.search(left + re.escape(needle) + right, haystack) is not None


def numbers_in(text: str) -> list[float]:
    """Every number written in digits, in order; full-width digits and thousands separators are understood."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-")
    return [float(found.replace(",", "")) for found in _NUMBER.findall(plain)]


def parse_date(text: str) -> Day | None:
    """The day that the whole text names; None when it is no date."""
    found = dates_in(text)
    return found[0] if len(found) == 1 else None


def dates_in(text: str) -> list[Day]:
    """Every date in the text: year-first numeric, English or Chinese; `03/04/2026` is not guessed at."""
    plain = fold(text)
    found = [(m.start(), (int(m[1]), int(m[2]), int(m[3]))) for m in _ISO.finditer(plain)]
    days: list[tuple[int, Day]] = list(found)
    days += [(m.start(), (_year(m[1]), int(m[2]), int(m[3]))) for m in _CHINESE.finditer(plain)]
    days += [(m.start(), (_year(m[3]), _month(m[2]), int(m[1]))) for m in _DAY_FIRST.finditer(plain)]
    days += [(m.start(), (_year(m[3]), _month(m[1]), int(m[2]))) for m in _MONTH_FIRST.finditer(plain)]
    return [day for _, day in sorted(days, key=lambda pair: pair[0])]


def same_day(day: Day, iso: str) -> bool:
    """Whether the day is the ISO date; a year that was not said is not held against it."""
    wanted = date.fromisoformat(iso[:10])
    year, month, number = day
    return (month, number) == (wanted.month, wanted.day) and year in (None, wanted.year)


def _year(text: str | None) -> int | None:
    return int(text) if text else None


def _month(name: str) -> int:
    return next(place for place, month in enumerate(_MONTHS, start=1) if month.startswith(name[:3]))
