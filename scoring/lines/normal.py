"""Answers as they are compared: one spelling of what means the same, in both languages.

Case, width, accents, punctuation at the ends and thousands separators do not count; a whole answer that is
one number or one date is written as such.
"""

import json
import re
from collections.abc import Iterable, Sequence
from hashlib import sha256

from pydantic import JsonValue

from scenarios.amounts import numbers_in
from scenarios.days import found_days
from scenarios.documents.wording import NOT_STATED
from scenarios.matchers import spec_of
from scenarios.matching import mentioned, wording
from scenarios.numerals import ENGLISH, chinese_value, english_value
from scenarios.words import fold, readable

ABSTAINED = NOT_STATED["en"]
"""How agreement writes that the document does not say, in either language."""

_ENDS = " \t\n.,;:!?。，、；：！？…\"'`()[]{}<>《》「」（）【】*_~"
_SEPARATOR = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_PLAIN_NUMBER = re.compile(r"[1-9]\d{0,14}(?:\.\d+)?")
_AMOUNT = re.compile(r"[+\-]?\s?[$€£¥]?\s?[\d.,']+(?:\s?(?:[万亿%]|million|billion|bn|k))?")
_ASIDE = re.compile(
    r"[(（](?!\W{0,3}(?:(?:or|and|also|maybe|perhaps|possibly)\b|或|和|及|也|还|可能))[^()（）]*[)）]",
    re.IGNORECASE,
)
_LONGEST = 200
_LONGEST_NUMBER = 60

_ABSTAINS_EN = re.compile(
    r"\W*(?:(?:[a-z']+ ){0,6}?"
    r"(?:(?:not|never|nowhere|isn't|wasn't|aren't) (?:\w+ly )?(?:stated|mentioned|given|specified|provided"
    r"|said|told|disclosed|found|included|listed|recorded|available|known|indicated|named|reported)\b"
    r"|(?:(?:do|does|did) not|(?:do|does|did)n't) (?:\w+ly )?(?:say|state|mention|give|specify|provide"
    r"|contain|include|disclose|indicate|tell|know|name|report|appear)\b"
    r"|no (?:information|mention|answer|data|record|indication)\b"
    r"|(?:cannot|can't|could not) be (?:determined|found|known|answered)\b"
    r"|unable to (?:determine|find|answer)\b)"
    r"|(?:unknown|unspecified|unstated|none|null|n/?a)\W*\Z)"
)
_ABSTAINS_ZH = re.compile(
    r"\W*(?:[^\d，。；,;:：\s]{0,12}?"
    r"(?:未(?:曾|被|明确)?(?:提及|提到|说明|给出|提供|注明|记载|写明|载明|交代|透露|列出|说)"
    r"|没有?(?:被|明确)?(?:提及|提到|说明|给出|提供|注明|记载|写明|交代|列出|说|答案|相关|信息)"
    r"|不(?:知道|清楚|详)|无(?:法|从)(?:确定|得知|判断|知晓|回答)|无(?:相关)?(?:信息|记载|答案))"
    r"|(?:未知|不明|无|没有)\W*\Z)"
)


def normal(answer: str) -> str:
    """The one spelling of a short answer."""
    if abstains(answer):
        return ABSTAINED
    plain = _SEPARATOR.sub("", fold(answer)).strip(_ENDS)
    return _as_day(plain) or _as_number(plain) or plain


def normal_items(items: Iterable[str]) -> list[str]:
    return [_as_number(plain := _item(item)) or plain for item in items]


def written_list(items: Sequence[str]) -> str:
    """A list as one text, to be compared with another."""
    return brief(json.dumps(list(items), ensure_ascii=False))


def brief(text: str) -> str:
    """A text that is only compared and never read: whole when it is short, else its beginning and a hash."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[:60]}… sha256:{sha256(text.encode('utf-8', 'replace')).hexdigest()[:16]}"


def without_asides(answer: str) -> str:
    """Without what is remarked in brackets (a reason, a place, a date); an alternative is no remark."""
    return _ASIDE.sub(" ", answer)


def abstains(answer: str) -> bool:
    """Whether an answer begins by saying that the document does not tell, in the words asked for or near
    ones.
    """
    plain = fold(answer)
    if any(plain.startswith(fold(words)) for words in NOT_STATED.values()):
        return True
    return any(pattern.match(plain) is not None for pattern in (_ABSTAINS_EN, _ABSTAINS_ZH))


def named(gold: JsonValue, text: str) -> bool:
    """Whether a text states what the matcher wants; a gold text of digits also with a thousands separator."""
    word, spec = spec_of(gold)
    if word == "any_of" and isinstance(spec, list):
        return any(named(option, text) for option in spec)
    if mentioned(gold, text, no_refs):
        return True
    digits = isinstance(spec, str) and word in {None, "equal", "text"} and _PLAIN_NUMBER.fullmatch(spec)
    return bool(digits) and mentioned({"number": float(str(spec))}, text, no_refs)


def wordings(gold: JsonValue) -> tuple[str, ...]:
    """Every way to say it that the matcher names; the first is how the oracle says it."""
    word, spec = spec_of(gold)
    if word == "any_of" and isinstance(spec, list):
        return tuple(said for option in spec for said in wordings(option))
    return (wording(gold, no_refs),)


def no_refs(ref: str) -> JsonValue:
    """A question about a document has no call that it could refer to."""
    raise LookupError(ref)


def _item(item: str) -> str:
    return _SEPARATOR.sub("", fold(item)).strip(_ENDS)


def _as_day(plain: str) -> str | None:
    """`2026-05-03` when the text is one date and nothing else."""
    found = list(found_days(readable(plain)))
    if len(found) != 1 or len(found[0][1]) != 1 or found[0][0] != (0, len(readable(plain))):
        return None
    year, month, day = found[0][1][0]
    return f"{f'{year:04}' if year is not None else '-'}-{month:02}-{day:02}"


def _as_number(plain: str) -> str | None:
    """`1200.5` when the text is one number and nothing else; ids with a leading zero are left alone."""
    value: float | None = None
    if len(plain) > _LONGEST_NUMBER:
        return None
    if ENGLISH.fullmatch(plain):
        value = float(english_value(plain))
    elif plain and not plain[0].isascii() and chinese_value_or_none(plain) is not None:
        value = float(chinese_value_or_none(plain) or 0)
    elif _AMOUNT.fullmatch(plain) and not re.match(r"[+\-]?0\d", plain) and not plain.endswith("%"):
        numbers = numbers_in(plain)
        value = float(numbers[0]) if len(numbers) == 1 else None
    return None if value is None else _shown(value)


def chinese_value_or_none(plain: str) -> int | None:
    """The value of a text that is nothing but a Chinese numeral (零 to 亿)."""
    signs = "零〇一二三四五六七八九两十百千万亿"
    return chinese_value(plain) if plain and all(sign in signs for sign in plain) else None


def _shown(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)
