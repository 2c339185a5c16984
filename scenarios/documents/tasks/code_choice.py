"""Which files of a library make a document, what is asked about them, and under which names.

Files that use each other are taken together, so that there is something to ask across files; short documents
are tried several times, since few short files use each other.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from scenarios.documents.dice import Dice
from scenarios.documents.document import CannotMake, Order
from scenarios.documents.tasks.code_files import Library
from scenarios.documents.tasks.code_index import index
from scenarios.documents.tasks.code_questions import Asked, Question, questions
from scenarios.documents.tasks.names import Names

_LARGEST = 0.45
"""Share that one file may have."""
_CHARACTERS_A_TOKEN = 5
"""At most, in source code: a longer file is not worth counting."""
_ATTEMPTS_TOKENS = 100_000
_MOST_ATTEMPTS = 16
_ENOUGH = 12


@dataclass(frozen=True, kw_only=True)
class Choice:
    files: Mapping[str, str]
    """Whole files by their path, in the order of the document."""
    rest: Iterator[tuple[str, str]]
    """Further files, in which nothing stands that is asked about."""
    questions: Sequence[Question]


def choose(
    order: Order, library: Library, wanted: int, kinds: Sequence[Asked], *, share: float, disguise: bool
) -> Choice:
    """`share` of the document is files that may be asked about. Raises `CannotMake` when nothing can be."""
    files, possible = _best(order, library, kinds, share)
    turned = [kinds[(order.number + n) % len(kinds)] for n in range(len(kinds))]
    asked = _in_turn(possible, turned, order.dice("questions"))[:wanted]
    names = [question.name for question in asked]
    known = re.compile(rf"\b(?:{'|'.join(names)})\b")
    left = [path for path in order.dice("rest").shuffled(list(library.texts)) if path not in files]
    rest = ((path, library.texts[path]) for path in left if not known.search(library.texts[path]))
    if not disguise:
        return Choice(files=files, rest=rest, questions=asked)
    new = _disguises(names, order.dice("disguise"), library)
    return Choice(
        files={path: known.sub(lambda found: new[found[0]], text) for path, text in files.items()},
        rest=rest,
        questions=[_renamed(question, new) for question in asked],
    )


def _best(
    order: Order, library: Library, kinds: Sequence[Asked], share: float
) -> tuple[dict[str, str], list[Question]]:
    """The files of several tries of which most can be asked, what goes across files counted twice."""
    attempts = max(1, min(_MOST_ATTEMPTS, _ATTEMPTS_TOKENS // order.tokens))
    tried = [_attempt(order, library, kinds, share, n) for n in range(attempts)]
    files, possible = max(tried, key=lambda attempt: _plenty(attempt[1]))
    if not possible:
        raise CannotMake(
            f"{library.title}: the {len(files)} files that fit into {order.tokens:,} tokens leave nothing "
            "to ask; ask for a longer document"
        )
    return files, possible


def _plenty(possible: Sequence[Question]) -> int:
    """Names that can be asked about, of each sort no more than will be."""
    names = {question.name for question in possible}
    across = {question.name for question in possible if question.user}
    return min(len(names), _ENOUGH) + min(len(across), _ENOUGH)


def _attempt(
    order: Order, library: Library, kinds: Sequence[Asked], share: float, attempt: int
) -> tuple[dict[str, str], list[Question]]:
    """Files that fit together into the document, in random order, and all that can be asked about them."""
    dice = order.dice(f"files {attempt}")
    most = int(order.tokens * _LARGEST)
    fits = frozenset(path for path, text in library.texts.items() if len(text) < most * _CHARACTERS_A_TOKEN)
    room, paths = int(order.tokens * share), list[str]()
    for path in library.wander(dice, fits):
        if room < order.tokens // 100:
            break
        if len(library.texts[path]) > room * _CHARACTERS_A_TOKEN:
            continue
        (tokens,) = order.tokenizer.counts([library.texts[path]])
        if tokens <= min(room, most):
            room -= tokens
            paths.append(path)
    files = {path: library.texts[path] for path in dice.shuffled(paths)}
    return files, [question for question in questions(index(files)) if question.asked in kinds]


def _in_turn(possible: Sequence[Question], kinds: Sequence[Asked], dice: Dice) -> list[Question]:
    """One of each kind after another, those across files first, and no name twice."""
    shuffled = sorted(dice.shuffled(possible), key=lambda question: not question.user)
    rows = zip_longest(*([q for q in shuffled if q.asked == kind] for kind in kinds))
    chosen: dict[str, Question] = {}
    for question in chain(*rows):
        if question is not None:
            chosen.setdefault(question.name, question)
    return list(chosen.values())


def _disguises(names: Sequence[str], dice: Dice, library: Library) -> dict[str, str]:
    """An invented name for each, of the same style."""
    coined = Names("en", dice)
    new: dict[str, str] = {}
    for name in names:
        lead = name[: len(name) - len(name.lstrip("_"))]
        word = name
        while any(word in text for text in library.texts.values()):
            word = lead + coined.draw("person").lower().replace(" ", "_")
            word = word.upper() if name.isupper() else word
        new[name] = word
    return new


def _renamed(question: Question, new: Mapping[str, str]) -> Question:
    callers = {new.get(caller, caller): lines for caller, lines in question.callers.items()}
    return replace(question, name=new[question.name], callers=callers)
