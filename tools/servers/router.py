"""A home network with trouble: the provider's desk on one side, the customer with the router on the other.

The two see different halves of one world. The desk sees the line, the plan and the faults of the area, and
can reset a line or send somebody; the customer sees lights, cables and the speed that arrives, and can plug,
press and restart. What is measured follows from both: the internet is there when the line is in order, the
cable sits, the router has power, and it was restarted after its line was reset.

A state holds `customers`, `lines`, `outages`, `routers`, `tickets` and `visits`, each by id, and in `held`
the id of the router that the customer on the phone stands in front of.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from tools.world import Refused, State, World, entry, next_id, phrase, reads, users, writes

Cable = Literal["power", "line"]
Light = Literal["off", "red", "orange", "green"]
Channel = Annotated[int, Field(ge=1, le=13)]
_CROWDED_SHARE = 0.1
"""Of the speed, what is left on a channel that many neighbours use."""
_CROWDED = 4
"""So many neighbours crowd a channel."""


def find_customer(state: State, phone: str) -> JsonValue:
    """Find the customer whose contract has this telephone number."""
    digits = _digits(phone)
    found = [key for key, one in state["customers"].items() if _digits(one["phone"]) == digits]
    if not found:
        raise Refused(
            phrase(
                state,
                "No contract has the number {phone}.",
                "没有合同登记了号码 {phone}。",
                phone=phone,
            )
        )
    return {"customer": found[0], **state["customers"][found[0]]}


def get_customer(state: State, customer: str) -> JsonValue:
    """A customer's contract: name, plan, line and address."""
    return dict(entry(state, "customers", customer))


def check_line(state: State, line: str) -> JsonValue:
    """Measure a line from the exchange: its state, what it carries, and whether the router answers."""
    found = entry(state, "lines", line)
    return {
        "line": line,
        "state": found["state"],
        "carries_mbps": found["carries_mbps"] if found["state"] == "ok" else 0,
        "router_answers": _online(state, _router_of(state, line)),
        "area": found["area"],
    }


def get_outage(state: State, area: str) -> JsonValue:
    """Whether a fault of the network is known in an area, and until when it is expected to last."""
    return {"area": area, "outage": state["outages"].get(area)}


def channels_around(state: State, line: str) -> JsonValue:
    """How many neighbours use each Wi-Fi channel around the address of a line."""
    return {"line": line, "neighbours": dict(entry(state, "lines", line)["channels"])}


def reset_line(state: State, line: str) -> JsonValue:
    """Reset a line at the exchange. The router loses it and finds it again when it is restarted."""
    found = entry(state, "lines", line)
    if found["state"] == "cut":
        raise Refused(
            phrase(
                state,
                "Line {line} is cut; a reset does nothing. Send a technician.",
                "线路 {line} 已中断，重置无效。请派技术员。",
                line=line,
            )
        )
    found["state"] = "ok"
    found["resets"] = found.get("resets", 0) + 1
    _router_of(state, line)["synced"] = False
    return {"line": line, "state": "ok", "carries_mbps": found["carries_mbps"], "restart_needed": True}


def change_plan(state: State, customer: str, plan: str) -> JsonValue:
    """Give a customer another plan from now on."""
    if plan not in state["plans"]:
        raise Refused(
            phrase(
                state,
                "No plan is called {plan}; there are {plans}.",
                "没有名为 {plan} 的套餐；现有 {plans}。",
                plan=repr(plan),
                plans=", ".join(state["plans"]),
            )
        )
    entry(state, "customers", customer)["plan"] = plan
    return {"customer": customer, "plan": plan, **state["plans"][plan]}


def book_visit(state: State, customer: str, day: str, slot: Literal["morning", "afternoon"]) -> JsonValue:
    """Send a technician on a day (YYYY-MM-DD), in the morning or in the afternoon."""
    entry(state, "customers", customer)
    free = state["slots"].get(day, [])
    if slot not in free:
        raise Refused(
            phrase(
                state,
                "Nobody is free on {day} in the {slot}; free: {free}.",
                "{day} {slot} 没有空闲的技术员；空闲时段：{free}。",
                day=day,
                slot=slot,
                free="; ".join(f"{d} {', '.join(s)}" for d, s in state["slots"].items()) or "-",
            )
        )
    visit = next_id(state["visits"], "V-")
    state["visits"][visit] = {"customer": customer, "day": day, "slot": slot}
    return {"visit": visit, "customer": customer, "day": day, "slot": slot}


def open_ticket(state: State, customer: str, topic: str, text: str) -> JsonValue:
    """Hand something over to second-level support, with what is known of it."""
    entry(state, "customers", customer)
    ticket = next_id(state["tickets"], "T-")
    state["tickets"][ticket] = {"customer": customer, "topic": topic, "text": text}
    return {"ticket": ticket}


def look_at_lights(state: State) -> JsonValue:
    """Look at the lights of the router in front of you."""
    router = _held(state)
    power: Light = "green" if _powered(router) else "off"
    if not _powered(router):
        return {"power": power, "internet": "off", "wifi": "off"}
    internet: Light = "green" if _online(state, router) else "orange" if _cabled(router) else "red"
    wifi: Light = "green" if router["wifi"] else "off"
    return {"power": power, "internet": internet, "wifi": wifi}


def check_cables(state: State) -> JsonValue:
    """Look which cables of the router sit firmly and which are loose."""
    return dict(_held(state)["cables"])


def plug_cable(state: State, cable: Cable) -> JsonValue:
    """Push a cable in until it clicks."""
    router = _held(state)
    router["cables"][cable] = "firm"
    router["synced"] = router["synced"] or cable == "line"
    return {"cable": cable, "sits": "firm"}


def restart_router(state: State) -> JsonValue:
    """Switch the router off and on again, and wait until it is up."""
    router = _held(state)
    if not _powered(router):
        raise Refused(phrase(state, "It does not come on: no light at all.", "没有反应：所有灯都不亮。"))
    router["restarts"] += 1
    router["synced"] = True
    return look_at_lights(state)


def read_label(state: State) -> JsonValue:
    """Read the sticker on the back of the router: its serial number and the name of its network."""
    router = _held(state)
    return {"serial": router["serial"], "network": router["network"]}


def wifi_settings(state: State) -> JsonValue:
    """Look at the Wi-Fi page of the router: whether it is on, and the channel that it uses."""
    router = _held(state)
    return {"on": router["wifi"], "channel": router["channel"]}


def set_channel(state: State, channel: Channel) -> JsonValue:
    """Set the Wi-Fi channel on that page."""
    _held(state)["channel"] = channel
    return {"channel": channel}


def switch_wifi(state: State, on: bool) -> JsonValue:
    """Press the button that switches Wi-Fi on or off."""
    _held(state)["wifi"] = on
    return {"on": on}


def speed_test(state: State) -> JsonValue:
    """Measure over Wi-Fi how fast the internet is, in megabits a second."""
    return {"mbps": _speed(state, _held(state))}


ROUTER = World(
    name="router",
    title="A home network, and the provider's support desk",
    tools=(
        reads(find_customer),
        reads(get_customer),
        reads(check_line),
        reads(get_outage),
        reads(channels_around),
        writes(reset_line),
        writes(change_plan),
        writes(book_visit),
        writes(open_ticket),
        users(reads(look_at_lights)),
        users(reads(check_cables)),
        users(writes(plug_cable)),
        users(writes(restart_router)),
        users(reads(read_label)),
        users(reads(wifi_settings)),
        users(writes(set_channel)),
        users(writes(switch_wifi)),
        users(reads(speed_test)),
    ),
)


def _held(state: State) -> Any:
    return entry(state, "routers", state["held"])


def _router_of(state: State, line: str) -> Any:
    return next(router for router in state["routers"].values() if router["line"] == line)


def _powered(router: State) -> bool:
    return bool(router["cables"]["power"] == "firm")


def _cabled(router: State) -> bool:
    return bool(router["cables"]["line"] == "firm")


def _online(state: State, router: State) -> bool:
    line = state["lines"][router["line"]]
    area_is_out = state["outages"].get(line["area"]) is not None
    whole = _powered(router) and _cabled(router) and bool(router["synced"])
    return whole and line["state"] == "ok" and not area_is_out


def _speed(state: State, router: State) -> float:
    """What arrives: no more than the plan, what the line carries, and what the Wi-Fi channel leaves of it."""
    line = state["lines"][router["line"]]
    if not _online(state, router) or not router["wifi"]:
        return 0
    customer = next(one for one in state["customers"].values() if one["line"] == router["line"])
    most: float = min(state["plans"][customer["plan"]]["mbps"], line["carries_mbps"])
    crowded = line["channels"].get(str(router["channel"]), 0) >= _CROWDED
    return round(most * _CROWDED_SHARE, 1) if crowded else most


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())
