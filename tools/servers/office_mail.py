"""The mailbox: messages in folders, tied together as threads; drafts wait until they are sent.

A sent message is written at once to its readers, inside the company or out of it: whether it may be is for
the sender to know.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue
from typing_extensions import TypedDict

from tools.servers.office_entries import (
    Day,
    Email,
    FilePath,
    collection,
    found,
    mentions,
    moment,
    none_missing,
    owner,
    shown,
)
from tools.world import Refused, State, next_id, phrase, reads, writes

MessageId = Annotated[str, Field(pattern=r"^M-\d+$", description="Message id, like M-12")]
ThreadId = Annotated[str, Field(pattern=r"^T-\d+$", description="Thread id, like T-12")]
Addresses = Annotated[Sequence[Email], Field(min_length=1)]
Attachments = Annotated[Sequence[FilePath], Field(description="Paths of files to attach")]


class Period(TypedDict):
    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic reads it from there
    first_day: Day
    last_day: Day


def search_mail(
    state: State,
    words: Annotated[str, Field(description="Words that must all occur in subject or text")] = "",
    person: Annotated[str, Field(description="Name or address in from, to or cc")] = "",
    folder: Literal["any", "inbox", "sent", "drafts", "archive", "trash"] = "any",
    since: Annotated[Day | None, Field(description="First day")] = None,
    until: Annotated[Day | None, Field(description="Last day, included")] = None,
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
) -> JsonValue:
    """Search mail, newest first. Gives each message's head and the start of its text only."""
    hits = [
        (message["date"], key, message)
        for key, message in collection(state, "messages").items()
        if folder in {"any", message["folder"]}
        and (since or "") <= message["date"][:10] <= (until or "9999")
        and mentions(words, message["subject"], message["text"])
        and mentions(person, message["from"], *message["to"], *message["cc"])
    ]
    return [_head(key, message) for _, key, message in sorted(hits, key=_newest, reverse=True)[:limit]]


def read_mail(state: State, message: MessageId) -> JsonValue:
    """Read one message whole."""
    return shown(message, found(state, "messages", message))


def read_thread(state: State, thread: ThreadId) -> JsonValue:
    """Read all messages of a thread whole, oldest first."""
    inside = [
        (message["date"], key, message)
        for key, message in collection(state, "messages").items()
        if message["thread"] == thread
    ]
    if not inside:
        found({**state, "threads": {}}, "threads", thread)
    return [shown(key, message) for _, key, message in sorted(inside, key=_newest)]


def draft_mail(
    state: State,
    to: Addresses,
    subject: str,
    text: str,
    cc: Sequence[Email] = (),
    attachments: Attachments = (),
) -> JsonValue:
    """Save a new message as a draft. Nothing is sent."""
    return _new(state, "drafts", to=to, cc=cc, subject=subject, text=text, attachments=attachments)


def send_draft(state: State, draft: MessageId) -> JsonValue:
    """Send a draft as it is."""
    message = found(state, "messages", draft)
    if message["folder"] != "drafts":
        raise Refused(phrase(state, "{draft} is not a draft.", "{draft} 不是草稿。", draft=draft))
    message.update(folder="sent", date=state["now"])
    return _head(draft, message)


def send_mail(
    state: State,
    to: Addresses,
    subject: str,
    text: str,
    cc: Sequence[Email] = (),
    attachments: Attachments = (),
) -> JsonValue:
    """Write and send a new message at once."""
    return _new(state, "sent", to=to, cc=cc, subject=subject, text=text, attachments=attachments)


def reply_mail(
    state: State,
    message: MessageId,
    text: str,
    reply_all: Annotated[bool, Field(description="Also to everybody in to and cc")] = False,
) -> JsonValue:
    """Answer a message at once, in its thread: to its sender alone, or to all."""
    answered = _arrived(state, message)
    others = [
        one for one in (*answered["to"], *answered["cc"]) if one not in {owner(state), answered["from"]}
    ]
    return _new(
        state,
        "sent",
        to=[answered["from"]],
        cc=others if reply_all else [],
        subject=phrase(state, "Re: {subject}", "回复：{subject}", subject=answered["subject"]),
        text=text,
        thread=answered["thread"],
    )


def forward_mail(state: State, message: MessageId, to: Addresses, text: str = "") -> JsonValue:
    """Send a message on to others at once, with its attachments; `text` is put above it."""
    passed = found(state, "messages", message)
    return _new(
        state,
        "sent",
        to=to,
        subject=phrase(state, "Fwd: {subject}", "转发：{subject}", subject=passed["subject"]),
        text=f"{text}\n\n{passed['text']}".lstrip(),
        attachments=passed["attachments"],
    )


def move_mail(
    state: State,
    messages: Annotated[Sequence[MessageId], Field(min_length=1)],
    folder: Literal["inbox", "archive", "trash"],
) -> JsonValue:
    """Move messages to another folder; `trash` is how a message is deleted."""
    none_missing(state, "messages", messages)
    for key in messages:
        state["messages"][key]["folder"] = folder
    return {"moved": list(messages), "folder": folder}


def set_auto_reply(
    state: State, period: Period, text: str, audience: Literal["everyone", "colleagues"] = "everyone"
) -> JsonValue:
    """Answer arriving mail by itself from the first day to the last. Replaces the auto-reply set before."""
    if moment(state, period["last_day"]) < moment(state, period["first_day"]):
        raise Refused(phrase(state, "The period ends before it starts.", "结束日期早于开始日期。"))
    state["auto_reply"] = {**period, "text": text, "audience": audience}
    return dict(state["auto_reply"])


def _new(
    state: State,
    folder: str,
    *,
    to: Sequence[str],
    subject: str,
    text: str,
    cc: Sequence[str] = (),
    attachments: Sequence[str] = (),
    thread: str | None = None,
) -> JsonValue:
    none_missing(state, "files", attachments)
    messages = state.setdefault("messages", {})
    key = next_id(messages, "M-")
    threads = {message["thread"]: None for message in messages.values()}
    messages[key] = {
        "thread": thread or next_id(threads, "T-"),
        "folder": folder,
        "date": state["now"],
        "from": owner(state),
        "to": list(to),
        "cc": list(cc),
        "subject": subject,
        "text": text,
        "attachments": list(attachments),
    }
    return shown(key, messages[key])


def _arrived(state: State, key: str) -> State:
    message = found(state, "messages", key)
    if message["folder"] == "drafts":
        raise Refused(phrase(state, "{key} is still a draft.", "{key} 还是草稿。", key=key))
    return message


def _newest(hit: tuple[str, str, State]) -> tuple[str, int]:
    date, key, _ = hit
    return date, int(key.removeprefix("M-"))


def _head(key: str, message: State) -> dict[str, JsonValue]:
    head = shown(key, message)
    start = message["text"].replace("\n", " ")
    return {**head, "text": start if len(start) <= _PREVIEW else f"{start[:_PREVIEW]}…"}


_PREVIEW = 90

MAIL_TOOLS = (
    reads(search_mail),
    reads(read_mail),
    reads(read_thread),
    writes(draft_mail),
    writes(send_draft),
    writes(send_mail),
    writes(reply_mail),
    writes(forward_mail),
    writes(move_mail),
    writes(set_auto_reply),
)
