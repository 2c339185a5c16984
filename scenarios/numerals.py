"""Numbers written in words, in English and in Chinese."""

import re

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {word: value for value, word in enumerate(_UNITS)} | {
    word: 10 * value for value, word in enumerate(_TENS, start=2)
}

_SMALL = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_UNITS[1:10])}))?|{'|'.join(reversed(_UNITS))})"
_BELOW_1000 = rf"(?:(?:{_SMALL}|an?) hundred(?:(?: and)? {_SMALL})?|{_SMALL})"
ENGLISH = re.compile(
    rf"(?<![a-z-])(?:(?:{_BELOW_1000}|an?) thousand(?:,?(?: and)? {_BELOW_1000})?|{_BELOW_1000})"
    r"(?![a-z]|-(?:first|second|third|[a-z]+th)\b)"
)
"""Lower case is expected; `twenty-first` is no number but a place."""

_FIGURES = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}

CHINESE_FIGURE = f"[{''.join(_FIGURES)}]"
CHINESE_NUMERAL = f"[{''.join((*_FIGURES, *_PLACES, *_MYRIADS))}]{{1,12}}"
"""Of a bounded length, so that a reply of nothing but numerals is read in time."""


def english_value(words: str) -> int:
    """The value of words that `ENGLISH` found."""
    total = part = 0
    for word in re.findall(r"[a-z]+", words):
        if word in _VALUES:
            part += _VALUES[word]
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word == "thousand":
            total, part = max(part, 1) * 1000, 0
    return total + part


def chinese_value(numeral: str) -> int | None:
    """The value of 二十三, 一百零五 or 一万二千; None when it is no number (万一, 两三)."""
    total = part = 0
    digit: int | None = None
    for sign in numeral:
        if sign in _FIGURES:
            if digit:
                return None
            digit = _FIGURES[sign]
        elif sign in _PLACES:
            if digit is None and sign != "十":
                return None
            part, digit = part + (1 if digit is None else digit) * _PLACES[sign], None
        else:
            part, digit = total + part + (digit or 0), None
            if not part:
                return None
            total, part = part * _MYRIADS[sign], 0
    return total + part + (digit or 0)


def chinese_figures(numeral: str) -> int:
    """The value of figures read one by one: 二〇二六."""
    return int("".join(str(_FIGURES[sign]) for sign in numeral))
