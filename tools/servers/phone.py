"""A mobile phone that does not do what it should: the carrier's desk on one side, its owner on the other.

The desk sees the line, what is left of the plan, the network and what a model of phone needs; it can bar a
line, sell a pass and send a card. The owner sees the status bar and the settings, and can switch, type,
update, ring and locate. What arrives on the phone follows from both halves.

A state holds `plans`, `passes`, `models`, `places`, `shops`, `lines`, `phones` and `sims`, each by id or
name, `orders` of cards, and in `held` the id of the phone that the owner talks about.
"""

from typing import Any

from pydantic import JsonValue

from tools.world import Refused, State, World, entry, next_id, phrase, reads, users, writes

_ENOUGH_CHARGE = 50
"""Per cent of the battery, without which a phone on battery does not update itself."""


def find_line(state: State, number: str) -> JsonValue:
    """Find the line that has this telephone number: its id, owner, plan and the model of the phone."""
    found = [key for key, one in state["lines"].items() if _digits(one["number"]) == _digits(number)]
    if not found:
        raise Refused(
            phrase(state, "No line has the number {number}.", "没有号码为 {number} 的线路。", number=number)
        )
    line = state["lines"][found[0]]
    return {"line": found[0], "owner": line["owner"], "plan": line["plan"], "model": line["model"]}


def check_identity(state: State, line: str, born: str) -> JsonValue:
    """Whether the date of birth (YYYY-MM-DD) is that of the owner of the line."""
    return {"line": line, "matches": entry(state, "lines", line)["born"] == born}


def check_line(state: State, line: str) -> JsonValue:
    """The line as the network sees it: its state, roaming, what is left of the data, its last use."""
    found = entry(state, "lines", line)
    return {
        "line": line,
        "state": found["state"],
        "roaming_allowed": found["roaming"],
        "gb_left": _left(state, found),
        "renews": found["renews"],
        "last_used": found["last_used"],
        "missed_calls": found["missed_calls"],
    }


def check_network(state: State, place: str) -> JsonValue:
    """Whether the network works in a place, and until when works on it are expected to last."""
    return {"place": place, **entry(state, "places", place)}


def device_settings(state: State, model: str) -> JsonValue:
    """What a model of phone needs here: the APN, and the oldest software that can make calls."""
    return dict(entry(state, "models", model))


def list_passes(state: State) -> JsonValue:
    """The data passes that can be added to a line, with their size and price."""
    return dict(state["passes"])


def nearest_shop(state: State, town: str) -> JsonValue:
    """The shop of the carrier in a town: its address and until when it is open today."""
    return {"town": town, **entry(state, "shops", town)}


def get_puk(state: State, line: str) -> JsonValue:
    """The PUK of the card of a line, which unblocks it after three wrong PINs."""
    return {"line": line, "puk": entry(state, "sims", entry(state, "lines", line)["sim"])["puk"]}


def add_pass(state: State, line: str, name: str) -> JsonValue:
    """Add a data pass to a line; it is paid with the next bill."""
    bought, found = entry(state, "passes", name), entry(state, "lines", line)
    found["extra_gb"] += bought["gb"]
    return {"line": line, "pass": name, "price": bought["price"], "gb_left": _left(state, found)}


def allow_roaming(state: State, line: str) -> JsonValue:
    """Allow a line to be used abroad."""
    entry(state, "lines", line)["roaming"] = True
    return {"line": line, "roaming_allowed": True}


def bar_line(state: State, line: str) -> JsonValue:
    """Bar a line: nobody can call or use data with its card any more."""
    entry(state, "lines", line)["state"] = "barred"
    return {"line": line, "state": "barred"}


def replace_sim(state: State, line: str) -> JsonValue:
    """Send a new card for a line to the address of its owner; the old one ends for good."""
    found = entry(state, "lines", line)
    order = next_id(state["orders"], "K-")
    state["orders"][order] = {"line": line, "arrives": state["card_arrives"]}
    entry(state, "sims", found["sim"])["state"] = "ended"
    return {"order": order, "line": line, "arrives": state["card_arrives"]}


def look_at_status(state: State) -> JsonValue:
    """Look at the status bar of the phone: whether it has network, and its battery in per cent."""
    phone = _held(state)
    return {"network": _service(state, phone), "battery": phone["battery"]}


def look_at_settings(state: State) -> JsonValue:
    """Look at the settings: flight mode, mobile data, data roaming, APN and software."""
    phone = _held(state)
    switches = {name: _on(phone[name]) for name in ("flight_mode", "mobile_data", "data_roaming")}
    return {**switches, "apn": phone["apn"], "software": phone["software"]}


def switch_flight_mode(state: State, on: bool) -> JsonValue:
    """Switch flight mode on or off."""
    _held(state)["flight_mode"] = on
    return look_at_status(state)


def switch_mobile_data(state: State, on: bool) -> JsonValue:
    """Switch mobile data on or off."""
    _held(state)["mobile_data"] = on
    return {"mobile_data": _on(on)}


def switch_data_roaming(state: State, on: bool) -> JsonValue:
    """Switch the use of data abroad on or off."""
    _held(state)["data_roaming"] = on
    return {"data_roaming": _on(on)}


def type_apn(state: State, apn: str) -> JsonValue:
    """Type the name of the access point into the settings."""
    _held(state)["apn"] = apn
    return {"apn": apn}


def type_puk(state: State, puk: str) -> JsonValue:
    """Type the PUK at the blocked card, and set a new PIN."""
    sim = state["sims"][_line(state, _held(state))["sim"]]
    if sim["puk"] != puk:
        sim["puk_tries"] -= 1
        raise Refused(
            phrase(
                state,
                "Wrong PUK; {left} tries left.",
                "PUK 码错误，还可尝试 {left} 次。",
                left=sim["puk_tries"],
            )
        )
    sim["state"] = "active"
    return look_at_status(state)


def plug_in_charger(state: State) -> JsonValue:
    """Plug the charger into the phone."""
    _held(state)["charging"] = True
    return {"charging": "yes"}


def update_software(state: State) -> JsonValue:
    """Install the newest software, which takes a few minutes."""
    phone = _held(state)
    if phone["battery"] < _ENOUGH_CHARGE and not phone["charging"]:
        raise Refused(
            phrase(
                state,
                "The battery is at {battery} %. Plug in the charger to update.",
                "电量 {battery}%，请接上充电器后再更新。",
                battery=phone["battery"],
            )
        )
    phone["software"] = phone["newest"]
    return {"software": phone["software"]}


def restart_phone(state: State) -> JsonValue:
    """Switch the phone off and on again."""
    _held(state)["restarts"] += 1
    return look_at_status(state)


def open_page(state: State) -> JsonValue:
    """Open a web page with mobile data, Wi-Fi being off: it loads `no`, `slowly` or `yes`."""
    phone = _held(state)
    if not _data(state, phone):
        return {"loads": "no"}
    return {"loads": "yes" if _left(state, _line(state, phone)) > 0 else "slowly"}


def make_call(state: State) -> JsonValue:
    """Call somebody with the phone."""
    phone = _held(state)
    new_enough = _version(phone["software"]) >= _version(
        state["models"][phone["model"]]["calls_need_software"]
    )
    return {"connects": "yes" if _service(state, phone) == "full" and new_enough else "no"}


def locate_phone(state: State) -> JsonValue:
    """Look on the map of the search page, from another device, where the phone is and whether it moves."""
    phone = _held(state)
    return {"place": phone["seen_at"], "moves": "yes" if phone["moves"] else "no"}


def ring_phone(state: State) -> JsonValue:
    """Let the phone ring loudly from the search page, and listen."""
    return {"heard": "yes" if _held(state)["near"] else "no"}


PHONE = World(
    name="phone",
    title="A mobile phone in its owner's hand, and the carrier's support desk",
    tools=(
        *(reads(one) for one in (find_line, check_identity, check_line, check_network, device_settings)),
        *(reads(one) for one in (list_passes, nearest_shop, get_puk)),
        *(writes(one) for one in (add_pass, allow_roaming, bar_line, replace_sim)),
        *(users(reads(one)) for one in (look_at_status, look_at_settings, open_page, make_call)),
        *(users(reads(one)) for one in (locate_phone, ring_phone)),
        *(users(writes(one)) for one in (switch_flight_mode, switch_mobile_data, switch_data_roaming)),
        *(users(writes(one)) for one in (type_apn, type_puk, plug_in_charger, update_software)),
        users(writes(restart_phone)),
    ),
)


def _held(state: State) -> Any:
    return entry(state, "phones", state["held"])


def _line(state: State, phone: State) -> Any:
    return state["lines"][phone["line"]]


def _left(state: State, line: State) -> float:
    """Gigabytes until the plan renews."""
    left: float = state["plans"][line["plan"]]["gb"] + line["extra_gb"] - line["used_gb"]
    return round(max(0.0, left), 1)


def _service(state: State, phone: State) -> str:
    line = _line(state, phone)
    usable = line["state"] == "active" and state["sims"][line["sim"]]["state"] == "active"
    if phone["flight_mode"] or state["places"][phone["place"]]["state"] != "ok":
        return "none"
    abroad = state["places"][phone["place"]]["abroad"]
    return "full" if usable and (line["roaming"] or not abroad) else "emergency calls only"


def _data(state: State, phone: State) -> bool:
    line, place = _line(state, phone), state["places"][phone["place"]]
    right = phone["apn"] == state["models"][phone["model"]]["apn"]
    across = not place["abroad"] or (line["roaming"] and phone["data_roaming"])
    return _service(state, phone) == "full" and bool(phone["mobile_data"]) and right and across


def _on(switch: bool) -> str:
    return "on" if switch else "off"


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())
