"""One trial: a scenario's turns against a model in a fresh world, written down as a transcript.

The user speaks, and an agent carries on at its desk until the model has said its piece: turn by turn, that is
the whole of it. Whatever ends a trial early is an exception, and `play` is the one boundary that gives it its
class. What happened until then is always kept.
"""

import traceback
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from pydantic import JsonValue

from harness.agents.agent import Agent, AgentFailed
from harness.agents.native import Native
from harness.clients.client import ClientError, ContextTooLong, Model, OverBudget
from harness.runs.record import NATIVE, ModelVariant
from harness.trial.desk import Ended, TrialDesk, TurnOver
from harness.trial.opening import Openings, shared_beginning
from harness.trial.talk import converse
from harness.trial.user_desk import TrialUserDesk
from harness.users.scripted import ScriptedUser
from harness.users.user import SCRIPTED, User, UserBroke
from scenarios.documents.expand import READER
from scenarios.exam import Exam
from scenarios.foreign import whole_text
from scenarios.scenario import Scenario
from scenarios.transcript import (
    GRADED,
    Attempt,
    Change,
    Failure,
    Message,
    SegmentRecord,
    Stopped,
    Transcript,
    TrialClass,
    UserAction,
)
from scoring.user_faults.detect import find_faults
from tools.failure import WorldFailed
from tools.open_world import OpenWorld, WorldHome, open_world


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What every trial of a run is played with."""

    home: WorldHome
    now: Callable[[], str]
    """UTC, ISO 8601."""
    clock: Callable[[], float]
    openings: Openings | None = None
    """Brings documents before models; None where no scenario has one."""
    agents: Mapping[str, Agent] = field(default_factory=lambda: {NATIVE: Native()})
    """By the names that variants call them."""
    user: User = field(default_factory=ScriptedUser)
    """Plays the simulated users."""


async def play(exam: Exam, model: Model, repeat: int, stage: Stage) -> Transcript:
    """Play one trial to its end, whatever that is. Raises nothing but cancellation."""
    desk = TrialDesk(exam=exam, model=model, repeat=repeat)
    simulated = exam.scenario.user
    theirs = TrialUserDesk(desk=desk, user=simulated) if simulated is not None else None
    script = _Script(desk=desk, theirs=theirs)
    started, start = stage.now(), stage.clock()
    ended, failure = await _play(script, stage)
    transcript = Transcript(
        scenario=exam.scenario.name,
        model=model.variant.label,
        repeat=repeat,
        ended=ended,
        failure=failure,
        segments=tuple(SegmentRecord(segment=name, messages=tuple(said)) for name, said in desk.segments),
        exchanges=tuple(desk.exchanges),
        changes=script.changes,
        failed=script.failed,
        started=started,
        seconds=round(stage.clock() - start, 6),
        notes=(*_settings(model.variant), *desk.noted),
        user=stage.user.label if theirs is not None else None,
        user_exchanges=tuple(theirs.exchanges) if theirs is not None else (),
        stopped=script.stopped,
    )
    return _without_the_users_faults(exam, transcript)


async def _play(script: "_Script", stage: Stage) -> tuple[TrialClass, Failure | None]:
    """The boundary: every way to end becomes a class here and nowhere else."""
    desk = script.desk
    try:
        async with (
            _opened(desk, stage) as (scenario, shown),
            open_world(scenario, home=stage.home) as world,
        ):
            script.show(shown, world)
            _check_tools(desk.exam, world)
            before = await script.starting_state()
            try:
                await script.play(stage.agents[desk.model.variant.agent], stage.user)
            finally:
                script.changes = await world.changes(before if script.acted else None)
    except Ended as end:
        return end.ended, Failure(kind=end.kind, message=str(end))
    except UserBroke as error:
        return "user", Failure(kind=error.kind, message=whole_text(str(error)))
    except AgentFailed as error:
        return "limit", Failure(kind=error.kind, message=whole_text(str(error)))
    except WorldFailed as broken:
        return "server", Failure(kind=broken.kind, message=str(broken), where=broken.server)
    except ContextTooLong as error:
        return "overflow", Failure(kind=error.kind, message=str(error))
    except OverBudget as error:
        return "budget", Failure(kind=error.kind, message=str(error))
    except ClientError as error:
        script.failed = error.failed
        return "provider", Failure(
            kind=error.kind,
            message=str(error),
            where=f"attempt {max(1, len(error.failed))}{error.asked}",
        )
    except Exception as error:  # the boundary: a bug of ours is a class too, and fails the run
        where = "".join(traceback.format_exception(error)[-3:])
        said = whole_text(str(error))
        return "harness", Failure(kind=type(error).__name__, message=said, where=whole_text(where))
    return "done", None


@asynccontextmanager
async def _opened(desk: TrialDesk, stage: Stage) -> AsyncIterator[tuple[Scenario, tuple[Message, ...]]]:
    """The scenario with its document where it belongs: before the question, or behind an MCP server."""
    scenario = desk.exam.scenario
    if scenario.reading is None or stage.openings is None:
        yield scenario, scenario.history
        return
    if scenario.reading.layout == "tools":
        parts: JsonValue = list(stage.openings.parts(scenario.reading))
        reader = scenario.servers[READER].model_copy(update={"state": {"parts": parts}})
        scenario = scenario.model_copy(update={"servers": {READER: reader}})
    async with stage.openings.opened(desk.model, desk.exam, desk.repeat) as shown:
        yield scenario, shown


def _without_the_users_faults(exam: Exam, transcript: Transcript) -> Transcript:
    """A trial that a model playing the user broke is the user's, and says nothing of who talked with it. A
    script makes no faults.
    """
    user = exam.scenario.user
    if user is None or transcript.user == SCRIPTED or transcript.ended not in GRADED:
        return transcript
    found = find_faults(exam, transcript)
    if not found:
        return transcript
    said = "; ".join(dict.fromkeys(f"{fault.kind}: {fault.why}" for fault in found))
    if user.faults == "note":
        note = whole_text(f"the user broke its part ({said})")
        return transcript.model_copy(update={"notes": (*transcript.notes, note)})
    failure = Failure(kind=found[0].kind, message=whole_text(said), where=f"turn {found[0].turn} of the user")
    return transcript.model_copy(update={"ended": "user", "failure": failure})


def _check_tools(exam: Exam, world: OpenWorld) -> None:
    """A model is told of the answer key's tools; when a server has others now, that is not its mistake."""
    told, there = (
        {tool.name for tool in tools}
        for tools in ((*exam.key.tools, *exam.key.user_tools), (*world.tools, *world.user_tools))
    )
    if changed := sorted(told ^ there):
        message = f"its tools are not those that the suite was prepared with: {', '.join(changed[:5])}"
        raise WorldFailed("protocol", changed[0].partition("__")[0], message)


def _settings(variant: ModelVariant) -> tuple[str, ...]:
    """What shapes every trial of a variant beyond the scenario."""
    return ("first_call: required",) if variant.first_call == "required" else ()


@dataclass(kw_only=True)
class _Script:
    """A trial from its first word to its last."""

    desk: TrialDesk
    theirs: TrialUserDesk | None = None
    """Where the simulated user sits; None where the turns are written."""
    stopped: Stopped | None = None
    changes: dict[str, tuple[Change, ...]] = field(default_factory=dict)
    failed: tuple[Attempt, ...] = ()
    """The attempts of a request that was never answered."""

    def show(self, shown: tuple[Message, ...], world: OpenWorld) -> None:
        """Begin in a world, and with what all questions on one reading begin with."""
        desk = self.desk
        desk.world = world
        desk.messages += shown
        reading = desk.exam.scenario.reading
        if shown and reading is not None:
            desk.shared = shared_beginning(desk.model, reading, desk.repeat, len(shown))

    async def starting_state(self) -> dict[str, JsonValue]:
        """The state that trials start from: known beforehand, except at a server that lives on."""
        exam = self.desk.exam
        servers = exam.scenario.servers
        if exam.scenario.reading is not None or any(server.url for server in servers.values()):
            return await self.desk.world.snapshot()
        # The scenario's own objects, in which a world in memory leaves what nobody touched.
        given = {name: server.state for name, server in servers.items() if server.state is not None}
        return {**exam.key.initial, **given}

    @property
    def acted(self) -> bool:
        """Whether anybody may have changed the world."""
        messages = [message for _, said in self.desk.segments for message in said]
        return bool(self.desk.calls) or any(isinstance(one, UserAction) for one in messages)

    async def play(self, agent: Agent, user: User) -> None:
        desk = self.desk
        desk.noted |= dict.fromkeys(agent.notes)
        if self.theirs is not None:
            talk = user.meet(desk.exam, desk.repeat)
            self.stopped = await converse(desk, agent, talk, self.theirs)
            return
        for segment in desk.exam.scenario.segments:
            desk.segments.append((segment.id, []))
            desk.offer(segment.id)
            force = desk.model.variant.first_call == "required" and bool(segment.expect.calls)
            for text in segment.user:
                desk.open_turn(text, force=force)
                with suppress(TurnOver):
                    await agent.turn(desk)
