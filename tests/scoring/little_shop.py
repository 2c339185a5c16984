"""A world of five tools that lives in the test, and a player of planned behaviour in it.

It stands for the real worlds and the real loop: tools that refuse, faults that hit, ids that the world gives.
"""

import json
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from scenarios.exam import AnswerKey, Exam, GoldCall
from scenarios.matching import resolve, sample_arguments
from scenarios.scenario import Scenario
from scenarios.transcript import (
    AssistantMessage,
    Change,
    Message,
    SegmentRecord,
    ToolCall,
    ToolMessage,
    Transcript,
    UserMessage,
    parse_arguments,
)
from scoring.behaviour import Behaviour, PlannedCall, Turn, arguments_json, spoken
from scoring.references import lookup_in
from scoring.tool_schema import ToolSchema
from tests.scoring.trials import TOOLS

START: dict[str, Any] = {
    "shop": {
        "orders": {
            "O-16": {"customer": "u2", "total": 12, "status": "shipped"},
            "O-17": {"customer": "u1", "total": 42.5, "status": "shipped"},
        }
    },
    "desk": {"tickets": {}},
}


class Refused(Exception):
    pass


@dataclass
class Shop:
    scenario: Scenario
    state: dict[str, Any] = field(default_factory=lambda: deepcopy(START))
    made: Counter[str] = field(default_factory=Counter)

    def answer(self, call: ToolCall) -> ToolMessage:
        schemas = {tool.name: ToolSchema(root=tool.input_schema, pool=()) for tool in TOOLS}
        if call.name not in schemas:
            return ToolMessage(call_id=call.id, text="no such tool", problem="unknown_tool")
        try:
            arguments = parse_arguments(call.arguments_json)
        except ValueError as error:
            return ToolMessage(call_id=call.id, text="not JSON", problem="malformed", detail=str(error))
        if not schemas[call.name].accepts(arguments):
            return ToolMessage(call_id=call.id, text="no", problem="schema", detail="bad arguments")
        self.made[call.name] += 1
        for fault in self.scenario.tools.faults:
            if (fault.tool, fault.nth) == (call.name, self.made[call.name]):
                return ToolMessage(call_id=call.id, text="…", problem="fault", detail=fault.error)
        try:
            result = self.run(call.name, arguments)
        except Refused as error:
            return ToolMessage(call_id=call.id, text=str(error), problem="tool_error")
        return ToolMessage(call_id=call.id, text=json.dumps(result), structured=result)

    def run(self, tool: str, arguments: dict[str, Any]) -> Any:
        orders, tickets = self.state["shop"]["orders"], self.state["desk"]["tickets"]
        if tool == "shop__list_orders":
            mine = [name for name in orders if orders[name]["customer"] == arguments["customer"]]
            return [{"id": name, "total": orders[name]["total"]} for name in mine]
        if tool == "desk__open_ticket":
            name = f"T-{len(tickets) + 1}"
            tickets[name] = {"title": arguments["title"], "priority": arguments.get("priority", 3)}
            return {"id": name}
        order = orders.get(arguments["order"])
        if order is None or (tool != "shop__get_order" and order["status"] != "shipped"):
            raise Refused(f"not possible for {arguments['order']}")
        if tool == "shop__refund":
            order |= {"status": "refunded", "paid_back": arguments["amount"]}
        if tool == "shop__cancel_order":
            order["status"] = "cancelled"
        return {"order": arguments["order"], **order}


def keyed(scenario: Scenario) -> Exam:
    """The scenario with what its gold calls do in a fresh shop."""
    shop = Shop(scenario.model_copy(update={"tools": scenario.tools.model_copy(update={"faults": ()})}))
    calls: list[GoldCall] = []
    for segment, call in scenario.calls:
        arguments = sample_arguments(call.args, resolve({done.id: done.result for done in calls}))
        result = shop.run(call.tool, arguments)
        calls.append(
            GoldCall(id=call.id, segment=segment.id, tool=call.tool, arguments=arguments, result=result)
        )
    key = AnswerKey(tools=TOOLS, calls=tuple(calls), initial=START, changes=_changes(shop.state))
    return Exam(scenario=scenario, key=key, digest="0")


def play(exam: Exam, behaviour: Behaviour) -> Transcript:
    shop, turns = Shop(exam.scenario), iter(behaviour)
    own: dict[str, Any] = {}
    records: list[SegmentRecord] = []
    for segment in exam.scenario.segments:
        said: list[Message] = []
        for text in segment.user:
            said += [UserMessage(text=text), *_turn(next(turns), shop, own, exam)]
        records.append(SegmentRecord(segment=segment.id, messages=tuple(said)))
    return Transcript(
        scenario=exam.scenario.name,
        model="planned",
        repeat=0,
        ended="done",
        segments=tuple(records),
        changes=_changes(shop.state),
    )


def _turn(turn: Turn, shop: Shop, own: dict[str, Any], exam: Exam) -> Iterator[Message]:
    lookup = lookup_in(own, exam.key.results)
    for step in turn.steps:
        left: list[PlannedCall] = list(step)
        while left:
            calls = [
                ToolCall(id=f"{place}", name=one.tool, arguments_json=arguments_json(one, lookup))
                for place, one in enumerate(left)
            ]
            yield AssistantMessage(tool_calls=tuple(calls))
            answers = [shop.answer(call) for call in calls]
            yield from answers
            own |= {
                one.gold: answer.structured
                for one, answer in zip(left, answers, strict=True)
                if one.gold and not answer.problem
            }
            left = [
                one
                for one, answer in zip(left, answers, strict=True)
                if answer.problem == "fault" and one.retry
            ]
    yield AssistantMessage(text=spoken(turn, lookup, exam.scenario.language))


def _changes(state: dict[str, Any]) -> dict[str, tuple[Change, ...]]:
    found: dict[str, tuple[Change, ...]] = {}
    for server, before in START.items():
        old, new = dict(_leaves(before)), dict(_leaves(state[server]))
        changes = [
            Change(
                path=path,
                before=old.get(path),
                after=new.get(path),
                kind="added" if path not in old else "removed" if path not in new else "changed",
            )
            for path in sorted(old.keys() | new.keys())
            if old.get(path) != new.get(path)
        ]
        if changes:
            found[server] = tuple(changes)
    return found


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from _leaves(part, f"{path}/{name}")
    else:
        yield path, value
