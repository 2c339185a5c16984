"""T14, code: the installed standard library of Python, file by file, with questions across files.

Files that use each other come together into a document, in random order, each under a line with its path.
A question is asked only where `ast` gives one certain answer: in which file a function is `defined`, which
functions are its `callers`, which value a `constant` has that another file uses. The names that are asked
about are replaced throughout by invented ones, so that nobody answers from memory.

The text depends on the Python that is installed, whose version is its first line. `defined` rests on the path
and the `def` below it, `constant` on the assignment; each caller is told by lines of its own. The filler is
not used, and permutations of the parts are ignored, since a file may run from one part into the next.
`order.independent` asks one question.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, pairwise
from typing import Annotated

from pydantic import Field, JsonValue

from scenarios.documents.compose import Composed, compose_blocks, with_probes
from scenarios.documents.document import CannotMake, Document, Order, Probe, Task
from scenarios.documents.tasks.code_choice import Choice, choose
from scenarios.documents.tasks.code_files import Library, module_name, standard_library
from scenarios.documents.tasks.code_index import Constant
from scenarios.documents.tasks.code_questions import Asked, Lines, Question
from scenarios.documents.wording import AnswerForm, answer_form
from scenarios.language import Language
from scenarios.line import Line, Names, Value
from scenarios.reading import Cell, Evidence
from scenarios.record import Record


class Options(Record):
    questions: Annotated[int, Field(ge=1, le=100)] = 12
    """Fewer are asked where the document has no more."""
    asked: Annotated[tuple[Asked, ...], Field(min_length=1)] = ("callers", "constant", "defined")
    """Taken in turn, as far as there are any."""
    disguise: bool = True
    """Whether the names that are asked about are replaced by invented ones."""


_SAYS: Mapping[Language, str] = {
    "en": "The document holds Python source files, each below a line with its path. ",
    "zh": "文件里是若干 Python 源文件，每个文件上方有一行写着它的路径。",
}
_ASKS: Mapping[Language, Mapping[Asked, str]] = {
    "en": {
        "defined": "In which file is the function `{name}` defined? Give its path.",
        "callers": "Which functions or methods, in whatever file, call the function `{name}`? "
        "Give their bare names, without class or module.",
        "constant": "Which value has the constant `{name}`, which {user} uses and another file defines?",
    },
    "zh": {
        "defined": "函数 `{name}` 是在哪个文件里定义的？请给出文件路径。",
        "callers": "所有文件里，有哪些函数或方法调用了函数 `{name}`？只写函数名，不带类名和模块名。",
        "constant": "{user} 用到了在另一个文件里定义的常量 `{name}`，它的值是多少？",
    },
}
_HEADER = "# ==== file: "
_SHARES = (0.95, 0.85, 0.7, 0.5)
"""Of the document that is files of which something may be asked. The last of those that follow is cut."""
_SPARE = 4
"""Questions beyond those wanted, for those whose lines run from one part into the next."""
_BASED = re.compile(r"=\s*(0[xXoObB]\w+)")
_LONGEST_BLOCK = 20
"""Lines. Most blocks end sooner, at a line that ends with a letter or a digit: there no tokenizer joins what
it counted apart."""


def code_document(order: Order, library: Library) -> Document:
    """A document of the library's files. Raises `CannotMake`."""
    options = Options.model_validate(order.options)
    wanted = 1 if order.independent else options.questions
    composed, choice = _composed(order, options, library, wanted + _SPARE)
    told = {question.name: _told(question, choice.files) for question in choice.questions}
    places = _places(order, composed, dict.fromkeys(chain(*told.values())))
    whole = [q for q in choice.questions if all(text in places for text in told[q.name])]
    if not whole:
        raise CannotMake(
            f"{library.title}: what could be asked about runs from one of the {order.parts} parts into the "
            "next; ask for fewer parts"
        )
    return with_probes(
        composed,
        [
            _probe(n, question, [places[text] for text in told[question.name]], choice, order)
            for n, question in enumerate(whole[:wanted], start=1)
        ],
    )


def _composed(order: Order, options: Options, library: Library, wanted: int) -> tuple[Composed, Choice]:
    """With all files whole of which anything is asked; their invented names may be longer than their own."""
    for share in _SHARES:
        choice = choose(order, library, wanted, options.asked, share=share, disguise=options.disguise)
        composed = compose_blocks(order, _blocks(library, choice))
        text = "\n".join(composed.parts)
        if all(f"{_header(path)}\n{file}\n\n{_HEADER}" in text for path, file in choice.files.items()):
            return composed, choice
    raise CannotMake(
        f"{library.title}: files with invented names do not fit into {order.tokens:,} tokens; "
        "ask for a longer document or fewer questions"
    )


def _blocks(library: Library, choice: Choice) -> Iterator[str]:
    """The files of which something is asked in blocks whose lengths add up, the others line by line, since
    their last lines give way to others until the document is full.
    """
    block = [f"# {library.title}"]
    for path, text in choice.files.items():
        for line in ("", _header(path), *text.split("\n")):
            block.append(line)
            if line[-1:].isalnum() or len(block) == _LONGEST_BLOCK:
                yield "\n".join(block)
                block.clear()
    for path, text in choice.rest:
        for line in ("", _header(path), *text.split("\n")):
            block.append(line)
            if line:
                yield "\n".join(block)
                block.clear()


def _header(path: str) -> str:
    return f"{_HEADER}{path}"


def _told(question: Question, files: Mapping[str, str]) -> list[str]:
    """The texts that the answer rests on; those of callers in the order of the callers."""

    def lines(place: Lines) -> str:
        return "\n".join(files[place.path].split("\n")[place.first - 1 : place.last]).strip()

    if question.asked == "callers":
        return [lines(place) for place in question.callers.values()]
    if question.asked == "constant":
        return [lines(question.defined)]
    return [_header(question.defined.path), lines(question.defined)]


def _places(order: Order, composed: Composed, texts: Iterable[str]) -> dict[str, Evidence]:
    """Those of the texts that stand in the document once, and in one part."""
    places: dict[str, Evidence] = {}
    for number, part in enumerate(composed.parts):
        found = sorted((part.index(text), text) for text in texts if text in part)
        starts = [0, *(start for start, _ in found)]
        counts = order.tokenizer.counts([part[a:b] for a, b in pairwise(starts)])
        token = sum(composed.tokens[:number])
        for (_, text), count in zip(found, counts, strict=True):
            token += count
            places[text] = Evidence(text=text, part=number + 1, token=token)
    whole = "\n".join(composed.parts)
    return {text: place for text, place in places.items() if whole.count(text) == 1}


def _probe(
    number: int, question: Question, places: Sequence[Evidence], choice: Choice, order: Order
) -> Probe:
    form: AnswerForm = "list" if question.asked == "callers" else "value"
    ask = _SAYS[order.language] + _ASKS[order.language][question.asked]
    said: Sequence[str | None] = [*question.callers] or [None] * len(places)
    return Probe(
        id=f"code-{number}-{question.asked}",
        question=f"{ask.format(name=question.name, user=question.user)}\n{answer_form(form, order.language)}",
        line=_line(question, places[0].text, choice),
        evidence=tuple(
            place.model_copy(update={"answer": answer}) for place, answer in zip(places, said, strict=True)
        ),
        rests="each" if question.callers else "all",
        after=order.parts,
        cell=Cell(
            task="code",
            tokens=order.tokens,
            document=order.number,
            fact=question.name,
            variant={
                "asked": question.asked,
                "across": bool(question.user),
                "alone": order.independent,
            },
        ),
    )


def _line(question: Question, told: str, choice: Choice) -> Line:
    """`told` is what the answer rests on first; what other questions are answered by leads astray."""
    if question.asked == "callers":
        return Names(gold=tuple(question.callers))
    same = [other for other in choice.questions if other.asked == question.asked]
    if question.asked == "constant":
        values = [str(other.value) for other in same if other.value != question.value]
        return Value(gold=_spelt(question.value, told), decoys=tuple(dict.fromkeys(values)))
    path = question.defined.path
    longer = [other for other in choice.files if other.endswith(f"/{path}")]
    others = dict.fromkeys([*longer, question.user, *(other.defined.path for other in same)])
    module = module_name(path)
    return Value(
        gold={"any_of": [path, module]} if "." in module else path,
        decoys=tuple(other for other in others if other not in (path, "")),
    )


def _spelt(value: Constant | None, told: str) -> JsonValue:
    """A number also as it is written, where that is not with the base ten."""
    if not isinstance(value, int | float):
        return value
    written = _BASED.search(told)
    return {"any_of": [{"number": value}, written[1]]} if written else {"number": value}


@cache
def _installed() -> Library:
    """Read once: the files of an installed Python do not change while it runs."""
    return standard_library()


def _make(order: Order) -> Document:
    return code_document(order, _installed())


CODE = Task(
    name="code",
    title="Questions across the files of Python's standard library",
    options=Options,
    make=_make,
)
