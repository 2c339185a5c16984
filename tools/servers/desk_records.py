"""What the desk only ever reads: the knowledge base, and the audit log that the directory writes."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from tools.servers.desk_rows import DAY_OR_EMPTY, mentions, row
from tools.world import State, entry, reads

Action = Literal[
    "any",
    "sign_in",
    "sign_in_failed",
    "password_changed",
    "mfa_enrolled",
    "group_added",
    "group_removed",
    "file_shared",
    "device_joined",
]


def search_articles(
    state: State,
    text: Annotated[str, Field(description="Words of the title, tags or text.", min_length=1)],
) -> JsonValue:
    """Search the knowledge base; gives titles, tags and dates. read_article gives the text."""
    return [
        row(key, found, "title", "tags", "updated")
        for key, found in state["articles"].items()
        if mentions(text, key, found["title"], *found["tags"], found["text"])
    ]


def read_article(
    state: State, article: Annotated[str, Field(description="Article id, such as KB-10.")]
) -> JsonValue:
    """The whole text of one knowledge base article."""
    return row(article, entry(state, "articles", article))


def search_audit_log(
    state: State,
    account: Annotated[
        str, Field(description="Only entries in which this account acts or is acted on; empty for all.")
    ] = "",
    action: Action = "any",
    since: Annotated[
        str, Field(description="First day, YYYY-MM-DD; empty for all.", pattern=DAY_OR_EMPTY)
    ] = "",
    until: Annotated[
        str, Field(description="Last day, YYYY-MM-DD; empty for all.", pattern=DAY_OR_EMPTY)
    ] = "",
) -> JsonValue:
    """Search the directory's audit log of the last weeks, oldest first. Without filters it is long."""
    return [
        row(key, found)
        for key, found in state["audit"].items()
        if account in ("", found["actor"], found["target"])
        and action in ("any", found["action"])
        and (not since or found["at"][:10] >= since)
        and (not until or found["at"][:10] <= until)
    ]


RECORD_TOOLS = (
    reads(search_articles),
    reads(read_article),
    reads(search_audit_log),
)
