"""People, their accounts and the groups that the accounts belong to.

The directory does what it is told: it knows neither who is asking nor whether an owner agreed. Who may have
what is the desk's policy.
"""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from tools.servers.desk_rows import DAY_OR_EMPTY, after_today, days_later, mentions, row, today
from tools.world import Refused, State, entry, phrase, reads, writes

Account = Annotated[str, Field(description="Account name, such as jdoe.")]
Group = Annotated[str, Field(description="Group id, such as all-staff.")]


def find_employees(
    state: State,
    text: Annotated[
        str, Field(description="Words of the name, employee number, e-mail or job title.", min_length=1)
    ],
    department: Annotated[str, Field(description="Only this department; empty for all.")] = "",
    status: Literal["any", "active", "on_leave", "left"] = "any",
) -> JsonValue:
    """Search the staff directory. Every word of the text must match; several people may bear one name."""
    return [
        row(key, found, "name", "title", "department", "site", "status")
        for key, found in state["employees"].items()
        if mentions(text, key, found["name"], found["email"], found["title"])
        and department in ("", found["department"])
        and status in ("any", found["status"])
    ]


def get_employee(
    state: State, employee: Annotated[str, Field(description="Employee number, such as E-1000.")]
) -> JsonValue:
    """One employee's directory entry: account name, contract and its end, manager, site, status."""
    return row(employee, entry(state, "employees", employee))


def get_account(state: State, account: Account) -> JsonValue:
    """One account: status, failed sign-ins, password dates, MFA, whether it is privileged, and its groups."""
    return row(account, entry(state, "accounts", account))


def find_groups(
    state: State,
    text: Annotated[str, Field(description="Words of the id, name or description; empty for all.")] = "",
) -> JsonValue:
    """Search the groups: what each is for, its class (open or restricted), its owner, how many members."""
    accounts = state["accounts"].values()
    return [
        {**row(key, found), "members": sum(key in account["groups"] for account in accounts)}
        for key, found in state["groups"].items()
        if mentions(text, key, found["name"], found["description"])
    ]


def unlock_account(state: State, account: Account) -> JsonValue:
    """Unlock an account that was locked by failed sign-ins. The password stays as it is."""
    found = entry(state, "accounts", account)
    if found["status"] != "locked":
        raise Refused(
            phrase(
                state,
                "{account} is {status}, not locked.",
                "{account} 的状态是 {status}，没有被锁定。",
                account=account,
                status=found["status"],
            )
        )
    found["status"] = "active"
    found["failed_sign_ins"] = 0
    return row(account, found, "status", "failed_sign_ins", "password_expires")


def reset_password(
    state: State,
    account: Account,
    deliver_to: Annotated[Literal["phone", "manager"], Field(description="Who gets the temporary password.")],
    sign_out: Annotated[bool, Field(description="End all open sessions as well.")] = False,
) -> JsonValue:
    """Replace the password by a temporary one, valid for one day. Unlocks the account, too."""
    found = _usable(state, account)
    found["status"] = "active"
    found["failed_sign_ins"] = 0
    found["password_expires"] = days_later(today(state), 1)
    found["temporary_password"] = deliver_to
    if sign_out:
        found["sessions"] = 0
    return row(account, found, "status", "temporary_password", "password_expires", "sessions")


def reset_mfa(
    state: State,
    account: Account,
    new_method: Annotated[
        Literal["app", "key", "sms"], Field(description="What the person will enrol next.")
    ],
) -> JsonValue:
    """Forget the second factor of an account; the person enrols the new method at the next sign-in."""
    found = _usable(state, account)
    found["mfa"] = {"method": new_method, "state": "to_enrol", "since": today(state)}
    return row(account, found, "mfa")


def disable_account(
    state: State, account: Account, reason: Literal["leaver", "security", "long_leave"]
) -> JsonValue:
    """Disable an account at once and end its sessions. Groups and licences stay as they are."""
    found = _usable(state, account)
    found["status"] = "disabled"
    found["disabled"] = {"reason": reason, "at": state["now"]}
    found["sessions"] = 0
    return row(account, found, "status", "disabled", "groups")


def add_to_group(
    state: State,
    account: Account,
    group: Group,
    until: Annotated[
        str, Field(description="Last day of membership, YYYY-MM-DD; empty for no end.", pattern=DAY_OR_EMPTY)
    ] = "",
) -> JsonValue:
    """Make an account a member of a group."""
    entry(state, "groups", group)
    groups = _usable(state, account)["groups"]
    if group in groups:
        raise Refused(
            phrase(
                state,
                "{account} is already in {group}.",
                "{account} 已在 {group} 组中。",
                account=account,
                group=group,
            )
        )
    groups[group] = {"added": today(state), "until": after_today(state, until) if until else ""}
    return {"account": account, "group": group, **groups[group]}


def remove_from_group(state: State, account: Account, group: Group) -> JsonValue:
    """End an account's membership of a group."""
    groups = entry(state, "accounts", account)["groups"]
    if group not in groups:
        raise Refused(
            phrase(
                state,
                "{account} is not in {group}; its groups are {groups}.",
                "{account} 不在 {group} 组中；所在组：{groups}。",
                account=account,
                group=group,
                groups=", ".join(groups),
            )
        )
    del groups[group]
    return {"account": account, "groups": list(groups)}


def _usable(state: State, account: str) -> State:
    found = entry(state, "accounts", account)
    if found["status"] == "disabled":
        raise Refused(phrase(state, "{account} is disabled.", "{account} 已停用。", account=account))
    return found


ACCOUNT_TOOLS = (
    reads(find_employees),
    reads(get_employee),
    reads(get_account),
    writes(unlock_account),
    writes(reset_password),
    writes(reset_mfa),
    writes(disable_account),
    reads(find_groups),
    writes(add_to_group),
    writes(remove_from_group),
)
