"""What ROUGE counts as a token, by language, and what it counts as a sentence.

The tokenizer of `rouge_score` keeps only a–z and 0–9, so that Chinese text has no tokens at all and identical
texts score 0. Chinese is therefore cut into characters, with Latin words and numbers kept whole, or into the
words of jieba. Scores under different tokenizers are not comparable: every score says which it was.
"""

import re
import unicodedata
import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, Protocol

from scenarios.language import Language
from scoring.extras import named_version, optional

TokenizerName = Literal["words", "words-stemmed", "characters", "jieba"]
"""`words`: runs of a–z and 0–9, as in `rouge_score`. `words-stemmed`: their Porter stems (`ROUGE-1.5.5.pl
-m`). `characters`: Chinese characters, Latin words and numbers. `jieba`: the words that jieba finds."""

DEFAULT: Mapping[Language, TokenizerName] = {"en": "words-stemmed", "zh": "characters"}

_HAN = "\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Chinese characters, and the kana, which are no words by themselves either."""
_TOKEN = re.compile(rf"\d+(?:[.,]\d+)*|[{_HAN}]|(?:(?![\d{_HAN}])[^\W_])+")
_SENTENCE_END = re.compile(
    r"(?<=[.!?…])[ \t]+|(?<=[.!?…][\"'”’)\]])[ \t]+"
    r"|(?<=[。！？；])(?![”’」』）])|(?<=[。！？；][”’」』）])|\n+"
)
_LONGEST_SENTENCE = 1000
"""Letters; what has no end of a sentence is cut there, since ROUGE-Lsum needs memory for the square of it."""


class Tokens(Protocol):
    """What `rouge_score` and `rouge_score_rs` take for a tokenizer."""

    def tokenize(self, text: str) -> list[str]: ...


class Characters:
    """Each Chinese character; Latin words and numbers whole; after NFKC and case folding."""

    def tokenize(self, text: str) -> list[str]:
        return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


class JiebaWords:
    """The words of jieba's own dictionary, without punctuation.

    Its dictionary is read anew: jieba's way of keeping it would load whatever file of that name lies in the
    machine's shared temporary folder.
    """

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pkg_resources and of its escapes, which are not ours to mend
            jieba = optional("jieba", extra="jieba")
            self._jieba: Any = jieba.Tokenizer()
        self._jieba.FREQ, self._jieba.total = self._jieba.gen_pfdict(self._jieba.get_dict_file())
        self._jieba.initialized = True

    def tokenize(self, text: str) -> list[str]:
        plain = unicodedata.normalize("NFKC", text).casefold()
        return [word for word in self._jieba.cut(plain) if any(sign.isalnum() for sign in word)]


@cache
def own_tokenizer(name: TokenizerName) -> Tokens | None:
    """The object to pass to a backend; None for the words that every backend has built in."""
    if name == "characters":
        return Characters()
    return JiebaWords() if name == "jieba" else None


def described(name: TokenizerName) -> str:
    """The tokenizer as it stands beside a score."""
    return named_version("jieba") if name == "jieba" else name


def one_sentence_a_line(text: str) -> str:
    """The text as ROUGE-Lsum wants it: it takes lines for sentences, and replies come in paragraphs."""
    sentences = (sentence.strip() for sentence in _SENTENCE_END.split(text))
    pieces = (
        sentence[start : start + _LONGEST_SENTENCE]
        for sentence in sentences
        for start in range(0, len(sentence), _LONGEST_SENTENCE)
    )
    return "\n".join(pieces)
