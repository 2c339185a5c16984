"""Text as a reader takes it in: whether a reply has some words, and whether it asks for something.

Models write the same thing in many ways: `**O‑17**` with markup and a dash that does not break, `Malmö` for
`Malmo`, `１２` for `12`. What is compared is what remains when all of that is put aside.
"""

import html
import re
import unicodedata

_ENTITY = re.compile(r"&(?:#\d+|#[xX][\da-fA-F]+|[a-zA-Z]{2,8});")
_WIDE_COMMA = re.compile(r"(?<![０-９])，|，(?![０-９])")
"""A Chinese comma between two numbers is no thousands separator."""
_NARROW_SPACE = re.compile(r"(?<=\d)[\u00a0\u2007\u2009\u202f](?=\d{3}(?!\d))")
"""A thousands separator; an ordinary space is none."""
_MARKER = re.compile(r"[\u2460-\u249b\u24eb-\u24ff\u2776-\u2793\u3220-\u3229]|[0-9]\ufe0f?\u20e3")
"""① and 1️⃣ number the items of a list; spelt as plain digits they would run into what follows."""
_FOOTNOTE = re.compile(r"(?<=\d)[⁰¹²³⁴-⁹]+")
_FRACTION = re.compile(r"(\d?)([¼½¾])")
_PARTS = {"¼": "25", "½": "5", "¾": "75"}

_UNSEEN = "\\`\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff"
_ALIKE = str.maketrans(
    {
        **dict.fromkeys(_UNSEEN, None),
        **dict.fromkeys("‐‑‒–−﹣", "-"),
        **dict.fromkeys("—―", " - "),
        **dict.fromkeys("‘’‛′", "'"),
        **dict.fromkeys("“”‟″「」", '"'),
    }
)
_UNACCENTED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_ACCENT = re.compile(r"[\u0300-\u036f]")
_STARS = re.compile(r"\*{2,}|~~|(?<![0-9A-Za-z])\*(?=\S)|(?<=\S)\*(?![0-9A-Za-z])")
_UNDERLINE = re.compile(r"(?<![0-9A-Za-z_])_+(?=[^\s_])|(?<=[^\s_])_+(?![0-9A-Za-z_])")

_SPACE = re.compile(r"\s+")
_BLANK = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r" ?\n\s*")
_CHINESE_SPACE = re.compile(r"(?<=[\u3000-\u9fff]) | (?=[\u3000-\u9fff])")
_DIAL = re.compile(r"\+?[\d\s().-]+")
_DIGITS_OF_A_PHONE = 7
_CODE = re.compile(r"([a-z]{1,3})(\d+)")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

_REQUEST = re.compile(
    r"\b(?:please|kindly) (?:\w+ ){0,2}(?:tell|give|confirm|provide|send|share|specify|clarify|choose|pick"
    r"|name|say|state|indicate|answer|reply)\b"
    r"|\b(?:let me know|tell me)\b(?! if| should)|\bwhich (?:one|of)\b"
    r"|\bi(?:'ll| will|'d)? (?:still |also |just )*need\b"
    r"|请[^。!\n]{0,12}?(?:告诉|告知|提供|确认|核实|说明|选择|明确|补充|指明|指定|回复|报|发给|给出|说一下)"
    r"|(?:麻烦|需要|烦请)[^。!\n]{0,8}?(?:告诉|告知|提供|确认|核实|说明|说一下|补充|报)"
    r"|是哪|哪(?:一|位|个|部|张|件|家)"
)


def readable(text: str) -> str:
    """What a reader sees, in lower case: NFKC, plain dashes and quotes, no emphasis, no wide gaps."""
    seen = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    seen = _NARROW_SPACE.sub("", _WIDE_COMMA.sub(", ", seen))
    seen = _FOOTNOTE.sub("", _MARKER.sub(" ", seen))
    seen = _FRACTION.sub(lambda part: f"{part[1] or 0}.{_PARTS[part[2]]}", seen)
    seen = unicodedata.normalize("NFKC", seen).translate(_ALIKE)
    seen = _UNDERLINE.sub("", _STARS.sub("", seen)).casefold()
    return _BLANK_LINES.sub("\n", _BLANK.sub(" ", seen))


def fold(text: str) -> str:
    """`readable` text without accents, white space collapsed and left out beside Chinese characters."""
    bare = _ACCENT.sub("", unicodedata.normalize("NFKD", readable(text)))
    bare = unicodedata.normalize("NFKC", bare).translate(_UNACCENTED)
    return _CHINESE_SPACE.sub("", _SPACE.sub(" ", bare).strip())


def mentions(text: str, wanted: str) -> bool:
    """Whether the folded text has the folded words; Latin letters and digits only at word borders.

    A telephone number is itself however its digits are grouped, and `QM204` may be written `QM 204`.
    """
    haystack, needle = fold(text), fold(wanted)
    if not needle:
        return False
    digits = re.findall(r"\d", needle)
    if len(digits) >= _DIGITS_OF_A_PHONE and _DIAL.fullmatch(needle) and not _ISO_DAY.fullmatch(needle):
        return re.search(r"(?<!\d)0?" + r"[\s().-]*".join(digits) + r"(?!\d)", haystack) is not None
    parted = _CODE.fullmatch(needle)
    if parted is not None:
        return re.search(rf"(?<![0-9a-z]){parted[1]} ?{parted[2]}(?![0-9a-z])", haystack) is not None
    left = r"(?<![0-9a-z])" if re.match(r"[0-9a-z]", needle) else ""
    right = r"(?![0-9a-z])" if re.search(r"[0-9a-z]\Z", needle) else ""
    return re.search(left + re.escape(needle) + right, haystack) is not None


def asks(text: str) -> bool:
    """Whether something is asked: by a question mark, or by asking to be told it."""
    return "?" in text or "？" in text or _REQUEST.search(readable(text)) is not None
