"""A package in the form of BFCL's, small and of our own writing: a lamp that stands where its tickets would.

Its name is that of the real one, so whoever imports from it has to forget it again: `forgotten`.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scenarios.bfcl.package import FOLDER, MARKER

LAMP = '''
from decimal import getcontext

STEPS = []


class TicketAPI:
    """A lamp."""

    def __init__(self):
        self.level = None
        self.log = None
        self._secret = 1

    def _load_scenario(self, scenario, long_context=False):
        self.level = scenario.get("level", 0)
        self.log = STEPS
        self.long_context = long_context

    def dim(self, level, why=""):
        self.level = level
        self.log.append(level)
        return {"level": level}

    def look(self):
        return {"level": self.level}

    def burn(self):
        raise ValueError("too hot")

    def keep(self, words):
        self.log = words
        self.log.append("kept")
        return "kept"

    def tangle(self):
        self.log = [self.log]
        self.log.append(self.log)

    def double(self):
        self.log = [self.log, self.log]

    def sharpen(self, digits):
        getcontext().prec = digits
'''
MATHEMATICS = """
class MathAPI:
    def power(self, base, exponent):
        return {"result": base**exponent}
"""
PROMPTS = 'OTHER = 1\nDEFAULT_USER_PROMPT_FOR_ADDITIONAL_FUNCTION_FC = (\n    "There is " "more now."\n)\n'


def function(name: str, required: tuple[str, ...] = (), **properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "dict", "properties": properties, "required": list(required)}
    return {"name": name, "description": f"Does {name}.", "parameters": schema}


LAMP_DOCS = [
    function("dim", ("level",), level={"type": "integer"}, why={"type": "string"}),
    function("look"),
    function("burn"),
    function("keep", ("words",), words={"type": "array", "items": {"type": "string"}}),
]
AREA = function(
    "geometry.area",
    ("base",),
    base={"type": "integer", "description": "In metres."},
    unit={"type": "string", "default": "m"},
    scale={"type": "float"},
)
VOLUME = function("geometry_area", ("base",), base={"type": "integer"})


def said(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


QUESTIONS: dict[str, list[dict[str, Any]]] = {
    "simple_python": [
        {"id": "simple_python_0", "question": [said("How large is it?")], "function": [AREA, VOLUME]}
    ],
    "parallel": [
        {
            "id": "parallel_0",
            "question": [[{"role": "system", "content": "Be brief."}, *said("How large are both?")]],
            "function": [AREA],
        }
    ],
    "simple_java": [
        {
            "id": "simple_java_0",
            "question": [said("Sort it.")],
            "function": [
                function("Sorter.sort", ("list",), list={"type": "ArrayList", "items": {"type": "String"}})
            ],
        }
    ],
    "irrelevance": [{"id": "irrelevance_0", "question": [said("Sing!")], "function": [AREA]}],
    "live_relevance": [{"id": "live_relevance_0-0-0", "question": [said("Area?")], "function": [AREA]}],
    "multi_turn_base": [
        {
            "id": "multi_turn_base_0",
            "question": [said("Dim it to 3."), said("And to 5.")],
            "initial_config": {"TicketAPI": {"level": 9}},
            "involved_classes": ["TicketAPI"],
        }
    ],
    "multi_turn_miss_func": [
        {
            "id": "multi_turn_miss_func_0",
            "question": [said("Dim it to 3."), []],
            "initial_config": {"TicketAPI": {}},
            "involved_classes": ["TicketAPI"],
            "missed_function": {"1": ["dim"]},
        }
    ],
}
ANSWERS: dict[str, list[dict[str, Any]]] = {
    "simple_python": [
        {
            "id": "simple_python_0",
            "ground_truth": [{"geometry.area": {"base": [10], "unit": ["", "metres"], "scale": [""]}}],
        }
    ],
    "parallel": [
        {
            "id": "parallel_0",
            "ground_truth": [{"geometry.area": {"base": [1, 2]}}, {"geometry.area": {"base": [1]}}],
        }
    ],
    "simple_java": [{"id": "simple_java_0", "ground_truth": [{"Sorter.sort": {"list": [["a", "b"]]}}]}],
    "multi_turn_base": [
        {"id": "multi_turn_base_0", "ground_truth": [["dim(3)", "look()"], ["dim(level=5)"]]}
    ],
    "multi_turn_miss_func": [
        {"id": "multi_turn_miss_func_0", "ground_truth": [[], ["dim(level=3, why='x')"]]}
    ],
}


def put_package(home: Path) -> Path:
    """Put it where `longspan install bfcl` would; the home is returned."""
    root = home / FOLDER / "bfcl_eval"
    sources = root / "eval_checker" / "multi_turn_eval" / "func_source_code"
    for folder in (
        sources,
        root / "constants",
        root / "data" / "possible_answer",
        root / "data" / "multi_turn_func_doc",
    ):
        folder.mkdir(parents=True)
    for folder in (root, root / "eval_checker", root / "eval_checker" / "multi_turn_eval", sources):
        (folder / "__init__.py").touch()
    (sources / "ticket_api.py").write_text(LAMP, encoding="utf-8")
    (sources / "math_api.py").write_text(MATHEMATICS, encoding="utf-8")
    (root / "constants" / "default_prompts.py").write_text(PROMPTS, encoding="utf-8")
    _lines(root / "data" / "multi_turn_func_doc" / "ticket_api.json", LAMP_DOCS)
    for name, rows in QUESTIONS.items():
        _lines(root / "data" / f"BFCL_v4_{name}.json", rows)
    for name, rows in ANSWERS.items():
        _lines(root / "data" / "possible_answer" / f"BFCL_v4_{name}.json", rows)
    (home / FOLDER / MARKER).write_text("{}", encoding="utf-8")
    return home


def _lines(file: Path, rows: list[dict[str, Any]]) -> None:
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")


@contextmanager
def forgotten() -> Iterator[None]:
    """Forget, when the block ends, what was imported from it."""
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "bfcl_eval"]:
            del sys.modules[name]
