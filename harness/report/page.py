"""`report.html`: one file that works from a disk, asks the network for nothing, and runs no text of others.

Everything the page shows travels as JSON inside it and is put there as text by the page's own script. The
page itself forbids, by a Content-Security-Policy, any script and style but its own two, by their hashes. Its
size is bounded: conversations beyond the bounds are named with the command that shows them.
"""

import base64
import hashlib
import html
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from pydantic import JsonValue

from harness.models.pricing import tariffs
from harness.report.figures import Report
from harness.report.plain_text import visible, visible_json
from harness.report.view import TrialView, trial_view
from harness.runs.record import RunRecord
from harness.runs.store import Trial
from scenarios.exam import Exam
from scenarios.transcript import Transcript
from scoring.codes import CODES, CODES_ZH
from scoring.grade import Grade
from scoring.lines.verdict import OUTCOMES, OUTCOMES_ZH, Outcome

_SCRIPTS = (
    "dom.js",
    "tables.js",
    "theirs.js",
    "charts.js",
    "reliability.js",
    "costs.js",
    "users.js",
    "servers.js",
    "pareto.js",
    "hosting.js",
    "documents.js",
    "consistency.js",
    "trials.js",
    "page.js",
)
_ACTIVE = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""What could end a script block or a line of script, as JSON writes it harmlessly."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How much a page holds."""

    conversations: int = 400
    size: int = 8_000_000
    """Bytes of all conversations together."""
    characters: int = 12_000
    """Of one text; the middle of a longer one is left out."""
    good: int = 40
    """Conversations of trials that succeeded, among the others."""
    good_each: int = 2
    """Of them, for each model and suite."""


class Page:
    """Takes trials in, one at a time, and keeps of each a row, and of some the conversation."""

    def __init__(self, record: RunRecord, bounds: Bounds | None = None) -> None:
        self._record = record
        self._bounds = bounds or Bounds()
        self._prices = tariffs(record)
        self._size = 0
        self._models = {model.label: place for place, model in enumerate(record.models)}
        self._scenarios = {name: place for place, name in enumerate(record.scenarios)}
        self._titles: dict[str, tuple[str, str, str | None]] = {}
        """By scenario: title, language, and the document with its layout."""
        self._trials: list[list[JsonValue]] = []
        self._talks: list[str] = []
        self._systems: dict[str, int] = {}
        self._good: Counter[tuple[str, str]] = Counter()

    def add(self, trial: Trial, exam: Exam, transcript: Transcript, grade: Grade) -> None:
        outcome = _outcome(grade)
        scenario = exam.scenario
        reading = None if scenario.reading is None else visible(scenario.reading.key)
        self._titles.setdefault(trial.scenario, (visible(scenario.title), scenario.language, reading))
        talk = None
        if len(self._talks) < self._bounds.conversations and self._shows(trial, outcome):
            limit, tariff = self._bounds.characters, self._prices[trial.model.label]
            talk = self._keep(trial_view(trial, exam, transcript, grade, limit, tariff))
        self._trials.append(
            [
                *(self._models[trial.model.label], self._scenarios[trial.scenario], trial.repeat),
                *(outcome, transcript.ended, grade.score, grade.root_cause, talk),
            ]
        )

    def html(self, report: Report) -> str:
        """The whole page."""
        style, script = _asset("page.css"), "\n".join(map(_asset, _SCRIPTS))
        parts = {
            "title": html.escape(f"Longspan: {', '.join(self._record.suite_names)} ({self._record.id})"),
            "style": style,
            "style_hash": _hash(style),
            "script": script,
            "script_hash": _hash(script),
            "data": self._data(report),
        }
        return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _asset("page.html"))

    def _shows(self, trial: Trial, outcome: str) -> bool:
        """Whether a trial is worth reading: what went wrong always is, and a few that succeeded are."""
        if outcome != "passed":
            return outcome != "not_played"
        key = (trial.model.label, trial.scenario.partition("/")[0])
        if self._good[key] >= self._bounds.good_each or self._good.total() >= self._bounds.good:
            return False
        self._good[key] += 1
        return True

    def _keep(self, view: TrialView) -> int | None:
        """Where the conversation stands on the page; None when it does not fit any more."""
        system = self._systems.get(view.system, len(self._systems))
        talk = _embedded(view.model_dump(mode="json") | {"system": system})
        size = len(talk.encode()) + (len(view.system.encode()) if view.system not in self._systems else 0)
        if self._size + size > self._bounds.size:
            return None
        self._size += size
        self._systems[view.system] = system
        self._talks.append(talk)
        return len(self._talks) - 1

    def _data(self, report: Report) -> str:
        record = self._record
        scenarios: list[JsonValue] = []
        for name in self._scenarios:
            title, language, reading = self._titles.get(name, ("", "en", None))
            named: dict[str, JsonValue] = {"name": name, "suite": name.partition("/")[0], "title": title}
            scenarios.append(named | {"language": language, "reading": reading})
        page: dict[str, JsonValue] = {
            "run": visible_json(record.model_dump(mode="json") | {"suites": list(record.suite_names)}),
            "report": visible_json(report.model_dump(mode="json")),
            "slugs": [model.slug for model in record.models],
            "scenarios": scenarios,
            "trials": list[JsonValue](self._trials),
            "systems": list[JsonValue](self._systems),
            "codes": {"en": dict(CODES), "zh": dict(CODES_ZH)},
            "outcomes": {"en": _plain(OUTCOMES), "zh": _plain(OUTCOMES_ZH)},
            "texts": json.loads(_asset("texts.json")),
        }
        return _embedded(page)[:-1] + ',"talks":[' + ",".join(self._talks) + "]}"


def _outcome(grade: Grade) -> str:
    if grade.ended == "budget":
        return "not_played"
    return "not_graded" if not grade.graded else "passed" if grade.success else "failed"


def _plain(meanings: Mapping[Outcome, str]) -> JsonValue:
    return {str(outcome): meaning for outcome, meaning in meanings.items()}


def _embedded(value: JsonValue) -> str:
    """JSON that may stand inside a script element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ACTIVE)


def _asset(name: str) -> str:
    return (files("harness.report") / "assets" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
