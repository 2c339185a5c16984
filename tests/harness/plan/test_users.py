"""What playing the users would send, from the same conversations seen from the other side."""

from harness.plan.talks import as_the_user_reads
from scenarios.transcript import AssistantMessage, Event, ToolCall, ToolMessage, UserAction, UserMessage


def test_the_user_hears_words_and_sees_its_own_calls_only() -> None:
    call = ToolCall(id="1", name="home__look", arguments_json="{}")
    back = ToolMessage(call_id="1", text="green")
    events: list[Event] = [
        UserMessage(text="Hello."),
        AssistantMessage(tool_calls=(ToolCall(id="2", name="desk__find", arguments_json="{}"),)),
        ToolMessage(call_id="2", text="found"),
        AssistantMessage(text="Please look."),
        UserAction(tool_calls=(call,), results=(back,)),
        UserMessage(text="Green."),
    ]

    seen = [(one.role, one.text) for one in as_the_user_reads(events)]

    assert seen == [
        ("assistant", "Hello."),
        ("user", "Please look."),
        ("assistant", ""),
        ("tool", "green"),
        ("assistant", "Green."),
    ]
