import io
import re
import sys
import tokenize
from collections.abc import Mapping
from pathlib import Path

import pytest

from scenarios.documents.document import CannotMake, Document, Order, Probe
from scenarios.documents.tasks.code import CODE, code_document
from scenarios.documents.tasks.code_files import read_library
from scenarios.documents.tasks.code_index import index
from scenarios.documents.tasks.code_questions import questions
from scenarios.line import Names, Value
from tests.scenarios.documents.tasks.stage import check_document, check_place, order

LIBRARY = {
    "shapes/__init__.py": "from .sizes import LIMIT, grow\n",
    "shapes/sizes.py": "LIMIT = 0x40\nDEPTH = 12\n\n\ndef grow(size):\n    return size + LIMIT\n",
    "shop.py": (
        "import shapes\nfrom shapes import LIMIT\nfrom helper import wrap\n\n\n"
        "def sell(box):\n    return wrap(shapes.grow(box))\n\n\n"
        "class Till:\n    def count(self):\n        return [wrap(LIMIT) for _ in range(LIMIT)]\n"
    ),
    "helper.py": (
        "import shop\n\nSEAL = 'wax'\n\n\ndef wrap(box):\n    return shop, box\n\n\n"
        "def opened(size):\n    return size\n\n\ndef shadowed(size):\n    return size\n\n\n"
        "def passed(size):\n    return size\n\n\ndef like_a_method(size):\n    return size\n"
    ),
    "other.py": (
        "from helper import SEAL as seal, passed, shadowed\nimport helper\n\n\n"
        "def use(helper):\n    return helper.opened(1)\n\n\n"
        "def run(things, shadowed=len):\n    things.like_a_method()\n"
        "    return map(passed, things), shadowed(1), seal\n"
    ),
    "tests/test_shop.py": "def test_nothing():\n    pass\n",
}
"""`helper` is a module and an argument, `shadowed` a function and an argument, `like_a_method` an attribute
of something else; `seal` is another name for a constant, and `passed` is used and never called.
"""


def written(folder: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return folder


def files_of(document: Document) -> dict[str, str]:
    text = "\n".join(document.parts)
    _, *rest = re.split(r"^# ==== file: (.*)$", text, flags=re.MULTILINE)
    return dict(zip(rest[::2], rest[1::2], strict=True))


def solved(probe: Probe, files: Mapping[str, str]) -> object:
    """The answer by the tokens of the files, without their syntax trees."""
    found = re.search(r"`(\w+)`", probe.question)
    assert found is not None
    name = found[1]
    having = {path: text for path, text in files.items() if re.search(rf"\b{name}\b", text)}
    if probe.cell.variant["asked"] == "defined":
        (path,) = [
            path for path, text in having.items() if re.search(rf"^(async )?def {name}\(", text, re.MULTILINE)
        ]
        return path
    if probe.cell.variant["asked"] == "constant":
        (value,) = [
            m[1]
            for text in having.values()
            for m in re.finditer(rf"^{name}\s*=\s*([^#\n]+)", text, re.MULTILINE)
        ]
        value = value.strip()
        return (
            value.strip("'\"")
            if value[0] in "'\""
            else float(int(value, 0) if value[0:1] == "0" else float(value))
        )
    return {caller for text in having.values() for caller in callers(name, text)}


def callers(name: str, text: str) -> set[str]:
    found, stack = set(), [""]
    opening = ""
    before, tokens = "", list(tokenize.generate_tokens(io.StringIO(text).readline))
    for token, following in zip(tokens, [*tokens[1:], tokens[-1]], strict=True):
        if token.type == tokenize.INDENT:
            stack.append(opening or stack[-1])
            opening = ""
        elif token.type == tokenize.DEDENT:
            stack.pop()
        elif before == "def":
            opening = token.string
        elif token.string == name and following.string == "(":
            found.add(opening or stack[-1])
        before = token.string
    return found


def gold(probe: Probe) -> object:
    if isinstance(probe.line, Names):
        return set(probe.line.gold)
    assert isinstance(probe.line, Value)
    value = probe.line.gold
    while isinstance(value, dict):
        value = value["any_of"][0] if "any_of" in value else value["number"]  # type: ignore[index] # a matcher
    return float(value) if isinstance(value, int) else value


def check(document: Document, asked: Order) -> None:
    check_document(document, asked)
    files = files_of(document)
    for probe in document.probes:
        assert solved(probe, files) == gold(probe), probe.question
        if probe.rests == "each":
            assert {place.answer for place in probe.evidence} == gold(probe)


@pytest.mark.parametrize(("language", "tokens", "parts"), [("en", 16384, 1), ("zh", 32768, 4)])
def test_reading_the_files_of_the_text_gives_the_gold(language: str, tokens: int, parts: int) -> None:
    for number in range(2):
        asked = order("zh" if language == "zh" else "en", tokens, parts=parts, number=number)
        document = CODE.make(asked)
        check(document, asked)
        assert f"Python {sys.version_info[0]}.{sys.version_info[1]}" in document.text.splitlines()[0]
        assert any(probe.cell.variant["across"] for probe in document.probes)


def test_the_same_order_gives_the_same_document_and_another_number_another() -> None:
    made = CODE.make(order())
    assert made == CODE.make(order())
    assert made.digest != CODE.make(order(number=1)).digest


def test_what_is_asked_about_goes_by_an_invented_name_unless_told_otherwise() -> None:
    asked = order(tokens=16384)
    plain = CODE.make(order(tokens=16384, options={"disguise": False}))
    check(plain, asked)
    for probe in CODE.make(asked).probes:
        assert probe.cell.fact not in plain.text
    for probe in plain.probes:
        assert probe.cell.fact in plain.text


def test_only_what_is_certain_is_asked(tmp_path: Path) -> None:
    library = read_library(written(tmp_path, LIBRARY), "A little library")
    assert "tests/test_shop.py" not in library.texts
    found = {(question.asked, question.name): question for question in questions(index(library.texts))}
    assert found.keys() == {
        ("constant", "LIMIT"),
        ("defined", "grow"),
        ("callers", "grow"),
        ("defined", "passed"),
        ("defined", "wrap"),
        ("callers", "wrap"),
    }
    assert found["constant", "LIMIT"].value == 0x40
    assert found["constant", "LIMIT"].defined.path == "shapes/sizes.py"
    assert set(found["callers", "wrap"].callers) == {"sell", "count"}


def test_a_number_may_be_given_as_it_is_written(tmp_path: Path) -> None:
    library = read_library(written(tmp_path, LIBRARY), "A little library")
    document = code_document(order(tokens=230, parts=1, options={"asked": ["constant"]}), library)
    (probe,) = document.probes
    assert isinstance(probe.line, Value)
    assert probe.line.gold == {"any_of": [{"number": 64}, "0x40"]}
    check_place(probe.evidence[0], document, order(tokens=230))


def test_files_that_leave_nothing_to_ask_are_refused(tmp_path: Path) -> None:
    library = read_library(
        written(tmp_path, {"alone.py": "def nothing():\n    pass\n" * 30}), "A poor library"
    )
    with pytest.raises(CannotMake, match="nothing to ask"):
        code_document(order(tokens=256, parts=1), library)


def test_alone_one_question_is_asked_and_its_kind_changes_with_the_number() -> None:
    documents = [CODE.make(order(tokens=4096, number=n, independent=True)) for n in range(4)]
    assert {len(document.probes) for document in documents} == {1}
    assert len({document.probes[0].cell.variant["asked"] for document in documents}) > 1
