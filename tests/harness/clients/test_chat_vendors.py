"""Every vendor's documented stream is read as its documentation means it."""

from typing import Any

import pytest

from harness.clients.chat import Chat
from harness.clients.client import Reply
from tests.harness.clients.chat_streams import STREAMS, ChatStream, found

NAMES = [one.name for one in STREAMS]


def assembled(stream: ChatStream) -> Reply:
    thinks = stream.thinking == "on"
    assembly = Chat().assembly(0.0, stream.quirks, None, thinks=thinks)
    for now, chunk in enumerate(stream.chunks, 1):
        assembly.add(chunk, float(now))
    return assembly.reply(100.0, ended=True)


@pytest.mark.parametrize("stream", STREAMS, ids=NAMES)
def test_a_documented_stream_is_read_as_it_is_meant(stream: ChatStream) -> None:
    made = found(assembled(stream))
    made["usd"] = None if made["usd"] is None else pytest.approx(made["usd"])
    assert stream.meant == made


@pytest.mark.parametrize("stream", STREAMS, ids=NAMES)
def test_a_whole_reply_means_the_same_as_its_stream(stream: ChatStream) -> None:
    assembly = Chat().assembly(0.0, stream.quirks, None, thinks=stream.thinking == "on")
    assembly.add_whole(whole(stream))
    reply = assembly.reply(100.0, ended=True)
    made = found(reply)
    made["usd"] = None if made["usd"] is None else pytest.approx(made["usd"])

    assert stream.meant == made
    assert (reply.exchange.ttft_ms, reply.exchange.first_answer_ms, reply.exchange.chunk_ms) == (
        None,
        None,
        (),
    )


def whole(stream: ChatStream) -> dict[str, Any]:
    """What the endpoint would send without streaming."""
    meant, usage = stream.meant, [chunk["usage"] for chunk in stream.chunks if chunk.get("usage")]
    message: dict[str, Any] = {"role": "assistant", "content": stream.head.get("sdk_text", meant["text"])}
    if meant["reasoning"] and "sdk_text" not in stream.head:
        message["reasoning_content"] = meant["reasoning"]
    calls = [
        {"id": given, "type": "function", "function": {"name": name, "arguments": arguments}}
        for given, name, arguments in meant["calls"]
    ]
    for item, _ in meant["carried"]:
        if "reasoning_details" in item:
            message |= item
        elif "extra_content" in item:
            calls[0] |= item
        else:
            message["content"] = [item, {"type": "text", "text": meant["text"]}]
            del message["reasoning_content"]
    choice = {"index": 0, "message": {**message, "tool_calls": calls}, "finish_reason": meant["finish"]}
    return {"choices": [choice], "usage": usage[-1]}


@pytest.mark.parametrize("stream", STREAMS, ids=NAMES)
def test_every_stream_names_where_its_shape_is_documented(stream: ChatStream) -> None:
    assert "." in stream.head["source"].split()[0]


def test_every_vendor_has_a_stream() -> None:
    vendors = {one.name.split("_")[0] for one in STREAMS}
    assert vendors == {
        *("dashscope", "deepseek", "gemini", "mistral", "openai", "openrouter", "transformers", "vllm", "xai")
    }


@pytest.mark.parametrize(
    ("name", "first_ms", "answer_ms"),
    [
        ("vllm_chat/no_reasoning_parser", 2000, 6000),
        ("gemini_chat/signature", 1000, 3000),
        ("deepseek_chat/thinking_and_call", 2000, 4000),
        ("openrouter_chat/details", 1000, 5000),
        ("mistral_chat/thinking_parts", 2000, 5000),
    ],
)
def test_the_first_answer_is_timed_after_the_thinking(name: str, first_ms: float, answer_ms: float) -> None:
    (stream,) = (one for one in STREAMS if one.name == name)
    exchange = assembled(stream).exchange
    assert (exchange.ttft_ms, exchange.first_answer_ms) == (first_ms, answer_ms)
