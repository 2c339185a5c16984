"""A run of the tiny world whose scenarios assert something in natural language, and a judge's endpoint."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from harness.environment import Environment
from harness.judges.prompt import PROMPT_VERSION
from harness.models.opened import Opening
from harness.runs.record import JudgeRecord, RunRecord
from tests.harness.known import KNOWN, find_variant
from tests.harness.little_run import LittleRun, exam

ASSERTED = ("The agent says what both hold.", "The agent does not guess.")


def theirs(*, counted: bool = True, asserted: Sequence[str] = ASSERTED) -> dict[str, Any]:
    """A task of tau2 that asserts something."""
    basis = ["NL_ASSERTION"] if counted else ["COMMUNICATE"]
    criteria = {"reward_basis": basis, "nl_assertions": list(asserted)}
    return {
        "benchmark": "tau2",
        "version": "1",
        "data": "0" * 64,
        "criteria": {"server": "boxes", "evaluation_criteria": criteria},
    }


async def asserting_run(tmp_path: Path, *, counted: bool = True) -> LittleRun:
    """Two scenarios that assert something."""
    asked = theirs(counted=counted)
    exams = [await exam(tmp_path, id=name, theirs=asked) for name in ("one", "two")]
    return LittleRun(tmp_path=tmp_path, exams={exam.scenario.name: exam for exam in exams})


def verdicts(*met: bool) -> str:
    """A judge's answer."""
    said = [{"statement": n, "reason": "So it is.", "met": one} for n, one in enumerate(met, start=1)]
    return json.dumps({"verdicts": said})


@dataclass
class Court:
    """A server whose model gives these answers, the last of them for ever."""

    answers: Sequence[str | int]
    """Texts, or HTTP statuses."""
    refusal: str = "no"
    """What stands beside such a status."""
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        place = min(len(self.asked), len(self.answers) - 1)
        self.asked.append(await request.json())
        said = self.answers[place]
        if isinstance(said, int):
            return web.json_response({"error": {"message": self.refusal}}, status=said)
        choice = {"message": {"content": said}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 300, "completion_tokens": 40, "total_tokens": 340}
        return web.json_response({"choices": [choice], "usage": usage})

    def record(self, **changes: Any) -> JudgeRecord:
        variant = find_variant(f"chat:judge@{self.url}").model_copy(update=changes)
        return JudgeRecord(model=variant, prompt=PROMPT_VERSION)


@asynccontextmanager
async def court(*answers: str | int) -> AsyncIterator[Court]:
    found = Court(answers)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", found.answer)
    async with TestServer(app) as server:
        found.url = str(server.make_url("/v1"))
        yield found


def opening(tmp_path: Path, gate: Callable[..., Any] | None = None) -> Opening:
    environment = Environment(home=tmp_path / "home", keys={}, variables={})
    known = Opening(
        environment=environment,
        known=KNOWN,
        logs=tmp_path / "logs",
        concurrency=1,
        seed=0,
        now=lambda: "2026-03-14T10:00:00+00:00",
    )
    return known if gate is None else Opening(**{**vars(known), "gate": gate})


def judged_by(record: RunRecord, judge: JudgeRecord) -> RunRecord:
    return record.model_copy(update={"judge": judge})
