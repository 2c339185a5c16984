"""The desk keeps its own books consistent, and lets everything pass that only its policy forbids."""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import jsonschema
import pytest
from pydantic import JsonValue

from scenarios.places import LIBRARY
from scenarios.yaml_file import read_yaml
from tools.servers.desk import DESK
from tools.world import Refused, State

TOOLS = {tool.name: tool for tool in DESK.tools}
LOOKS: Mapping[str, Mapping[str, Any]] = {
    "find_employees": {"text": "daniel meyer"},
    "get_employee": {"employee": "E-1042"},
    "get_account": {"account": "alopes"},
    "find_groups": {},
    "list_devices": {"site": "Hull"},
    "get_device": {"device": "NB-2213"},
    "find_licences": {"holder": "E-1046"},
    "get_licence": {"licence": "L-21"},
    "list_approvals": {"decision": "pending"},
    "search_tickets": {"ticket_state": "unresolved"},
    "get_ticket": {"ticket": "T-2009"},
    "list_technicians": {"team": "network"},
    "list_services": {},
    "list_incidents": {"status": "unresolved"},
    "search_articles": {"text": "vpn"},
    "read_article": {"article": "KB-101"},
    "search_audit_log": {"action": "file_shared", "since": "2026-03-01", "until": "2026-03-06"},
}
"""For every tool that reads, a call that finds something in the library's world."""


@pytest.fixture
def state() -> State:
    return world("world.yaml")


def world(name: str) -> State:
    found = read_yaml(LIBRARY / "desk" / name).value
    assert isinstance(found, dict)
    return found


def call(state: State, tool: str, **arguments: Any) -> Any:
    jsonschema.validate(arguments, TOOLS[tool].input_schema)
    return TOOLS[tool].run(state, **arguments)


def ids(rows: Any) -> list[str]:
    return [row["id"] for row in rows]


def scribble(value: JsonValue) -> None:
    """Spoils every container in place."""
    if isinstance(value, dict):
        for item in value.values():
            scribble(item)
        value["spoilt"] = True
    elif isinstance(value, list):
        for item in value:
            scribble(item)
        value.append("spoilt")


def test_every_reading_tool_has_a_look_that_finds_something(state: State) -> None:
    assert {tool.name for tool in DESK.tools if not tool.writes} == set(LOOKS)
    assert all(call(state, name, **arguments) for name, arguments in LOOKS.items())


@pytest.mark.parametrize("name", LOOKS)
def test_looking_changes_nothing_and_shares_nothing_with_the_state(name: str, state: State) -> None:
    before = deepcopy(state)
    scribble(call(state, name, **LOOKS[name]))
    assert state == before


@pytest.mark.parametrize("tool", DESK.tools, ids=lambda tool: tool.name)
def test_every_tool_tells_what_it_does_and_refuses_unknown_arguments(tool: Any) -> None:
    assert tool.description
    jsonschema.Draft202012Validator.check_schema(tool.input_schema)
    assert tool.input_schema["additionalProperties"] is False


def test_what_tools_return_is_json(state: State) -> None:
    for name, arguments in LOOKS.items():
        result = call(state, name, **arguments)
        assert json.loads(json.dumps(result)) == result


def test_the_chinese_world_answers_in_chinese() -> None:
    state = world("world.zh.yaml")
    with pytest.raises(Refused, match="没有被锁定"):
        call(state, "unlock_account", account="wangfang")
    assert ids(call(state, "find_employees", text="汪芳")) == ["HC-1203"]


@pytest.mark.parametrize("name", ["world.yaml", "world.zh.yaml"])
def test_everything_a_world_points_to_is_there(name: str) -> None:
    state = world(name)
    people = set(state["employees"])
    named = {
        *(person["manager"] for person in state["employees"].values()),
        *(account["employee"] for account in state["accounts"].values()),
        *(group["owner"] for group in state["groups"].values()),
        *(device["holder"] for device in state["devices"].values()),
        *(holder for licence in state["licences"].values() for holder in licence["holders"]),
        *(approval[role] for approval in state["approvals"].values() for role in ("employee", "approver")),
        *(ticket["requester"] for ticket in state["tickets"].values()),
        *state["technicians"],
    }
    assert named - {""} <= people
    assert {person["account"] for person in state["employees"].values()} <= set(state["accounts"])
    assert {ticket["assignee"] for ticket in state["tickets"].values()} - {""} <= set(state["technicians"])
    groups = {group for account in state["accounts"].values() for group in account["groups"]}
    assert groups <= set(state["groups"])


def test_two_people_of_one_name_are_both_found(state: State) -> None:
    assert ids(call(state, "find_employees", text="Meyer Daniel")) == ["E-1032", "E-1043"]
    assert ids(call(state, "find_employees", text="Meyer", department="Finance")) == ["E-1032"]


def test_unlocking_keeps_the_password_and_resetting_replaces_it(state: State) -> None:
    expires = state["accounts"]["alopes"]["password_expires"]
    assert call(state, "unlock_account", account="alopes")["password_expires"] == expires
    reset = call(state, "reset_password", account="kmensah", deliver_to="phone", sign_out=True)
    assert (reset["status"], reset["password_expires"], reset["sessions"]) == ("active", "2026-03-13", 0)


def test_an_account_that_is_not_locked_cannot_be_unlocked(state: State) -> None:
    with pytest.raises(Refused, match="not locked"):
        call(state, "unlock_account", account="pnair")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("reset_password", {"deliver_to": "phone"}),
        ("reset_mfa", {"new_method": "app"}),
        ("add_to_group", {"group": "vpn-users"}),
        ("disable_account", {"reason": "leaver"}),
    ],
)
def test_a_disabled_account_is_left_alone(tool: str, arguments: Mapping[str, str], state: State) -> None:
    with pytest.raises(Refused, match="vhale is disabled"):
        call(state, tool, account="vhale", **arguments)


def test_nobody_is_twice_in_a_group_or_leaves_one_they_are_not_in(state: State) -> None:
    call(state, "add_to_group", account="mnovak", group="vpn-users", until="2026-04-30")
    with pytest.raises(Refused, match="already in"):
        call(state, "add_to_group", account="mnovak", group="vpn-users")
    with pytest.raises(Refused, match="its groups are vpn-users"):
        call(state, "remove_from_group", account="mnovak", group="hr-files")
    call(state, "remove_from_group", account="mnovak", group="vpn-users")
    assert state["accounts"]["mnovak"]["groups"] == {}


def test_a_membership_cannot_end_before_it_begins(state: State) -> None:
    with pytest.raises(Refused, match="not after today"):
        call(state, "add_to_group", account="mnovak", group="vpn-users", until="2026-03-12")
    with pytest.raises(Refused, match="not in the calendar"):
        call(state, "add_to_group", account="mnovak", group="vpn-users", until="2026-02-30")


def test_a_loan_is_made_moved_and_brought_back(state: State) -> None:
    call(state, "assign_device", device="PJ-401", employee="E-1052", purpose="loan", due="2026-03-17")
    assert call(state, "extend_loan", device="PJ-401", due="2026-03-26")["due"] == "2026-03-26"
    back = call(state, "return_device", device="PJ-401", condition="good")
    assert (back["status"], back["holder"], back["due"]) == ("in_stock", "", "")


@pytest.mark.parametrize(("purpose", "due"), [("loan", ""), ("permanent", "2026-03-17")])
def test_a_due_day_goes_with_a_loan_and_only_with_it(purpose: str, due: str, state: State) -> None:
    with pytest.raises(Refused, match="A loan needs a due day"):
        call(state, "assign_device", device="PJ-401", employee="E-1052", purpose=purpose, due=due)


def test_a_device_is_handed_out_once_and_only_to_people_who_are_there(state: State) -> None:
    with pytest.raises(Refused, match="NB-2213 is assigned"):
        call(state, "assign_device", device="NB-2213", employee="E-1052", purpose="permanent")
    with pytest.raises(Refused, match="has left the company"):
        call(state, "assign_device", device="NB-2231", employee="E-1073", purpose="permanent")
    assert state["devices"]["NB-2231"]["holder"] == ""


def test_a_damaged_device_goes_to_repair_and_a_lost_one_stays_with_its_holder(state: State) -> None:
    assert call(state, "return_device", device="NB-2217", condition="damaged")["status"] == "repair"
    lost = call(state, "report_device_lost", device="PH-305", wipe=True)
    assert (lost["status"], lost["holder"], lost["wipe"]) == ("lost", "E-1055", "queued")
    with pytest.raises(Refused, match="needs assigned / loan"):
        call(state, "return_device", device="PH-305", condition="good")


def test_a_full_licence_takes_nobody_until_a_seat_is_given_back(state: State) -> None:
    with pytest.raises(Refused, match="All 4 seats"):
        call(state, "grant_licence", licence="L-21", employee="E-1081")
    assert call(state, "revoke_licence", licence="L-21", employee="E-1072")["free"] == 1
    assert call(state, "grant_licence", licence="L-21", employee="E-1081")["free"] == 0
    with pytest.raises(Refused, match="already holds"):
        call(state, "grant_licence", licence="L-21", employee="E-1081")
    with pytest.raises(Refused, match="holds no seat"):
        call(state, "revoke_licence", licence="L-21", employee="E-1072")


def test_an_approval_is_asked_of_the_owner_and_once(state: State) -> None:
    wanted = {"kind": "group", "subject": "payments-release", "employee": "E-1033", "reason": "run"}
    made = call(state, "request_approval", **wanted)
    assert (made["id"], made["approver_name"], made["decision"]) == ("AP-58", "Margaret Holt", "pending")
    with pytest.raises(Refused, match="AP-58 already asks"):
        call(state, "request_approval", **wanted)


def test_an_approval_is_decided_once(state: State) -> None:
    assert call(state, "decide_approval", approval="AP-53", decision="approved")["decided"] == "2026-03-12"
    with pytest.raises(Refused, match="was approved on 2026-03-12"):
        call(state, "decide_approval", approval="AP-53", decision="rejected")


def test_a_ticket_lives_from_open_to_closed(state: State) -> None:
    made = call(
        state,
        "create_ticket",
        requester="E-1044",
        subject="Screen stays black",
        description="Since this morning.",
        category="hardware",
        priority="P3",
        team="workplace",
        about={"device": "NB-2216"},
    )
    key = made["id"]
    changed = call(state, "update_ticket", ticket=key, changes={"assignee": "E-1014", "state": "in_progress"})
    assert (changed["assignee"], changed["state"]) == ("E-1014", "in_progress")
    call(state, "comment_on_ticket", ticket=key, text="Cable.", visible_to="requester")
    with pytest.raises(Refused, match="only a resolved ticket"):
        call(state, "close_ticket", ticket=key)
    call(state, "resolve_ticket", ticket=key, outcome="fixed", note="New cable.")
    with pytest.raises(Refused, match="already resolved"):
        call(state, "update_ticket", ticket=key, changes={"priority": "P1"})
    assert call(state, "close_ticket", ticket=key)["state"] == "closed"
    with pytest.raises(Refused, match="is closed"):
        call(state, "comment_on_ticket", ticket=key, text="Thanks.", visible_to="requester")


def test_a_ticket_is_about_things_that_exist_and_goes_to_technicians(state: State) -> None:
    with pytest.raises(Refused, match="NB-9999"):
        call(
            state,
            "create_ticket",
            requester="E-1044",
            subject="Broken",
            description="",
            category="hardware",
            priority="P4",
            team="workplace",
            about={"device": "NB-9999"},
        )
    with pytest.raises(Refused, match="no technician"):
        call(state, "update_ticket", ticket="T-2018", changes={"assignee": "E-1042"})


@pytest.mark.parametrize(
    "arguments", [{"outcome": "duplicate"}, {"outcome": "fixed", "duplicate_of": "T-2013"}]
)
def test_a_duplicate_names_the_ticket_that_goes_on(arguments: Mapping[str, str], state: State) -> None:
    with pytest.raises(Refused, match="goes with outcome duplicate"):
        call(state, "resolve_ticket", ticket="T-2020", note="-", **arguments)


def test_a_technician_who_gets_a_ticket_has_one_more(state: State) -> None:
    before = {row["id"]: row["unresolved_tickets"] for row in call(state, "list_technicians", team="network")}
    call(state, "update_ticket", ticket="T-2018", changes={"assignee": "E-1016"})
    after = {row["id"]: row["unresolved_tickets"] for row in call(state, "list_technicians", team="network")}
    assert after == {**before, "E-1016": before["E-1016"] + 1}


def test_an_incident_holds_its_services_down_until_it_is_resolved(state: State) -> None:
    opened = call(
        state,
        "open_incident",
        title="Planora is slow",
        severity=3,
        affected=[{"service": "planora", "effect": "degraded"}, {"service": "print", "effect": "outage"}],
        tickets=["T-2024", "T-2017", "T-2017"],
    )
    assert opened["tickets"] == ["T-2017", "T-2024"]
    assert state["services"]["print"]["status"] == "outage"
    call(state, "update_incident", incident=opened["id"], status="resolved", message="Over.")
    assert state["services"]["planora"]["status"] == "operational"
    assert state["services"]["print"]["status"] == "outage", "INC-71 still disturbs printing"
    with pytest.raises(Refused, match="is resolved"):
        call(state, "link_tickets", incident=opened["id"], tickets=["T-2021"])


def test_an_incident_names_services_and_tickets_that_exist(state: State) -> None:
    line = {"service": "fax", "effect": "outage"}
    with pytest.raises(Refused, match="fax"):
        call(state, "open_incident", title="Fax", severity=3, affected=[line], tickets=["T-2017"])
    with pytest.raises(Refused, match="T-1"):
        call(state, "link_tickets", incident="INC-71", tickets=["T-1"])
    assert "INC-72" not in state["incidents"]


def test_linking_tickets_keeps_those_that_were_linked_before(state: State) -> None:
    linked = call(state, "link_tickets", incident="INC-71", tickets=["T-2027", "T-2023"])
    assert linked["tickets"] == ["T-1999", "T-2001", "T-2023", "T-2027"]


def test_the_audit_log_is_filtered_by_account_action_and_day(state: State) -> None:
    rows = call(state, "search_audit_log", account="ydemir", action="file_shared", since="2026-03-05")
    assert rows
    assert all("ydemir" in (row["actor"], row["target"]) and row["at"] >= "2026-03-05" for row in rows)
    assert len(json.dumps(call(state, "search_audit_log"))) > 5000


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("unlock_account", {"account": "tbarlow"}),  # privileged
        ("reset_mfa", {"account": "jweber", "new_method": "sms"}),  # nobody enrols SMS
        ("add_to_group", {"account": "arahman", "group": "payments-release"}),  # approval too old
        ("add_to_group", {"account": "esandvik", "group": "vpn-users"}),  # a contractor, without an end
        ("grant_licence", {"licence": "L-11", "employee": "E-1045"}),  # approval pending
        ("decide_approval", {"approval": "AP-53", "decision": "approved"}),  # not the desk's to decide
        ("close_ticket", {"ticket": "T-2009"}),  # resolved two days ago, not confirmed
        ("extend_loan", {"device": "TB-601", "due": "2026-12-24"}),  # longer than a loan may be
        (
            "assign_device",  # a second laptop
            {"device": "NB-2231", "employee": "E-1052", "purpose": "permanent"},
        ),
        (
            "open_incident",  # printing has one already
            {
                "title": "Printing",
                "severity": 1,
                "affected": [{"service": "print", "effect": "outage"}],
                "tickets": ["T-2023"],
            },
        ),
    ],
)
def test_what_only_the_policy_forbids_goes_through(
    tool: str, arguments: Mapping[str, Any], state: State
) -> None:
    before = deepcopy(state)
    call(state, tool, **arguments)
    assert state != before
