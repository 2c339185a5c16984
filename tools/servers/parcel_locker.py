"""A wall of parcel lockers: the courier's desk on one side, the customer at the terminal on the other.

The desk sees parcels, what the sensors of a wall report, couriers and what is free elsewhere; it can send a
new code, move, return or redeliver. The customer sees the terminal, the notice in the hand and what lies
behind a door, and can type, scan, put in, close and clean. A sensor may be wrong, and so may a notice.

A state holds `parcels`, `lockers` with their `doors`, `customers`, `notices`, `runs` of couriers,
`redeliveries`, `searches` and `reports`, and in `held` the locker and the notice that the customer stands
there with.
"""

from typing import Any, Literal

from pydantic import JsonValue

from tools.world import Refused, State, World, entry, next_id, phrase, reads, users, writes

_SIZES = ("S", "M", "L")
_TRIES = 3
"""So many wrong PINs lock the terminal for a parcel."""


def find_parcel(state: State, parcel: str) -> JsonValue:
    """A parcel by its number: for whom it is, its size, where it is and until when it is kept."""
    found = entry(state, "parcels", parcel)
    shown = (
        "customer",
        "size",
        "state",
        "locker",
        "door",
        "kept_until",
        "age_check",
        "duty",
        "extended",
        "wrong_tries",
    )
    return {"parcel": parcel, **{name: found[name] for name in shown}}


def parcels_of(state: State, phone: str) -> JsonValue:
    """The parcels of the customer who has this telephone number."""
    digits = _digits(phone)
    found = [key for key, one in state["customers"].items() if _digits(one["phone"]) == digits]
    if not found:
        raise Refused(
            phrase(state, "No customer has the number {phone}.", "没有登记号码 {phone} 的客户。", phone=phone)
        )
    parcels = [key for key, one in state["parcels"].items() if one["customer"] == found[0]]
    return {"customer": found[0], "name": state["customers"][found[0]]["name"], "parcels": parcels}


def check_locker(state: State, locker: str) -> JsonValue:
    """A locker wall: where it is, its opening hours, and what the sensors say of each door."""
    found = entry(state, "lockers", locker)
    doors = {name: {"size": one["size"], "sensor": one["sensor"]} for name, one in found["doors"].items()}
    return {"locker": locker, "address": found["address"], "open_until": found["open_until"], "doors": doors}


def lockers_near(state: State, locker: str) -> JsonValue:
    """Other lockers near one, the nearest first, with how many doors of each size are free."""
    return {
        "near": [
            {"locker": near, "address": state["lockers"][near]["address"], "free": _free(state, near)}
            for near in entry(state, "lockers", locker)["near"]
        ]
    }


def delivery_photo(state: State, parcel: str) -> JsonValue:
    """What the courier's photo of the delivery shows, and when it was taken."""
    return dict(entry(state, "parcels", parcel)["photo"])


def courier_runs(state: State, locker: str) -> JsonValue:
    """When a courier comes to a locker next, to bring and to take."""
    return {"locker": locker, "runs": [*entry(state, "runs", locker)["at"]]}


def new_pin(state: State, parcel: str) -> JsonValue:
    """Make a new PIN for a parcel that lies in a locker; the old one ends, and wrong tries are forgotten."""
    found = entry(state, "parcels", parcel)
    if found["state"] != "in locker":
        raise Refused(
            phrase(
                state,
                "Parcel {parcel} is {now}; only one in a locker has a PIN.",
                "包裹 {parcel} 当前状态为 {now}，只有柜中的包裹才有取件码。",
                parcel=parcel,
                now=repr(found["state"]),
            )
        )
    found["pin"], found["wrong_tries"] = found["next_pin"], 0
    return {"parcel": parcel, "pin": found["pin"]}


def open_door(state: State, locker: str, door: str) -> JsonValue:
    """Open a door of a locker from afar, while the customer stands before it."""
    _door(state, locker, door)["open"] = True
    return {"locker": locker, "door": door, "open": True}


def reserve_door(state: State, locker: str, parcel: str, size: Literal["S", "M", "L"]) -> JsonValue:
    """Reserve a free door for a parcel that a customer hands in; its code opens that door."""
    found = entry(state, "parcels", parcel)
    free = [
        name
        for name, one in entry(state, "lockers", locker)["doors"].items()
        if one["size"] == size and one["sensor"] == "empty"
    ]
    if not free:
        raise Refused(
            phrase(
                state,
                "No door of size {size} is free at {locker}; free: {free}.",
                "{locker} 没有空闲的 {size} 号格口；空闲：{free}。",
                size=size,
                locker=locker,
                free=_free(state, locker),
            )
        )
    found["locker"], found["door"], found["pin"] = locker, free[0], found["next_pin"]
    state["lockers"][locker]["doors"][free[0]]["sensor"] = "reserved"
    return {"parcel": parcel, "locker": locker, "door": free[0], "pin": found["pin"]}


def keep_longer(state: State, parcel: str, until: str) -> JsonValue:
    """Keep a parcel in its locker until a day (YYYY-MM-DD), which is possible once."""
    found = entry(state, "parcels", parcel)
    if found["extended"]:
        raise Refused(phrase(state, "It was kept longer once already.", "该包裹已经延期过一次，不能再延。"))
    found["kept_until"], found["extended"] = until, True
    return {"parcel": parcel, "kept_until": until}


def redeliver(state: State, parcel: str, day: str, to: Literal["home", "locker", "shop"]) -> JsonValue:
    """Have a parcel delivered once more on a day (YYYY-MM-DD): to the home, to a locker or to a shop."""
    found = entry(state, "parcels", parcel)
    days = state["delivery_days"]
    if day not in days:
        raise Refused(
            phrase(
                state,
                "No delivery on {day}; there are {days}.",
                "{day} 不派送；可选 {days}。",
                day=day,
                days=", ".join(days),
            )
        )
    key = next_id(state["redeliveries"], "D-")
    state["redeliveries"][key] = {"parcel": parcel, "day": day, "to": to}
    found["state"] = "to be redelivered"
    return {"redelivery": key, "parcel": parcel, "day": day, "to": to}


def report_door(
    state: State, locker: str, door: str, fault: Literal["wet", "dirty", "jammed", "wrong parcel inside"]
) -> JsonValue:
    """Report a door that is broken or dirty to maintenance; it is given to nobody until it is seen to."""
    _door(state, locker, door)["sensor"] = "out of order"
    key = next_id(state["reports"], "B-")
    state["reports"][key] = {"locker": locker, "door": door, "fault": fault}
    return {"report": key, "locker": locker, "door": door}


def start_search(state: State, parcel: str) -> JsonValue:
    """Start a search for a parcel that is lost; an answer takes days."""
    entry(state, "parcels", parcel)
    key = next_id(state["searches"], "Q-")
    state["searches"][key] = {"parcel": parcel, "answer_by": state["search_answer_by"]}
    return {"search": key, "answer_by": state["search_answer_by"]}


def read_notice(state: State) -> JsonValue:
    """Read the notice in your hand or on your phone, word for word."""
    return dict(entry(state, "notices", state["held"]["notice"]))


def read_sign(state: State) -> JsonValue:
    """Read the number and the address on the locker that you stand in front of."""
    locker = state["held"]["locker"]
    return {"locker": locker, "address": state["lockers"][locker]["address"]}


def walk_to(state: State, locker: str) -> JsonValue:
    """Walk over to another locker."""
    address = entry(state, "lockers", locker)["address"]
    state["held"]["locker"] = locker
    return {"locker": locker, "address": address}


def look_at_terminal(state: State) -> JsonValue:
    """Look at the screen of the terminal: whether it works, and whether the glass of the scanner is clean."""
    locker = _here(state)
    return {"screen": locker["screen"], "scanner": locker["scanner"]}


def wipe_scanner(state: State) -> JsonValue:
    """Wipe the glass of the scanner."""
    _here(state)["scanner"] = "clean"
    return {"scanner": "clean"}


def type_pin(state: State, pin: str) -> JsonValue:
    """Type a PIN at the terminal; the right one opens a door."""
    return _opened(state, pin)


def scan_code(state: State) -> JsonValue:
    """Hold the QR code on your phone before the scanner."""
    if _here(state)["scanner"] != "clean":
        return {"result": phrase(state, "cannot read the code", "无法识别二维码")}
    parcel = state["parcels"].get(state["notices"][state["held"]["notice"]]["parcel"])
    return _opened(state, parcel["pin"]) if parcel else {"result": phrase(state, "unknown code", "无效的码")}


def look_into(state: State, door: str) -> JsonValue:
    """Look into a door that is open."""
    found = _door(state, state["held"]["locker"], door)
    if not found["open"]:
        raise Refused(phrase(state, "Door {door} is shut.", "{door} 号格口关着。", door=door))
    return {"door": door, "inside": found["inside"]}


def take_out(state: State, door: str) -> JsonValue:
    """Take out what lies behind an open door, and shut it."""
    found = _door(state, state["held"]["locker"], door)
    if not found["open"]:
        raise Refused(phrase(state, "Door {door} is shut.", "{door} 号格口关着。", door=door))
    taken, found["inside"], found["open"] = found["inside"], "nothing", False
    if taken in state["parcels"]:
        state["parcels"][taken]["state"] = "collected"
    return {"door": door, "taken": taken}


def put_in(state: State, door: str, parcel: str) -> JsonValue:
    """Put a parcel behind an open door, and shut it."""
    found, size = _door(state, state["held"]["locker"], door), entry(state, "parcels", parcel)["real_size"]
    if not found["open"] or _SIZES.index(size) > _SIZES.index(found["size"]):
        raise Refused(phrase(state, "It does not go in at {door}.", "放不进 {door} 号格口。", door=door))
    found["inside"], found["open"] = parcel, False
    state["parcels"][parcel]["state"] = "handed in"
    return {"door": door, "put_in": parcel}


def shut_door(state: State, door: str) -> JsonValue:
    """Shut an open door without taking or leaving anything."""
    _door(state, state["held"]["locker"], door)["open"] = False
    return {"door": door, "open": False}


PARCEL_LOCKER = World(
    name="parcel_locker",
    title="Parcel lockers with a customer at the terminal, and the courier's desk",
    tools=(
        *(
            reads(one)
            for one in (find_parcel, parcels_of, check_locker, lockers_near, delivery_photo, courier_runs)
        ),
        *(
            writes(one)
            for one in (new_pin, open_door, reserve_door, keep_longer, redeliver, report_door, start_search)
        ),
        *(users(reads(one)) for one in (read_notice, read_sign, look_at_terminal, look_into)),
        *(
            users(writes(one))
            for one in (walk_to, wipe_scanner, type_pin, scan_code, take_out, put_in, shut_door)
        ),
    ),
)


def _here(state: State) -> Any:
    return entry(state, "lockers", state["held"]["locker"])


def _door(state: State, locker: str, door: str) -> Any:
    doors = entry(state, "lockers", locker)["doors"]
    if door not in doors:
        raise Refused(
            phrase(
                state,
                "{locker} has no door {door}; it has {doors}.",
                "{locker} 没有 {door} 号格口；有 {doors}。",
                locker=locker,
                door=door,
                doors=", ".join(doors),
            )
        )
    return doors[door]


def _opened(state: State, pin: str) -> JsonValue:
    """What the terminal does about a code: open the door of its parcel, if it stands in this very wall."""
    here = state["held"]["locker"]
    for parcel in state["parcels"].values():
        if parcel["locker"] == here and parcel["pin"] == pin and parcel["wrong_tries"] < _TRIES:
            state["lockers"][here]["doors"][parcel["door"]]["open"] = True
            return {"result": phrase(state, "open", "已打开"), "door": parcel["door"]}
    meant = state["parcels"].get(state["notices"][state["held"]["notice"]]["parcel"])
    if meant is not None and meant["locker"] == here:
        meant["wrong_tries"] += 1
    return {"result": phrase(state, "wrong code", "取件码错误")}


def _free(state: State, locker: str) -> dict[str, JsonValue]:
    doors = state["lockers"][locker]["doors"].values()
    return {size: sum(one["size"] == size and one["sensor"] == "empty" for one in doors) for size in _SIZES}


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())
