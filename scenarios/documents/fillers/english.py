"""Forms of English words, as regular as the language; what is irregular stands in the word lists.

A noun is written `knife/knives` and a verb `sweep/swept/sweeping` where the rules here would spell it wrong.
"""

import re

_VOWELS = "aeiou"
_ARTICLE = re.compile(r"\b([Aa])(?= (?:[aeioAEIO]|u(?:[^ns]|n[^i])))")
"""Before a vowel that is heard; words as `one`, `hour` and `ewe` are not in the lists."""


def finished(sentence: str) -> str:
    """With `an` where it belongs, and a capital at the beginning."""
    sentence = _ARTICLE.sub(r"\1n", sentence)
    return sentence[0].upper() + sentence[1:]


def inflected(word: str, form: str | None) -> str:
    """`s`: several; `ed`: the past, which is the participle too; `ing`; None: as it stands."""
    first, *others = word.split("/")
    match form, others:
        case None, _:
            return first
        case "s" | "ed", [other, *_]:
            return other
        case "ing", [_, other]:
            return other
        case "s", _:
            return _plural(first)
        case "ed", _:
            return _past(first)
        case "ing", _:
            return _gerund(first)
        case _:
            raise ValueError(f"no form `{form}`: there are s, ed and ing")


def _plural(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    return f"{word[:-1]}ies" if _ends_in_y(word) else f"{word}s"


def _past(word: str) -> str:
    if word.endswith("e"):
        return f"{word}d"
    return f"{word[:-1]}ied" if _ends_in_y(word) else f"{word}ed"


def _gerund(word: str) -> str:
    return f"{word[:-1]}ing" if word.endswith("e") and not word.endswith(("ee", "ye", "oe")) else f"{word}ing"


def _ends_in_y(word: str) -> bool:
    return word.endswith("y") and word[-2] not in _VOWELS
