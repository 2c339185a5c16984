"""The numbers that a text states as amounts: not those in its dates, times, ids, phones and list markers.

So `20` is not stated by `20 March`, `O-20` or `10:20`, and is stated by `¥20.00`, `20元`, `twenty` and
`二十件`. A lone `one` or `一` states nothing: both languages use it as an article.
"""

import re
from collections.abc import Iterator

from scenarios.days import found_days
from scenarios.hours import found_times
from scenarios.numerals import CHINESE_NUMERAL, ENGLISH, chinese_value, english_value
from scenarios.words import readable

_CURRENCY = "(?:eur|usd|gbp|cny|rmb|chf|jpy|sek|nok|dkk|pln|inr|hkd|aud|cad)"
_NO_AMOUNT = re.compile(
    r"(?<![a-z\d._+-])[a-z\d._+-]{1,64}@[a-z\d.-]+|https?://[!-~]+|(?<![a-z\d])[a-z]{0,9}\d+(?:\.\d+){2,}(?!,)"
    rf"|(?<![a-z\d])(?!(?:{_CURRENCY}|x)\d)(?=[a-z._-]{{0,40}}\d)[a-z][a-z\d]*(?:[-_][a-z\d]+|\.[a-z][a-z\d]*){{0,9}}"
    r"|(?<![a-z\d])\d+[a-z]+(?:\d+[a-z]+|\d{2,})[a-z\d]*"
    r"|\+\d[\d\s().-]{6,20}\d|(?<!\d)\d+(?:-\d+){2,9}|(?<!\d)\d{1,2} ?月份?|(?<!\d)\d{4} ?年"
)
"""Addresses, ids (`O-17`, `qc418`, `wifi-2`, `4sj6y82`), telephone numbers, versions, months and years."""
_MARKER = re.compile(r"^[ \t>#*-]*(\d{1,2})[.)、][ \t]*(?=[^\s\d])", re.MULTILINE)
"""What an item of a numbered list begins with."""
_DIGITS = (
    r"\d{1,3}(?:\.\d{3})+,\d{1,2}|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:'\d{3})+(?:\.\d+)?"
    r"|\d+,\d{2}(?= ?(?:€|eur))|(?:(?<=€)|(?<=€ )|(?<=eur )|(?<=eur))\d+,\d{2}|\d+(?:\.\d+)?"
)
_NUMBER = re.compile(
    rf"(?P<minus>(?<![\w)\]])-(?={_CURRENCY}?[$€£¥]?\d))?{_CURRENCY}?[$€£¥]?"
    rf"(?:(?<![\da-z])|(?<=\b{_CURRENCY})|(?<=\bx))(?<!\d\.)(?P<digits>{_DIGITS})(?!\d)"
    r"(?: ?(?P<times>[万亿]|(?:million|billion|bn|k)(?![a-z])))?"
)
_TIMES = {"万": 1e4, "亿": 1e8, "k": 1e3, "million": 1e6, "bn": 1e9, "billion": 1e9}
_COUNTED = (
    r"[个天日人位名件条项份台间晚夜本册场座辆张次元块岁周年折卷只箱盒罐瓶包双套把口页级楼层倍克封篇通趟班席步档种家段行组对号支批吨亩户米升]"
    r"|分钟|小时|星期|公斤|千克|公里|厘米|毫米|平方|立方"
)
_CHINESE = re.compile(
    rf"(?P<percent>百分之)?(?P<numeral>{CHINESE_NUMERAL})(?={_COUNTED}|(?P<rest>.|\Z))", re.DOTALL
)
_ONLY = re.compile(r"(?:\b(?:only|just|exactly|a single) |(?:仅|只|共|剩)[有剩余要需]?)\Z")


def numbers_in(text: str) -> list[float]:
    """Every amount, in order; in digits of any width and with any thousands separator, or in words."""
    plain = _amounts(text)
    return [number for _, number in sorted([*_in_digits(plain), *_in_words(plain)])]


def last_number(text: str) -> float | None:
    """The last amount in digits; the last one in words where there are no digits."""
    plain = _amounts(text)
    found = list(_in_digits(plain)) or sorted(_in_words(plain))
    return found[-1][1] if found else None


def _amounts(text: str) -> str:
    """The readable text with everything blank whose digits are no amount."""
    plain = readable(text)
    spans = [span for span, _ in (*found_days(plain), *found_times(plain))]
    markers = list(_MARKER.finditer(plain))
    if {"1", "2"} <= {marker[1] for marker in markers}:
        spans += [marker.span() for marker in markers]
    kept, at = [], 0
    for start, end in sorted(spans):
        kept += [plain[at:start], " " * (end - max(start, at))]
        at = max(at, end)
    return _NO_AMOUNT.sub(lambda match: " " * len(match[0]), "".join(kept) + plain[at:])


def _in_digits(plain: str) -> Iterator[tuple[int, float]]:
    for match in _NUMBER.finditer(plain):
        value = _value(match["digits"]) * _TIMES.get(match["times"] or "", 1)
        yield match.start("digits"), -value if match["minus"] else value


def _in_words(plain: str) -> Iterator[tuple[int, float]]:
    for match in ENGLISH.finditer(plain):
        value = english_value(match[0])
        if value != 1 or _ONLY.search(plain[: match.start()][-12:]):
            yield match.start(), value
    for match in _CHINESE.finditer(plain):
        number = chinese_value(match["numeral"])
        counted = match["rest"] is None or match["percent"] is not None
        if number is not None and counted and (number != 1 or _ONLY.search(plain[: match.start()][-12:])):
            yield match.start(), number


def _value(digits: str) -> float:
    if re.fullmatch(r"(?:\d{1,3}(?:\.\d{3})+|\d+),\d{1,2}", digits):
        return float(digits.replace(".", "").replace(",", "."))
    return float(re.sub(r"[,']", "", digits))
