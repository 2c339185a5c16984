"""What happens in BFCL's back ends, kept so that a verdict can be read off it without them.

For every call there is one leaf under `/calls`: what it gave back, as a hash, and what the state of each back
end was after it, as a hash. Gold calls, played apart, leave the same under `/turns`. Rules that compare two
runs turn by turn need no more than what stands in a transcript and its exam.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from scenarios.bfcl.conversations import Conversation, docs_of, parameters_of
from scenarios.bfcl.package import BfclPackage
from scenarios.transcript import Change
from tools.bfcl.backends import BackEnds
from tools.state import changes
from tools.world import Refused, Spelt


class ConversationAccount:
    """The back ends of one trial."""

    def __init__(self, package: BfclPackage, task: Conversation) -> None:
        self._package = package
        self._task = task
        self._ends = back_ends(package, task)
        self._begun = self._ends.state()
        self.calls: list[Change] = []
        """One for each call that reached the back ends."""

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Spelt:
        """One call. Raises `Refused` with BFCL's text when the back end raised."""
        text, raised = self._ends.call(tool, arguments)
        after: JsonValue = {"function": tool, "output": hashed(text), "state": {**self._ends.digests()}}
        self.calls.append(Change(path=f"/calls/{len(self.calls)}", after=after, kind="added"))
        if raised:
            raise Refused(text)
        return Spelt(text=text, value=text)

    def snapshot(self) -> JsonValue:
        return {"state": self._ends.state()}

    def changes(self) -> tuple[Change, ...]:
        """What the calls left, one by one, and what became of the state."""
        return (*self.calls, *changes({"state": self._begun}, {"state": self._ends.state()}))

    def reference(self) -> tuple[Change, ...]:
        """What the gold calls give back and leave, turn by turn."""
        ends = back_ends(self._package, self._task)
        order = {doc["name"]: parameters_of(doc) for doc in docs_of(self._package, self._task.classes)}
        found = []
        for place, turn in enumerate(self._task.gold):
            outputs: list[JsonValue] = [
                hashed(ends.call(call.function, call.named(order.get(call.function, ())))[0]) for call in turn
            ]
            after: JsonValue = {"outputs": outputs, "state": {**ends.digests()}}
            found.append(Change(path=f"/turns/{place}", after=after, kind="added"))
        return tuple(found)


def back_ends(package: BfclPackage, task: Conversation) -> BackEnds:
    """Fresh back ends for a task."""
    return BackEnds(package, task.classes, task.config, long_context=task.long_context)


def hashed(text: str) -> str:
    """What stands for an output; equal exactly when the texts are."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
