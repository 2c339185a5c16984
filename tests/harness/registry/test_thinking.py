"""One neutral setting becomes the fields of a request, for every model that we ship and over every wire."""

import json
import re
from collections.abc import Iterator

import pytest

from harness.registry.entry import Entry
from harness.registry.provider import WireName
from harness.registry.thinking import Fields, Switch, Thought
from scenarios.thinking import EFFORTS, Thinking
from tests.harness.known import KNOWN

SWITCH = Switch(
    off={"chat": {"thinks": False}},
    on={"chat": {"thinks": True}, "messages": {"thinks": "yes"}},
    budget={"chat": {"deep": [{"tokens": "$tokens"}], "said": "cost $tokens"}},
    effort={"chat": {"effort": "$effort"}},
    source="made up",
)
THOUGHT = Thought(switch="made-up", default="on", efforts=("low", "high"), least=1024, most=8192)  # type: ignore[arg-type] # a setting may be written in words
EVERY = ["off", "on", "adaptive", *EFFORTS, 1, 127, 128, 1023, 1024, 8192, 24_576, 32_768, 81_920, 10**7]
SERVED = sorted((name, entry) for name, entry in KNOWN.registry.models.items() if entry.provider)
TAKES = re.compile(r"it takes (.*)$")
TOKENS = re.compile(r"a number of tokens from (\d+)(?: to (\d+))?$")


def fields(setting: object, thought: Thought = THOUGHT, wire: str = "chat") -> Fields:
    return thought.fields(Thinking.parse(setting), SWITCH, wire)


@pytest.mark.parametrize(
    ("setting", "sent"),
    [
        ("off", {"thinks": False}),
        ("on", {"thinks": True}),
        ("low", {"effort": "low"}),
        (1024, {"deep": [{"tokens": 1024}], "said": "cost $tokens"}),
        (8192, {"deep": [{"tokens": 8192}], "said": "cost $tokens"}),
    ],
)
def test_a_setting_fills_the_places_that_stand_for_its_value(setting: object, sent: Fields) -> None:
    assert fields(setting) == sent


@pytest.mark.parametrize("setting", ["adaptive", "medium", 1023, 8193, 1])
def test_what_a_model_does_not_take_is_refused_and_not_rounded(setting: object) -> None:
    takes = "it takes off, on, a number of tokens from 1024 to 8192, low, high"
    with pytest.raises(ValueError, match=f"cannot be {setting}; {takes}$"):
        fields(setting)


def test_what_cannot_be_said_over_a_wire_is_refused_with_what_can() -> None:
    with pytest.raises(
        ValueError, match=r"cannot be off over messages, but over chat; over messages it takes on$"
    ):
        fields("off", wire="messages")


def test_a_model_may_lack_what_its_switch_has() -> None:
    stubborn = THOUGHT.model_copy(update={"without": ("off", "budget")})

    assert fields("on", stubborn) == {"thinks": True}
    for setting in ("off", 1024):
        with pytest.raises(ValueError, match=r"it takes on, low, high$"):
            fields(setting, stubborn)


def test_a_budget_without_a_largest_one_has_no_end() -> None:
    endless = THOUGHT.model_copy(update={"most": None})

    assert fields(10**9, endless)["deep"] == [{"tokens": 10**9}]


def wires(entry: Entry) -> Iterator[WireName]:
    yield from KNOWN.provider(entry.provider or "").wires


def taken(entry: Entry, setting: object, wire: str) -> Fields:
    assert entry.thinking is not None
    switch = KNOWN.providers.switches[entry.thinking.switch]
    return entry.thinking.fields(Thinking.parse(setting), switch, wire)


@pytest.mark.parametrize("name", [name for name, entry in SERVED if entry.thinking])
def test_what_each_model_says_that_it_takes_it_takes_and_nothing_else(name: str) -> None:
    entry = dict(SERVED)[name]
    for wire in wires(entry):
        good, told = set(), set()
        for setting in EVERY:
            try:
                sent = taken(entry, setting, wire)
            except ValueError as error:
                told.update(TAKES.findall(str(error)) or [f"{error} says nothing of what it takes"])
            else:
                assert "$" not in json.dumps(sent)
                good.add(str(setting))
        for sentence in told:
            assert set(named(sentence, entry, wire)) <= good | {sentence}


def named(sentence: str, entry: Entry, wire: str) -> Iterator[str]:
    """The settings of a refusal, each of which is tried; ends of a range too, and just beyond them."""
    if sentence == "no setting":
        return
    for one in re.split(r", (?=[a-z])", sentence):
        if (span := TOKENS.match(one)) is None:
            yield one
            continue
        least, most = int(span[1]), int(span[2] or 10**9)
        taken(entry, least, wire)
        taken(entry, most, wire)
        for beyond in {least - 1, most + 1} - {0, 10**9 + 1}:
            with pytest.raises(ValueError, match="it takes"):
                taken(entry, beyond, wire)


@pytest.mark.parametrize("name", [name for name, entry in SERVED if entry.thinking])
def test_each_models_default_can_be_said_over_its_own_wire(name: str) -> None:
    entry = dict(SERVED)[name]
    assert entry.thinking is not None

    taken(entry, entry.thinking.default, entry.wire or next(wires(entry)))


@pytest.mark.parametrize(
    ("name", "setting", "wire", "sent"),
    [
        ("gpt-5", "minimal", "chat", {"reasoning_effort": "minimal"}),
        (
            "gpt-5",
            "high",
            "responses",
            {"reasoning": {"effort": "high", "summary": "auto"}, "include": ["reasoning.encrypted_content"]},
        ),
        ("claude-sonnet-4.5", 2048, "messages", {"thinking": {"type": "enabled", "budget_tokens": 2048}}),
        ("claude-sonnet-4.5", "off", "messages", {"thinking": {"type": "disabled"}}),
        (
            "claude-opus-4.8",
            "max",
            "messages",
            {"thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": "max"}},
        ),
        ("qwen3-max", "off", "chat", {"enable_thinking": False}),
        ("qwen3-max", 8192, "chat", {"enable_thinking": True, "thinking_budget": 8192}),
        ("qwen3-max", 8192, "messages", {"thinking": {"type": "enabled", "budget_tokens": 8192}}),
        ("deepseek-v4-pro", "max", "chat", {"thinking": {"type": "enabled"}, "reasoning_effort": "max"}),
        ("deepseek-v4-pro", "off", "responses", {"reasoning": {"effort": "none"}}),
        (
            "gemini-2.5-flash",
            1024,
            "chat",
            {"extra_body": {"google": {"thinking_config": {"thinking_budget": 1024}}}},
        ),
        ("gpt-4.1", "off", "responses", {}),
    ],
)
def test_settings_are_said_as_each_provider_documents_it(
    name: str, setting: object, wire: str, sent: Fields
) -> None:
    assert taken(dict(SERVED)[name], setting, wire) == sent


@pytest.mark.parametrize(
    ("name", "setting"),
    [("gpt-5", "off"), ("o3", "off"), ("gpt-4.1", "high"), ("claude-opus-4.7", 2048), ("grok-4", "low")],
)
def test_what_a_provider_answers_with_an_error_is_refused_before(name: str, setting: object) -> None:
    entry = dict(SERVED)[name]
    for wire in wires(entry):
        with pytest.raises(ValueError, match="its thinking cannot be"):
            taken(entry, setting, wire)


def test_the_template_of_an_open_model_is_told_under_either_name() -> None:
    off = KNOWN.providers.switches["chat-template"].off

    assert off is not None
    assert off["chat"] == {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}}
