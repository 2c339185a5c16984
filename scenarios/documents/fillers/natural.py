"""Fillers of text that people wrote: Python's bundled documentation, and a folder of the user's own files.

A text becomes a row of its sentences, each told once, without layout. Runs of them stay together in their
order when a document is drawn, so that it reads as the text does.
"""

import hashlib
import re
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from scenarios.documents.document import CannotMake
from scenarios.documents.table import Prose
from scenarios.language import Language

SUFFIXES = (".txt", ".md", ".rst")
RUN = 12
"""Sentences that stay together: about two paragraphs."""
MOST_BYTES = 64_000_000
"""Of a folder; a million tokens are about five million bytes."""
_LONGEST = 1_200
"""Characters; what is longer is no sentence but a table or a line of data."""

_BLANK = re.compile(r"\n\s*\n|\f")
_LAYOUT = re.compile(r"(?<!\S)[*=~#_+|-]{3,}(?!\S)|[\x00-\x08\x0b-\x1f\x7f\ufeff\u2028\u2029]")
"""Lines under headings, rules and frames of tables; control characters."""
_CLOSERS = r"[\"'”’)\]]"
_ENDS = {
    "en": re.compile(
        rf"(?:(?<=[.!?])|(?<=[.!?]{_CLOSERS})|(?<=[.!?]{_CLOSERS}{_CLOSERS}))\s+(?=[\"'“‘(\[]?[A-Z0-9])"
    ),
    "zh": re.compile(r"(?<=[。！？…])(?![。！？…”’」』）])|(?<=[。！？…][”’」』）])(?![”’」』）])"),
}
_SHORTEST = {"en": 12, "zh": 5}
"""Characters; what is shorter is told together with what follows."""


def python_docs(language: Language) -> Prose:
    """What `help()` tells about the language, about 70,000 tokens; English only."""
    if language != "en":
        raise CannotMake(
            "the filler python-docs is English; use `synthetic` or a folder of texts for Chinese"
        )
    topics: dict[str, str] = import_module("pydoc_data.topics").topics
    version = ".".join(map(str, sys.version_info[:3]))
    return _prose(f"python-docs {version}", [topics[name] for name in sorted(topics)], language)


def folder_prose(folder: Path, language: Language) -> Prose:
    """The text files in it and in its folders, in the order of their paths."""
    files = sorted(
        (file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file()),
        key=lambda file: file.relative_to(folder).as_posix(),
    )
    if not files:
        raise CannotMake(f"the filler {folder} has no file that ends in {', '.join(SUFFIXES)}")
    size = sum(file.stat().st_size for file in files)
    if size > MOST_BYTES:
        raise CannotMake(
            f"the filler {folder} has {size:,} bytes of text, and at most {MOST_BYTES:,} can be used: "
            "name a folder with less in it"
        )
    return _prose(f"folder {folder.resolve().name}", [_text(file) for file in files], language)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotMake(
            f"{file} is not UTF-8 (byte {error.start:,}): save it as UTF-8 or take it away"
        ) from error


def _prose(name: str, texts: Iterable[str], language: Language) -> Prose:
    sentences = list(
        dict.fromkeys(sentence for text in texts for sentence in split_sentences(text, language))
    )
    if not sentences:
        raise CannotMake(f"the filler {name} has no sentence that ends in a mark of punctuation")
    digest = hashlib.sha256("\n".join(sentences).encode()).hexdigest()
    return Prose(
        identity=f"{name} {digest[:12]}",
        language=language,
        write=lambda count: sentences[:count],
        pools=(len(sentences),),
        run=RUN,
        told=True,
    )


def split_sentences(text: str, language: Language) -> list[str]:
    """Without their layout, and each closed by a mark of punctuation.

    What is not (a heading, a line of code) stays with the sentence after it; what is too long is left out.
    """
    joint = " " if language == "en" else ""
    found: list[str] = []
    pending = ""
    for block in _BLANK.split(text):
        line = joint.join(part.strip() for part in block.splitlines())
        for piece in _ENDS[language].split(_LAYOUT.sub(" ", line)):
            pending = joint.join([*pending.split(), *piece.split()])
            if pending and not pending[-1].isalnum() and len(pending) >= _SHORTEST[language]:
                found.append(pending)
                pending = ""
    return [sentence for sentence in found if len(sentence) <= _LONGEST]
