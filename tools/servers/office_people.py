"""The address book: people inside and outside the company."""

from typing import Annotated

from pydantic import ConfigDict, Field, JsonValue
from typing_extensions import TypedDict

from tools.servers.office_entries import Email, collection, found, mentions, shown
from tools.world import Refused, State, next_id, phrase, reads, writes

ContactId = Annotated[str, Field(pattern=r"^C-\d+$", description="Contact id, like C-12")]


class ContactChanges(TypedDict, total=False):
    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic reads it from there
    email: Email
    phone: str
    company: str
    role: str


def find_contacts(
    state: State,
    text: Annotated[
        str, Field(min_length=1, description="Part of a name, address, company, role, or of several")
    ],
) -> JsonValue:
    """Find people in the address book, by name."""
    hits = [
        (contact["name"], key, contact)
        for key, contact in collection(state, "contacts").items()
        if mentions(text, *(str(value) for value in contact.values()))
    ]
    return [shown(key, contact) for _, key, contact in sorted(hits, key=lambda hit: hit[:2])]


def add_contact(
    state: State, name: str, email: Email, company: str = "", role: str = "", phone: str = ""
) -> JsonValue:
    """Put a new person into the address book. Refused when the address is in it already."""
    contacts = state.setdefault("contacts", {})
    for key, contact in contacts.items():
        if contact["email"].casefold() == email.casefold():
            raise Refused(
                phrase(state, "{email} is already {key}.", "{email} 已登记为 {key}。", email=email, key=key)
            )
    key = next_id(contacts, "C-")
    contacts[key] = {"name": name, "email": email, "company": company, "role": role, "phone": phone}
    return shown(key, contacts[key])


def update_contact(state: State, contact: ContactId, changes: ContactChanges) -> JsonValue:
    """Change fields of a person in the address book; fields not named stay as they are."""
    held = found(state, "contacts", contact)
    held.update(changes)
    return shown(contact, held)


CONTACT_TOOLS = (reads(find_contacts), writes(add_contact), writes(update_contact))
