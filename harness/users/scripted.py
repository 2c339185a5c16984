"""The user without a model: a finite-state machine that does the same whenever it hears the same."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from harness.users.user import SCRIPTED, Said, Talk, UserDesk
from scenarios.exam import Exam
from scenarios.script import arguments, filled, fitting, reaction, script_of
from scenarios.transcript import Stopped, ToolCall
from scenarios.user import Script, Signal, SimulatedUser

STOPPED: Mapping[Signal, Stopped] = {
    "done": "user_done",
    "transfer": "user_transfer",
    "out_of_scope": "user_out_of_scope",
}
"""How a conversation ended that a user ended by a signal."""


class ScriptedUser:
    """Plays the script of each scenario; where there is none, the gold calls of its user."""

    label = SCRIPTED

    def meet(self, exam: Exam, repeat: int) -> Talk:  # noqa: ARG002 # every repeat is the same
        """Raises `NoGold` where no user is simulated."""
        script, user = script_of(exam.scenario, exam.key), exam.scenario.user
        if user is None:
            raise AssertionError(exam.scenario.name)
        return ScriptedTalk(script=script, user=user)


@dataclass(kw_only=True)
class ScriptedTalk:
    script: Script
    user: SimulatedUser
    state: str = ""
    """Empty until it has spoken."""
    puzzled: int = 0
    """Replies in a row that no move fitted."""
    calls: int = 0
    results: dict[str, JsonValue] = field(default_factory=dict)

    async def turn(self, heard: str, desk: UserDesk) -> Said:
        """The move that fits, with its calls; without one it asks again until its patience is at an end."""
        if not self.state:
            self.state = self.script.start
            return self._said(self.script.opening)
        move = fitting(self.script.states[self.state], heard)
        if move is None:
            self.puzzled += 1
            gives_up = self.puzzled >= self.script.patience
            return self._said(self.script.otherwise, "user_gave_up" if gives_up else None)
        self.puzzled = 0
        self.results = {}
        for call in move.do:
            text = json.dumps(arguments(call, self.user, self.results), ensure_ascii=False)
            self.calls += 1
            made = ToolCall(id=f"user_{self.calls}", name=call.tool, arguments_json=text)
            (result,) = await desk.act("", [made])
            self.results[call.id] = result.text if result.structured is None else result.structured
        then = reaction(move, self.results)
        self.state = then.to or self.state
        return self._said(then.say, STOPPED[then.stop] if then.stop is not None else None)

    def _said(self, text: str, stop: Stopped | None = None) -> Said:
        return Said(text=filled(text, self.user, self.results), stop=stop)
