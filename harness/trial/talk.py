"""A conversation of two: the simulated user and the agent speak in turn until the user leaves."""

from harness.agents.agent import Agent
from harness.clients.client import ClientError, ContextTooLong
from harness.trial.desk import Ended, TrialDesk
from harness.trial.user_desk import TrialUserDesk
from harness.users.user import Said, Talk, UserBroke
from scenarios.transcript import AssistantMessage, Stopped, UserMessage

OF_THE_USER = "of the user's model"
"""Where a failure says whose request it was."""


async def converse(desk: TrialDesk, agent: Agent, talk: Talk, theirs: TrialUserDesk) -> Stopped:
    """Play it to its end, and say how the user ended it. Raises what ends a trial before."""
    user, segment = theirs.user, desk.exam.scenario.segments[0]
    desk.segments.append((segment.id, []))
    force = desk.model.variant.first_call == "required" and bool(segment.expect.calls)
    if user.greeting:
        desk.greet(user.greeting)
    heard = user.greeting
    for _ in range(user.limits.turns):
        said = await _heard_out(talk, heard, theirs)
        if said.stop is not None:
            if said.text:
                desk.segments[-1][1].append(UserMessage(text=said.text))  # nobody is asked to answer it
            return said.stop
        desk.open_turn(said.text, force=force)
        await agent.turn(desk)
        last = desk.messages[-1]
        heard = last.text if isinstance(last, AssistantMessage) else ""
    raise Ended("limit", "turns", f"the user spoke {user.limits.turns} times, and was not done")


async def _heard_out(talk: Talk, heard: str, theirs: TrialUserDesk) -> Said:
    theirs.open_turn()
    try:
        return await talk.turn(heard, theirs)
    except ContextTooLong as error:
        raise UserBroke("overflow", f"the conversation outgrew the user's model: {error}") from error
    except ClientError as error:
        error.asked = f" {OF_THE_USER}"
        raise
