"""BFCL's own checkers, called from outside for comparison: its package is imported here and nowhere else.

The package imports some forty others before it can check anything. What its checkers use of them is a class
or two, so everything that is not there is stood in for; the checkers themselves run unchanged.
"""

import csv
import json
import os
import sys
import tempfile
import types
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from scenarios.bfcl.record import language_of

_ABSENT = (
    "pandas",
    "tree_sitter",
    "tree_sitter_java",
    "tree_sitter_javascript",
    "tenacity",
    "filelock",
    "dotenv",
    "tqdm",
)
_REPLACED = (
    "bfcl_eval.constants.model_config",
    "bfcl_eval.model_handler.base_handler",
)
MODEL = "probe"


class _Anything:
    """Stands for what is imported and never asked: it can be called, and it decorates."""

    def __init__(self, *_: object, **__: object) -> None: ...
    def __call__(self, *arguments: Any, **_: object) -> Any:
        return arguments[0] if arguments and callable(arguments[0]) else self

    def __getattr__(self, name: str) -> Any:
        return _Anything()


class _StandIn(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Anything


class _Model:
    underscore_to_dot = False
    display_name = url = org = license = MODEL
    input_price = output_price = None


@dataclass(frozen=True, kw_only=True)
class Handler:
    """How BFCL would read what a model sent."""

    decode: Callable[[Any], Any]

    def decode_ast(self, sent: Any, *_: object, **__: object) -> Any:
        return self.decode(sent)


def _decode_tool_calls(sent: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{name: json.loads(arguments)} for name, arguments in sent]


class Oracle:
    """BFCL's checkers, on one version of its package."""

    def __init__(self, root: Path) -> None:
        os.environ["BFCL_PROJECT_ROOT"] = tempfile.mkdtemp(prefix="bfcl-")  # it writes folders when imported
        sys.path.insert(0, str(root.parent))
        for name in (*_ABSENT, *_REPLACED):
            sys.modules[name] = _StandIn(name)
        stands_in = sys.modules["bfcl_eval.constants.model_config"]
        vars(stands_in)["MODEL_CONFIG_MAPPING"] = {MODEL: _Model}
        enums = import_module("bfcl_eval.constants.enums")
        runner = import_module("bfcl_eval.eval_checker.eval_runner")
        utils = import_module("bfcl_eval.model_handler.utils")
        self._languages = enums.Language
        self._format = enums.ReturnFormat.PYTHON
        self._relevance = vars(runner)["_evaluate_single_relevance_entry"]
        self._ast = vars(runner)["_evaluate_single_ast_entry"]
        self._multi_turn = runner.multi_turn_checker
        self._leaderboard = runner.generate_leaderboard_csv
        self._kept = vars(import_module("bfcl_eval.eval_checker.multi_turn_eval.multi_turn_utils"))
        self.tool_calls = Handler(decode=_decode_tool_calls)
        self.text = Handler(decode=utils.default_decode_ast_prompting)

    def single_turn(
        self, handler: Handler, sent: Any, row: dict[str, Any], key: Any, category: str
    ) -> bool | None:
        """Its verdict; None where its checker raises."""
        try:
            if "relevance" in category:
                done = self._relevance(handler, row["id"], sent, row, MODEL, category)
            else:
                done = self._ast(
                    *(handler, row["id"], sent, key, row, MODEL, category),
                    *(self._languages(language_of(category)), self._format),
                )
        except Exception:  # whatever it raises would end its whole evaluation
            return None
        return bool(done["valid"])

    def multi_turn(self, turns: list[list[list[str]]], row: dict[str, Any], key: Any) -> bool | None:
        """Its verdict on call texts by turn and step; None where its checker raises. In fresh back ends: it
        keeps them in its module by model and task, so the model has another name every time, and they go.
        """
        try:
            done = self._multi_turn(turns, key, row, row["id"].rsplit("_", 1)[0], "m" + uuid.uuid4().hex)
        except Exception:  # whatever it raises would end its whole evaluation
            return None
        finally:
            for name in [name for name in self._kept if name.endswith("_instance")]:
                del self._kept[name]
        return bool(done["valid"])

    def overall(self, scores: dict[str, tuple[float, int]]) -> float:
        """The number that its leaderboard has for accuracies and counts by category, in per cent."""
        folder = Path(tempfile.mkdtemp(prefix="bfcl-"))
        table = {MODEL: {name: {"accuracy": one, "total_count": n} for name, (one, n) in scores.items()}}
        self._leaderboard(table, folder)
        with (folder / "data_overall.csv").open(encoding="utf-8", newline="") as file:
            return float(next(csv.DictReader(file))["Overall Acc"].rstrip("%"))
