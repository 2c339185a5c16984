"""The endpoint that is looked at, and how it is asked."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from harness.clients.client import Ask, ClientError, Model, Reply, Shared
from harness.models.opened import Opening, key_of, open_model
from harness.registry.knowledge import COMPATIBLE, OURS
from harness.registry.provider import Concession, WireName
from harness.runs.record import ModelVariant
from scenarios.exam import AnswerKey, Exam, ToolSpec
from scenarios.scenario import Scenario, Segment
from scenarios.transcript import UserMessage

_SECONDS = 180.0
_OUTPUT = 512
_WHOLE = Concession(says=(), gives_up="stream", why="the doctor asks for whole replies too")
_SELF_SERVED = frozenset({OURS, COMPATIBLE})


@dataclass(frozen=True, kw_only=True)
class Patient:
    """One endpoint, and what it is asked with."""

    variant: ModelVariant
    opening: Opening
    thinking: Sequence[ModelVariant] = ()
    """The same model with each setting that is to be tried."""

    @property
    def wire(self) -> WireName:
        wire = self.variant.wire
        if wire == "reference":
            raise ValueError("a reference model has no endpoint")
        return wire

    @property
    def is_ours(self) -> bool:
        """Whether whoever asks can change how it is served."""
        return self.variant.provider in _SELF_SERVED

    @property
    def key(self) -> str | None:
        return key_of(self.variant, self.opening.environment, self.opening.known)


@asynccontextmanager
async def asked(variant: ModelVariant, patient: Patient, *, whole: bool = False) -> AsyncIterator[Model]:
    opening = replace(patient.opening, conceded=(_WHOLE,) if whole else ())
    async with open_model(variant, opening) as opened:
        yield opened.model


async def asked_once(
    model: Model, text: str, *, tools: Sequence[ToolSpec] = (), forced: bool = False, key: str = ""
) -> Reply | ClientError:
    scenario = Scenario(
        suite="doctor", id="question", title="A question", segments=(Segment(id="ask", user=(text,)),)
    )
    exam = Exam(scenario=scenario, key=AnswerKey(tools=tuple(tools)), digest=f"doctor-{len(tools)}")
    ask = Ask(
        tool_choice="required" if forced else "auto",
        output_tokens=_OUTPUT,
        seconds=_SECONDS,
        shared=Shared(messages=1, key=key) if key else None,
    )
    try:
        return await model.converse(exam, 0).reply([UserMessage(text=text)], ask)
    except ClientError as error:
        return error
