from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scenarios.places import LIBRARY
from scenarios.yaml_file import read_yaml
from tools.servers.office import OFFICE
from tools.world import Refused, State

TOOLS = {tool.name: tool for tool in OFFICE.tools}
ME, ANA, BO, GUEST = "me@firm.example", "ana@firm.example", "bo@firm.example", "guest@else.example"


def call(state: State, tool: str, /, **arguments: Any) -> Any:
    """Run a tool after its arguments passed its own schema."""
    Draft202012Validator(TOOLS[tool].input_schema).validate(arguments)
    return TOOLS[tool].run(state, **arguments)


def event(day: str, start: str, end: str, organizer: str = ME, **more: Any) -> dict[str, Any]:
    fixed: dict[str, Any] = {
        "room": None,
        "agenda": "",
        "series": None,
        "status": "confirmed",
        "attendees": {},
    }
    times = {"start": f"2026-03-{day}T{start}", "end": f"2026-03-{day}T{end}"}
    return {"title": "Talk", "organizer": organizer, **times, **fixed, **more}


def invited(*people: str, response: str = "accepted", role: str = "required") -> dict[str, Any]:
    return {person: {"role": role, "response": response} for person in people}


def message(folder: str, day: str, sender: str, to: list[str], **more: Any) -> dict[str, Any]:
    fixed = {"subject": "Plan", "text": "The plan.", "cc": [], "attachments": [], "thread": "T-1"}
    return {"folder": folder, "date": f"2026-03-{day}T10:00", "from": sender, "to": to, **fixed, **more}


@pytest.fixture
def state() -> State:
    return {
        "language": "en",
        "now": "2026-03-09T08:40",
        "owner": ME,
        "rooms": {
            "R-1": {"name": "Small", "floor": 1, "seats": 4, "equipment": ["screen"]},
            "R-2": {"name": "Big", "floor": 1, "seats": 12, "equipment": ["screen", "video"]},
        },
        "events": {
            "E-1": event("10", "10:00", "11:00", attendees=invited(ANA), room="R-1", series="S-1"),
            "E-2": event("17", "10:00", "11:00", attendees=invited(ANA), room="R-1", series="S-1"),
            "E-3": event("10", "14:00", "15:00", organizer=BO, attendees=invited(ME, response="pending")),
            "E-4": event("10", "16:00", "17:00", organizer=BO, status="cancelled", room="R-2"),
            "E-5": event("10", "09:00", "09:30", organizer=BO, attendees=invited(ME, response="declined")),
        },
        "messages": {
            "M-1": message("inbox", "05", ANA, [ME, BO], cc=[GUEST], attachments=["/plan.md"]),
            "M-2": message("sent", "06", ME, [ANA], subject="Re: Plan", text="Fine " * 60),
            "M-3": message("drafts", "07", ME, [GUEST], thread="T-2", subject="Offer"),
        },
        "files": {
            "/plan.md": {"text": "# Plan\nstep one\nstep two\n", "modified": "2026-01-05T09:00"},
            "/notes/a.md": {"text": "", "modified": "2026-02-05T09:00"},
        },
        "contacts": {
            "C-1": {"name": "Ana Roy", "email": ANA, "company": "Firm", "role": "Buyer", "phone": "1"},
            "C-2": {"name": "Ana Roux", "email": GUEST, "company": "Else", "role": "", "phone": "2"},
        },
        "tasks": {
            "K-1": {"title": "Pay", "due": None, "priority": "low", "tags": [], "status": "open"},
            "K-2": {"title": "Ask", "due": "2026-03-12", "priority": "low", "tags": ["x"], "status": "open"},
            "K-3": {"title": "Old", "due": "2026-02-12", "priority": "low", "tags": ["x"], "status": "done"},
        },
    }


READS: dict[str, dict[str, Any]] = {
    "list_events": {"first_day": "2026-03-01", "last_day": "2026-03-31"},
    "get_event": {"event": "E-1"},
    "find_events": {"text": "talk"},
    "free_busy": {"people": [ME, ANA], "start": "2026-03-10T08:00", "end": "2026-03-10T18:00"},
    "find_rooms": {"start": "2026-03-10T08:00", "end": "2026-03-10T18:00"},
    "search_mail": {},
    "read_mail": {"message": "M-1"},
    "read_thread": {"thread": "T-1"},
    "list_files": {},
    "read_file": {"path": "/plan.md"},
    "search_files": {"query": "step"},
    "find_contacts": {"text": "ana"},
    "list_tasks": {},
}


def containers(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from containers(inner)


def test_every_reading_tool_is_tried_here() -> None:
    assert READS.keys() == {tool.name for tool in OFFICE.tools if not tool.writes}


@pytest.mark.parametrize("tool", READS)
def test_a_reading_tool_changes_nothing_and_shares_nothing_with_the_state(tool: str, state: State) -> None:
    before = deepcopy(state)
    result = call(state, tool, **READS[tool])
    assert result
    assert state == before
    assert not {id(part) for part in containers(result)} & {id(part) for part in containers(state)}


@pytest.mark.parametrize("tool", [name for name in READS if name.startswith(("list", "search", "find"))])
def test_a_missing_collection_reads_as_empty(tool: str) -> None:
    assert call({"now": "2026-03-09T08:40"}, tool, **READS[tool]) == []


def test_a_state_of_nothing_but_a_clock_takes_first_entries_of_every_kind() -> None:
    state: State = {"now": "2026-03-09T08:40"}
    call(state, "write_file", path="/a.md", text="x")
    call(state, "send_mail", to=[ANA], subject="s", text="t")
    call(state, "create_event", title="t", start="2026-03-10T09:00", end="2026-03-10T10:00")
    call(state, "add_contact", name="Ana", email=ANA)
    call(state, "add_task", title="t")
    assert [list(state[name]) for name in ("files", "messages", "events", "contacts", "tasks")] == [
        ["/a.md"],
        ["M-1"],
        ["E-1"],
        ["C-1"],
        ["K-1"],
    ]


@pytest.mark.parametrize("tool", OFFICE.tools, ids=lambda tool: str(tool.name))
def test_every_tool_says_what_it_does_and_has_a_sound_schema(tool: Any) -> None:
    assert tool.description
    Draft202012Validator.check_schema(tool.input_schema)
    assert tool.input_schema["additionalProperties"] is False


def test_events_of_a_person_leave_out_what_is_cancelled_or_declined(state: State) -> None:
    events = call(state, "list_events", first_day="2026-03-10", last_day="2026-03-10")
    assert [one["id"] for one in events] == ["E-1", "E-3"]
    assert (
        call(state, "list_events", first_day="2026-03-10", last_day="2026-03-17", person=ANA)[1]["id"]
        == "E-2"
    )
    assert "E-4" in [one["id"] for one in call(state, "find_events", text="TALK")]


def test_free_and_busy_shows_times_only(state: State) -> None:
    [mine] = call(state, "free_busy", people=[ME], start="2026-03-10T10:30", end="2026-03-10T14:00")
    assert mine == {"person": ME, "busy": [{"start": "2026-03-10T10:00", "end": "2026-03-10T11:00"}]}


def test_rooms_are_found_smallest_first_by_time_seats_and_equipment(state: State) -> None:
    def rooms(start: str, end: str, **more: Any) -> list[str]:
        found = call(state, "find_rooms", start=f"2026-03-10T{start}", end=f"2026-03-10T{end}", **more)
        return [room["id"] for room in found]

    assert rooms("11:00", "12:00") == ["R-1", "R-2"]
    assert rooms("10:30", "12:00") == ["R-2"]
    assert rooms("16:00", "17:00", seats=5) == ["R-2"], "the cancelled event holds no room"
    assert rooms("11:00", "12:00", equipment=["video"]) == ["R-2"]


def test_a_new_event_invites_its_attendees_and_takes_its_room(state: State) -> None:
    made = call(
        state,
        "create_event",
        title="Review",
        start="2026-03-11T10:00",
        end="2026-03-11T11:00",
        attendees=[{"email": BO, "role": "optional"}],
        room="R-2",
    )
    assert made["id"] == "E-6"
    assert state["events"]["E-6"]["attendees"] == {BO: {"role": "optional", "response": "pending"}}
    with pytest.raises(Refused, match="R-2 is taken from 2026-03-11T10:00 to 2026-03-11T11:00"):
        call(state, "book_room", event=_later(state), room="R-2")


def _later(state: State) -> str:
    made = call(state, "create_event", title="x", start="2026-03-11T10:30", end="2026-03-11T12:00")
    return str(made["id"])


def test_a_moved_event_keeps_its_room_and_asks_everybody_anew(state: State) -> None:
    call(state, "move_event", event="E-1", start="2026-03-10T10:30", end="2026-03-10T11:30")
    moved = state["events"]["E-1"]
    assert (moved["start"], moved["room"]) == ("2026-03-10T10:30", "R-1")
    assert moved["attendees"][ANA]["response"] == "pending"


def test_attendees_are_added_taken_off_and_given_another_role(state: State) -> None:
    call(state, "change_attendees", event="E-1", add=[{"email": BO, "role": "optional"}], remove=[ANA])
    assert state["events"]["E-1"]["attendees"] == {BO: {"role": "optional", "response": "pending"}}
    with pytest.raises(Refused, match="ana@firm"):
        call(state, "change_attendees", event="E-1", remove=[ANA])


def test_a_cancelled_series_takes_this_meeting_and_the_later_ones(state: State) -> None:
    assert call(deepcopy(state), "cancel_event", event="E-1") == {"cancelled": ["E-1"]}
    assert call(deepcopy(state), "cancel_event", event="E-2", scope="series") == {"cancelled": ["E-2"]}
    assert call(state, "cancel_event", event="E-1", scope="series") == {"cancelled": ["E-1", "E-2"]}
    assert state["events"]["E-2"]["status"] == "cancelled"


def test_an_invitation_is_answered_and_nothing_else(state: State) -> None:
    call(state, "respond_to_event", event="E-3", response="tentative")
    assert state["events"]["E-3"]["attendees"][ME]["response"] == "tentative"


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        (
            "move_event",
            {"event": "E-3", "start": "2026-03-10T16:00", "end": "2026-03-10T17:00"},
            "organized by",
        ),
        ("cancel_event", {"event": "E-3"}, "organized by bo@firm.example"),
        ("cancel_event", {"event": "E-4"}, "E-4 is cancelled"),
        ("respond_to_event", {"event": "E-1", "response": "accepted"}, "no invitation"),
        ("get_event", {"event": "E-99"}, "E-99"),
        (
            "create_event",
            {"title": "t", "start": "2026-03-08T10:00", "end": "2026-03-08T11:00"},
            "in the past",
        ),
        ("create_event", {"title": "t", "start": "2026-03-10T10:00", "end": "2026-03-10T10:00"}, "not after"),
        (
            "create_event",
            {"title": "t", "start": "2026-02-30T10:00", "end": "2026-03-10T10:00"},
            "not a date",
        ),
        ("send_draft", {"draft": "M-1"}, "not a draft"),
        ("reply_mail", {"message": "M-3", "text": "x"}, "still a draft"),
        ("read_thread", {"thread": "T-99"}, "T-99"),
        ("send_mail", {"to": [ANA], "subject": "s", "text": "t", "attachments": ["/no.md"]}, "/no.md"),
        ("move_mail", {"messages": ["M-1", "M-99"], "folder": "trash"}, "M-99"),
        ("write_file", {"path": "/plan.md", "text": "x"}, "already a file"),
        ("move_file", {"path": "/plan.md", "to": "/notes/a.md"}, "already a file"),
        ("append_file", {"path": "/no.md", "text": "x"}, "/no.md"),
        ("add_contact", {"name": "Ana", "email": "ANA@firm.example"}, "already C-1"),
        ("complete_task", {"task": "K-3"}, "not open but done"),
        ("add_task", {"title": "t", "due": "2026-02-30"}, "not a date"),
        ("update_task", {"task": "K-1", "changes": {"due": "2026-13-01"}}, "not a date"),
        (
            "set_auto_reply",
            {"period": {"first_day": "2026-04-02", "last_day": "2026-04-01"}, "text": "x"},
            "ends before",
        ),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(
    tool: str, arguments: dict[str, Any], says: str, state: State
) -> None:
    before = deepcopy(state)
    with pytest.raises(Refused, match=says):
        call(state, tool, **arguments)
    assert state == before


def test_refusals_are_in_the_language_of_the_world(state: State) -> None:
    state["language"] = "zh"
    with pytest.raises(Refused, match="已取消"):
        call(state, "cancel_event", event="E-4")


def test_mail_is_searched_by_words_person_folder_and_day(state: State) -> None:
    def found(**arguments: Any) -> list[str]:
        return [head["id"] for head in call(state, "search_mail", **arguments)]

    assert found() == ["M-3", "M-2", "M-1"]
    assert found(words="plan", folder="inbox") == found(person="else.example", until="2026-03-05") == ["M-1"]
    assert found(since="2026-03-06", limit=1) == ["M-3"]
    assert call(state, "search_mail", folder="sent")[0]["text"].endswith("…")


def test_a_reply_stays_in_the_thread_and_reaches_all_only_when_told(state: State) -> None:
    alone = call(state, "reply_mail", message="M-1", text="ok")
    both = call(state, "reply_mail", message="M-1", text="ok", reply_all=True)
    assert (alone["to"], alone["cc"], alone["thread"], alone["subject"]) == ([ANA], [], "T-1", "Re: Plan")
    assert both["cc"] == [BO, GUEST]
    assert [one["id"] for one in call(state, "read_thread", thread="T-1")] == ["M-1", "M-2", "M-4", "M-5"]


def test_a_forwarded_message_takes_text_and_attachments_along(state: State) -> None:
    sent = call(state, "forward_mail", message="M-1", to=[BO], text="See below.")
    assert (sent["text"], sent["attachments"], sent["thread"]) == (
        "See below.\n\nThe plan.",
        ["/plan.md"],
        "T-3",
    )


def test_a_draft_waits_until_it_is_sent(state: State) -> None:
    draft = call(state, "draft_mail", to=[GUEST], subject="Offer", text="10 pieces")
    assert draft["folder"] == "drafts"
    assert call(state, "send_draft", draft=draft["id"])["folder"] == "sent"
    assert state["messages"][draft["id"]]["text"] == "10 pieces"


def test_moved_mail_and_the_auto_reply_are_in_the_state(state: State) -> None:
    call(state, "move_mail", messages=["M-1", "M-2"], folder="archive")
    assert [state["messages"][key]["folder"] for key in ("M-1", "M-2", "M-3")] == [
        "archive",
        "archive",
        "drafts",
    ]
    period = {"first_day": "2026-04-01", "last_day": "2026-04-03"}
    call(state, "set_auto_reply", period=period, text="Away", audience="colleagues")
    assert state["auto_reply"] == {**period, "text": "Away", "audience": "colleagues"}


def test_files_are_written_added_to_moved_and_deleted(state: State) -> None:
    call(state, "write_file", path="/notes/b.md", text="one\n")
    call(state, "append_file", path="/notes/b.md", text="two")
    call(state, "move_file", path="/notes/b.md", to="/notes/c.md")
    assert state["files"]["/notes/c.md"] == {"text": "one\ntwo", "modified": state["now"]}
    call(state, "write_file", path="/notes/c.md", text="new", overwrite=True)
    call(state, "delete_file", path="/plan.md")
    assert [file["path"] for file in call(state, "list_files", folder="/notes/")] == [
        "/notes/a.md",
        "/notes/c.md",
    ]
    assert "/plan.md" not in state["files"]


def test_files_are_searched_line_by_line(state: State) -> None:
    assert call(state, "search_files", query="STEP two") == [
        {"path": "/plan.md", "line": 3, "text": "step two"}
    ]


def test_a_contact_changes_only_where_it_is_told(state: State) -> None:
    call(state, "update_contact", contact="C-1", changes={"phone": "9"})
    assert state["contacts"]["C-1"] == {
        "name": "Ana Roy",
        "email": ANA,
        "company": "Firm",
        "role": "Buyer",
        "phone": "9",
    }
    assert [one["id"] for one in call(state, "find_contacts", text="ana else")] == ["C-2"]


def test_tasks_are_listed_by_due_day_and_end_done_or_dropped(state: State) -> None:
    assert [task["id"] for task in call(state, "list_tasks")] == ["K-2", "K-1"]
    assert [task["id"] for task in call(state, "list_tasks", status="any", tag="x")] == ["K-3", "K-2"]
    assert call(state, "list_tasks", due_by="2026-03-11") == []
    call(state, "update_task", task="K-1", changes={"due": "2026-03-11", "tags": ["y"]})
    call(state, "complete_task", task="K-1")
    call(state, "drop_task", task="K-2")
    assert [state["tasks"][key]["status"] for key in ("K-1", "K-2")] == ["done", "dropped"]
    assert state["tasks"]["K-1"]["tags"] == ["y"]


@pytest.mark.parametrize("file", ["world.yaml", "world.zh.yaml"])
def test_the_librarys_worlds_hold_together(file: str) -> None:
    world: Any = read_yaml(LIBRARY / "office" / file).value
    confirmed = [one for one in world["events"].values() if one["status"] == "confirmed"]
    booked = [(one["room"], one["start"], one["end"]) for one in confirmed if one["room"] is not None]
    known = {contact["email"] for contact in world["contacts"].values()} | {world["owner"]}
    assert {room for room, _, _ in booked} <= world["rooms"].keys()
    assert {person for one in confirmed for person in one["attendees"]} <= known
    assert not [
        (a, b) for a in booked for b in booked if a[0] == b[0] and a < b and a[1] < b[2] and b[1] < a[2]
    ]


def test_a_month_in_the_calendar_is_a_long_result() -> None:
    world: Any = read_yaml(LIBRARY / "office" / "world.yaml").value
    month = call(world, "list_events", first_day="2026-03-01", last_day="2026-03-31")
    assert len(str(month)) > 5000
