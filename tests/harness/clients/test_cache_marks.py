"""Which beginnings are marked, and how a chat request carries the marks."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.clients.cache_marks import marked
from harness.clients.chat import Chat
from harness.clients.client import Ask, Shared
from harness.clients.wire import Dialled
from harness.registry.provider import Quirks
from harness.runs.record import ModelVariant
from scenarios.transcript import AssistantMessage, Message, ToolCall, ToolMessage, UserMessage

MARK = {"type": "ephemeral"}
LOOP: list[Message] = [
    UserMessage(text="hi"),
    AssistantMessage(tool_calls=(ToolCall(id="a", name="look", arguments_json="{}"),)),
    ToolMessage(call_id="a", text="green"),
]


def written(talk: list[Message], *, shared: int = 0, marks: bool = True, system: str = "Be brief.") -> Any:
    """The messages of a chat request."""
    dialled = Dialled(
        variant=ModelVariant(label="m", wire="chat", model="m"),
        quirks=Quirks(cache_marks=marks),
        sampling={},
        system=system,
        tools=b"",
    )
    of = Shared(messages=shared, key="k") if shared else None
    body = Chat().draft(dialled).body(talk, Ask(output_tokens=100, seconds=5, shared=of))
    return json.loads(body)["messages"]


def marks(messages: Any) -> list[int]:
    return [
        place
        for place, message in enumerate(messages)
        if isinstance(message["content"], list) and message["content"][0]["cache_control"] == MARK
    ]


@pytest.mark.parametrize(
    ("messages", "shared", "before", "places"),
    [
        (1, 0, 0, {0}),  # a conversation begins
        (3, 0, 1, {0, 2}),  # and goes on
        (3, 2, 1, {1}),  # a question on a document
        (5, 2, 3, {1, 2, 4}),  # and another one after its answer
        (0, 0, 0, set()),
    ],
)
def test_what_is_asked_for_again_is_marked(messages: int, shared: int, before: int, places: set[int]) -> None:
    assert marked(messages, shared=shared, before=before) == places


@given(st.integers(1, 50), st.data())
def test_three_marks_among_the_messages_at_most(messages: int, data: st.DataObject) -> None:
    shared, before = (data.draw(st.integers(0, messages)) for _ in range(2))
    places = marked(messages, shared=shared, before=before)

    assert 1 <= len(places) <= 3
    assert all(0 <= place < messages for place in places)


def test_a_chat_message_is_marked_by_a_part_of_its_content() -> None:
    messages = written(LOOP)

    assert marks(messages) == [0, 1, 3]
    assert messages[3] == {
        "role": "tool",
        "tool_call_id": "a",
        "content": [{"type": "text", "text": "green", "cache_control": MARK}],
    }


def test_a_shared_document_is_marked_where_it_ends() -> None:
    talk: list[Message] = [UserMessage(text="文 paper"), AssistantMessage(text="OK"), UserMessage(text="?")]

    assert marks(written(talk, shared=2)) == [0, 2]
    assert marks(written(talk, shared=1, system="")) == [0]


def test_what_is_not_marked_stays_as_it_was() -> None:
    plain, with_marks = written(LOOP, marks=False), written(LOOP)

    assert marks(plain) == []
    assert with_marks[2] == plain[2]
    for message, other in zip(plain, with_marks, strict=True):
        content = other["content"]
        text = content[0]["text"] if isinstance(content, list) else content
        assert {**other, "content": text} == message


def test_an_empty_text_is_not_marked() -> None:
    assert marks(written([UserMessage(text="")])) == [0]
