"""Electricity at home: the supplier's desk on one side, the customer before meter, breakers and heat pump.

The desk sees accounts, readings, payments, and what a smart meter sends; it can record a reading, issue a
code, release a meter and send an electrician. The customer sees displays, labels and switches. A display has
more than one screen, a cellar more than one meter, and a breaker that trips twice has a reason.

A state holds `accounts`, `tariffs`, `meters`, `payments`, `outages`, `homes`, `readings`, `visits` and free
`days`, and in `held` the meter that the customer stands before and the home.
"""

from typing import Any, Literal

from pydantic import JsonValue

from tools.world import Refused, State, World, entry, next_id, phrase, reads, users, writes


def get_account(state: State, account: str) -> JsonValue:
    """An account: its holder, address, area, tariff, the serial number of its meter, and what is owed."""
    return {"account": account, **entry(state, "accounts", account)}


def get_readings(state: State, account: str) -> JsonValue:
    """The readings of an account with their days, how each came in, and what the last one makes to pay."""
    entry(state, "accounts", account)
    found = state["readings"][account]
    return {"account": account, "readings": found, "to_pay": _to_pay(state, account, found)}


def check_meter(state: State, serial: str) -> JsonValue:
    """What a smart meter sends: when it last did, whether it lets current through, its credit."""
    meter = _meter(state, serial)
    return {
        "serial": serial,
        "last_sent": meter["last_sent"],
        "lets_current_through": meter["closed"],
        "released": meter["released"],
        "credit": meter["credit"],
    }


def get_outage(state: State, area: str) -> JsonValue:
    """Whether the current is off in an area, and until when that is expected to last."""
    return {"area": area, "outage": state["outages"].get(area)}


def get_tariff(state: State, tariff: str) -> JsonValue:
    """A tariff: its price, and the hours in which the grid may hold a heat pump."""
    return {"tariff": tariff, **entry(state, "tariffs", tariff)}


def payments_of(state: State, account: str) -> JsonValue:
    """The payments of an account: amount, day, and for which meter a code was made."""
    entry(state, "accounts", account)
    found = {key: one for key, one in state["payments"].items() if one["account"] == account}
    return {"account": account, "payments": found}


def free_days(state: State) -> JsonValue:
    """The days on which an electrician is free."""
    return {"days": list(state["days"])}


def record_reading(state: State, account: str, kwh: int) -> JsonValue:
    """Record a reading of today in whole kilowatt-hours, in the place of the last one that was not sent by
    the meter itself, and work out what is to be paid.
    """
    entry(state, "accounts", account)
    found = state["readings"][account]
    sure = [one for one in found if one["how"] == "sent"]
    if kwh < sure[-1]["kwh"]:
        raise Refused(
            phrase(
                state,
                "{kwh} is less than the reading of {day}, {last}.",
                "{kwh} 比 {day} 的读数 {last} 还小。",
                kwh=kwh,
                day=sure[-1]["day"],
                last=sure[-1]["kwh"],
            )
        )
    state["readings"][account] = [*map(dict, sure), {"day": state["now"][:10], "kwh": kwh, "how": "told"}]
    now = state["readings"][account]
    return {"account": account, "used": kwh - sure[-1]["kwh"], "to_pay": _to_pay(state, account, now)}


def issue_code(state: State, payment: str, serial: str) -> JsonValue:
    """Make the code of a payment anew for a meter; the old code ends. What is owed is kept from it."""
    paid, meter = entry(state, "payments", payment), _meter(state, serial)
    account = entry(state, "accounts", paid["account"])
    kept = min(account["owed"], paid["amount"])
    paid["serial"], paid["code"], account["owed"] = serial, meter["next_code"], account["owed"] - kept
    meter["codes"][meter["next_code"]] = paid["amount"] - kept
    return {"code": meter["next_code"], "credit": paid["amount"] - kept, "kept_for_debt": kept}


def release_meter(state: State, serial: str) -> JsonValue:
    """Release a meter that was cut off; it lets current through once its button is held at the meter."""
    _meter(state, serial)["released"] = True
    return {"serial": serial, "released": True}


def change_tariff(state: State, account: str, tariff: str) -> JsonValue:
    """Give an account another tariff from the next month on."""
    entry(state, "tariffs", tariff)
    entry(state, "accounts", account)["tariff"] = tariff
    return {"account": account, "tariff": tariff}


def book_electrician(state: State, account: str, day: str) -> JsonValue:
    """Send an electrician on a free day (YYYY-MM-DD)."""
    entry(state, "accounts", account)
    if day not in state["days"]:
        raise Refused(
            phrase(
                state,
                "Nobody is free on {day}; free: {days}.",
                "{day} 没有空闲的电工；可约 {days}。",
                day=day,
                days=", ".join(state["days"]),
            )
        )
    visit = next_id(state["visits"], "V-")
    state["visits"][visit] = {"account": account, "day": day}
    return {"visit": visit, "day": day}


def read_label(state: State) -> JsonValue:
    """Read the serial number on the meter that you stand before."""
    return {"serial": _held(state)["serial"]}


def go_to_meter(state: State, serial: str) -> JsonValue:
    """Look for the meter with this serial number in the cellar, and stand before it."""
    found = [key for key, one in state["meters"].items() if one["serial"] == serial]
    if not found:
        raise Refused(
            phrase(
                state, "There is no meter {serial} here.", "这里没有编号为 {serial} 的电表。", serial=serial
            )
        )
    state["held"]["meter"] = found[0]
    return {"serial": serial}


def read_display(state: State) -> JsonValue:
    """Read what the display of the meter shows now: the name of the screen and what stands there."""
    meter = _held(state)
    screens = list(meter["screens"])
    return {"screen": screens[meter["screen"]], "shows": meter["screens"][screens[meter["screen"]]]}


def press_button(state: State) -> JsonValue:
    """Press the button of the meter once: the display goes to the next screen."""
    meter = _held(state)
    meter["screen"] = (meter["screen"] + 1) % len(meter["screens"])
    return read_display(state)


def hold_button(state: State) -> JsonValue:
    """Hold the button of the meter for five seconds, which lets the current through if it is released."""
    meter = _held(state)
    meter["closed"] = meter["closed"] or meter["released"]
    return {"light_of_the_meter": "green" if meter["closed"] else "red"}


def type_code(state: State, code: str) -> JsonValue:
    """Type the code of a payment into the meter."""
    meter = _held(state)
    if code not in meter["codes"]:
        return {"result": phrase(state, "rejected", "无效"), "credit": meter["credit"]}
    meter["credit"] = round(meter["credit"] + meter["codes"].pop(code), 2)
    return {"result": phrase(state, "accepted", "成功"), "credit": meter["credit"]}


def look_at_breakers(state: State) -> JsonValue:
    """Look which breakers of the fuse box are up (on) and which are down (off)."""
    return {name: "on" if one["on"] else "off" for name, one in _home(state)["breakers"].items()}


def push_breaker_up(state: State, name: str) -> JsonValue:
    """Push a breaker of the fuse box up, and see whether it stays."""
    breaker = _home(state)["breakers"].get(name)
    if breaker is None:
        raise Refused(phrase(state, "No breaker is called {name}.", "没有 {name} 这个开关。", name=name))
    breaker["on"] = not breaker["fault"]
    return {"breaker": name, "stays": "up" if breaker["on"] else "trips again"}


def look_at_heat_pump(state: State) -> JsonValue:
    """Look at the panel of the heat pump: its mode and its message."""
    pump = _home(state)["heat_pump"]
    return {"mode": pump["mode"], "message": pump["message"]}


def set_heat_pump(state: State, mode: Literal["normal", "off", "heating rod"]) -> JsonValue:
    """Set the mode of the heat pump: `normal`, `off` or `heating rod` (electric, expensive)."""
    _home(state)["heat_pump"]["mode"] = mode
    return look_at_heat_pump(state)


ENERGY_METER = World(
    name="energy_meter",
    title="Meter, breakers and heat pump at home, and the supplier's desk",
    tools=(
        *(reads(one) for one in (get_account, get_readings, check_meter, get_outage, get_tariff)),
        *(reads(one) for one in (payments_of, free_days)),
        *(writes(one) for one in (record_reading, issue_code, release_meter, change_tariff)),
        writes(book_electrician),
        *(users(reads(one)) for one in (read_label, read_display, look_at_breakers, look_at_heat_pump)),
        *(users(writes(one)) for one in (go_to_meter, press_button, hold_button, type_code)),
        *(users(writes(one)) for one in (push_breaker_up, set_heat_pump)),
    ),
)


def _held(state: State) -> Any:
    return entry(state, "meters", state["held"]["meter"])


def _home(state: State) -> Any:
    return entry(state, "homes", state["held"]["home"])


def _meter(state: State, serial: str) -> Any:
    found = [one for one in state["meters"].values() if one["serial"] == serial]
    if not found:
        raise Refused(
            phrase(state, "No meter has the serial number {s}.", "没有编号为 {s} 的电表。", s=serial)
        )
    return found[0]


def _to_pay(state: State, account: str, readings: Any) -> float:
    """For what was used between the last two readings."""
    price: float = state["tariffs"][state["accounts"][account]["tariff"]]["price_per_kwh"]
    used: float = readings[-1]["kwh"] - readings[-2]["kwh"] if len(readings) > 1 else 0
    return round(used * price, 2)
