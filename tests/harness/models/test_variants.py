"""From a model's name and its settings to what is asked of whom."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from pydantic import JsonValue

from harness.exams.reference import REFERENCE_MODELS
from harness.models.variants import OURS_TO_SAY, find_variants
from harness.models.wanted import ModelError, Wanted
from harness.registry.entry import Entry, Recommended, Registry, Retired
from harness.registry.knowledge import Knowledge
from harness.registry.provider import Dialect, Provider, Quirks
from harness.registry.thinking import Thought
from harness.runs.record import FirstCall, ModelVariant
from scenarios.thinking import Thinking
from tests.harness.known import KNOWN, find_variant

SENDS = Dialect(source="made up")
ROWS = {
    "acme": Provider(
        title="Acme",
        address="https://api.acme.example",
        regions={"moon": "https://moon.acme.example"},
        address_variable="ACME_URL",
        key_variable="ACME_KEY",
        switch="deepseek",
        wires={
            "chat": Dialect(
                source="made up",
                path="/v1",
                quirks=Quirks(
                    refuses=("top_k",),
                    refuses_while_thinking={"temperature": (1,), "stop": ()},
                    forces_while_thinking=False,
                ),
            ),
            "messages": Dialect(source="made up", path="/m/v1"),
        },
    ),
    "plain": Provider(title="Plain", address="https://plain.example/v1", wires={"chat": SENDS}),
    "meek": Provider(
        title="Meek",
        address="https://meek.example/v1",
        wires={"chat": Dialect(source="made up", quirks=Quirks(forces_calls=False))},
    ),
}
ENTRIES = {
    "anvil": Entry(
        provider="acme",
        model="anvil-2",
        ids=("anvil-2*",),
        most_output=5000,
        thinking=Thought(switch="chat-template", default=Thinking(mode="off"), efforts=("low",)),
        refuses=("seed",),
        sampling=Recommended(
            default={"temperature": 0.7, "top_k": 20}, thinking={"temperature": 1, "stop": "."}, source="s"
        ),
    ),
    "dull": Entry(provider="plain"),
    "shy": Entry(provider="meek", thinking=Thought(switch="never", default=Thinking(mode="off"))),
    "lost": Entry(provider="nobody"),
    "odd": Entry(provider="acme", thinking=Thought(switch="turbo", default=Thinking(mode="on"))),
    "late": Entry(
        provider="acme",
        model="late-1",
        retired=Retired(on=KNOWN.today, by="anvil", source="their page", known="documentation"),
    ),
    "said-late": Entry(
        provider="acme", retired=Retired(on=KNOWN.today, by="anvil", source="somebody", known="reported")
    ),
    "only-known": Entry(context=1000),
}
WORLD = Knowledge(
    registry=Registry(models=ENTRIES),
    providers=KNOWN.providers.model_copy(update={"providers": {**KNOWN.providers.providers, **ROWS}}),
    today=KNOWN.today,
)


def variants(
    name: str,
    *thinking: object,
    sampling: Mapping[str, JsonValue] | None = None,
    first_call: FirstCall = "auto",
    provider: str | None = None,
    known: Knowledge = WORLD,
) -> tuple[ModelVariant, ...]:
    settings = tuple(Thinking.parse(one) for one in thinking)
    wanted = Wanted(sampling=sampling, first_call=first_call, thinking=settings, provider=provider)
    return find_variants(name, wanted, known)


def variant(name: str, *thinking: object, **wanted: Any) -> ModelVariant:
    (found,) = variants(name, *thinking, **wanted)
    return found


@pytest.mark.parametrize("name", REFERENCE_MODELS)
def test_a_reference_model_is_in_process_and_simulated(name: str) -> None:
    found = find_variant(f"reference/{name}")

    assert (found.label, found.wire, found.simulated) == (f"reference/{name}", "reference", True)


def test_an_endpoint_is_called_by_its_model_and_host() -> None:
    found = find_variant("chat:org/m-1@http://127.0.0.1:8000/v1/", sampling={"temperature": 0})

    assert (found.label, found.model) == ("org/m-1@127.0.0.1:8000", "org/m-1")
    assert (found.base_url, found.sampling) == ("http://127.0.0.1:8000/v1", {"temperature": 0})
    assert (found.provider, found.simulated) == ("compatible", False)


@pytest.mark.parametrize("path", ["/chat/completions", "/responses", "/messages", "/"])
def test_a_url_may_be_the_one_that_is_posted_to(path: str) -> None:
    assert find_variant(f"chat:m@http://h/v1{path}").base_url == "http://h/v1"


def test_a_model_of_ours_is_asked_as_its_makers_recommend_unless_the_study_says_otherwise() -> None:
    plain = find_variant("local/smollm2").sampling
    asked = find_variant("local/smollm2", sampling={"temperature": 0.125, "seed": 7}).sampling

    assert plain["temperature"] != 0.125
    assert asked == {**plain, "temperature": 0.125, "seed": 7}
    assert find_variant("local/smollm2").base_url is None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("reference/orcle", "no reference model is called 'orcle'; did you mean 'oracle'"),
        ("local/smolm2", "no local model is called 'smolm2'; did you mean 'smollm2'?"),
        ("gbt", "no model is called 'gbt'"),
        ("qwen3-maxi", "did you mean qwen3-max"),
        ("chat:m", "no model is called 'chat:m'"),
        ("chat:m@localhost:8000", "such as chat:qwen3@http://127.0.0.1:8000/v1"),
        ("m@http://h/v1", "no model is called 'm@http://h/v1'"),
        ("reference/", "no model is called 'reference/'"),
        ("", "no model is called ''"),
        ("chat:m@http", "no model is called 'chat:m@http'"),
        ("chat:m@http://", "'http:' is no base URL"),
        ("chat:m@http:///v1", "is no base URL; write one such as http://127.0.0.1:8000/v1"),
        ("chat:m@http://h/v1?x=1", "is no base URL"),
        ("chat:m@https://evil.example#.maas.aliyuncs.com", "is no base URL"),
        ("chat:m@https://h\\.maas.aliyuncs.com", "is no base URL"),
        ("chat:m@http://h/v1 http://g", "is no base URL"),
    ],
)
def test_a_name_that_means_nothing_gets_what_there_is(name: str, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        find_variant(name)

    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["chat:m", "anvil"])
def test_a_password_in_a_url_is_refused_and_not_repeated(name: str) -> None:
    with pytest.raises(ModelError, match="set LONGSPAN_API_KEY instead") as caught:
        variants(f"{name}@https://me:hunter2@host/v1")

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "label", "base"),
    [
        ("anvil", "anvil", "https://api.acme.example/v1"),
        ("chat:anvil", "anvil", "https://api.acme.example/v1"),
        ("messages:anvil", "messages:anvil", "https://api.acme.example/m/v1"),
        ("anvil@moon", "anvil@moon", "https://moon.acme.example/v1"),
        ("messages:anvil@moon", "messages:anvil@moon", "https://moon.acme.example/m/v1"),
        ("anvil@https://gw.example/x", "anvil@gw.example", "https://gw.example/x"),
        ("anvil@https://moon.acme.example", "anvil@moon.acme.example", "https://moon.acme.example/v1"),
        ("anvil@https://moon.acme.example/v2", "anvil@moon.acme.example", "https://moon.acme.example/v2"),
    ],
)
def test_a_model_of_the_registry_is_asked_where_its_provider_is(name: str, label: str, base: str) -> None:
    found = variant(name)

    assert (found.label, found.base_url) == (label, base)
    assert (found.model, found.provider, found.entry) == ("anvil-2", "acme", "anvil")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("anvil@mars", "anvil@mars: Acme has moon; write a region's name or a URL after @"),
        ("dull@mars", "Plain has no regions"),
        ("responses:anvil", "Acme is not known to speak responses; it speaks chat, messages"),
        (
            "anvil@https://api.deepseek.com",
            "api.deepseek.com is an address of DeepSeek, and anvil is a name of Acme",
        ),
        ("lost", "no provider is called 'nobody'"),
        ("only-known", "no model is called 'only-known'"),
    ],
)
def test_a_place_that_is_not_there_is_refused(name: str, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        variants(name)

    assert message in str(caught.value)


def test_a_name_that_has_ended_says_so_and_what_replaces_it() -> None:
    with pytest.raises(ModelError) as caught:
        variants("late")

    assert f"late ended on {KNOWN.today}; anvil replaces it" in str(caught.value)
    assert "FORMAT:late-1@URL (their page)" in str(caught.value)


def test_a_name_that_only_others_report_to_have_ended_is_asked() -> None:
    assert variant("said-late").model == "said-late"


@pytest.mark.parametrize(
    ("url", "row"),
    [
        ("https://api.acme.example/v1", "acme"),
        ("https://api.deepseek.com/v1", "deepseek"),
        ("http://10.0.0.1/v1", "compatible"),
    ],
)
def test_an_endpoint_is_spoken_to_as_its_address_wants(url: str, row: str) -> None:
    assert variant(f"chat:m@{url}").provider == row


def test_a_study_may_say_whose_dialect_an_endpoint_speaks() -> None:
    assert variant("chat:m@http://10.0.0.1/v1", provider="vllm").provider == "vllm"
    with pytest.raises(ModelError, match="no provider is called 'vlm'; did you mean 'vllm'"):
        variants("chat:m@http://10.0.0.1/v1", provider="vlm")
    with pytest.raises(
        ModelError, match="anvil is served by acme; of others it is asked as FORMAT:anvil@URL"
    ):
        variants("anvil", provider="plain")


def test_a_bare_host_of_a_provider_is_given_its_path() -> None:
    found = variant("messages:qwen-plus@https://ws-7.cn-beijing.maas.aliyuncs.com")

    assert found.base_url == "https://ws-7.cn-beijing.maas.aliyuncs.com/apps/anthropic/v1"


def test_every_setting_of_thinking_is_a_variant_of_its_own() -> None:
    found = variants("anvil", "off", 1024, "1k", "low")

    assert [one.label for one in found] == ["anvil+thinking-off", "anvil+thinking-1024", "anvil+thinking-low"]
    assert [one.thinking for one in found] == ["off", "1024", "low"]
    assert found[1].request["thinking_token_budget"] == 1024


def test_a_models_default_is_said_in_the_request_and_not_in_its_name() -> None:
    found = variant("anvil")

    assert (found.label, found.thinking) == ("anvil", "off")
    assert found.request == {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}}


def test_of_a_model_whose_thinking_nobody_knows_nothing_is_said() -> None:
    assert (variant("dull").thinking, variant("dull").request) == (None, {})
    assert variant("chat:m@http://10.0.0.1/v1").request == {}


@pytest.mark.parametrize(
    ("name", "setting", "message"),
    [
        ("anvil", "adaptive", "anvil: its thinking cannot be adaptive; it takes off, on"),
        ("anvil", "high", "it takes off, on, a number of tokens from 1, low"),
        ("anvil", 5000, "of 5000 tokens that it writes at most, 5000 leave no answer"),
        ("shy", "on", "shy: its thinking cannot be on; it takes off"),
        ("dull", "on", "nobody says how its thinking is set; describe it with --registry FILE"),
        ("odd", "on", "there is no switch 'turbo' of thinking"),
        ("chat:m@https://plain.example/v1", "on", "nobody says how its thinking is set"),
    ],
)
def test_a_setting_that_a_model_does_not_take_is_refused(name: str, setting: object, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        variants(name, setting)

    assert message in str(caught.value)


def test_thinking_of_an_unknown_model_is_set_as_its_endpoint_has_it() -> None:
    assert variant("chat:m@https://api.acme.example/v1", "max").request == {
        "thinking": {"type": "enabled"},
        "reasoning_effort": "max",
    }


def test_a_call_cannot_be_forced_where_the_provider_forbids_it() -> None:
    assert variant("anvil", "off", first_call="required").first_call == "required"
    with pytest.raises(ModelError, match=r"anvil\+thinking-1024: no call can be forced while it thinks"):
        variants("anvil", "off", 1024, first_call="required")
    with pytest.raises(ModelError, match="shy: no call can be forced there"):
        variants("shy", first_call="required")


@pytest.mark.parametrize("wire", ["chat", "messages"])
def test_the_default_setting_forbids_a_forced_call_as_well(wire: str) -> None:
    with pytest.raises(ModelError, match="no call can be forced while it thinks"):
        variants(f"{wire}:deepseek-v4-pro", first_call="required", known=KNOWN)


def test_sampling_is_as_the_vendor_advises_where_the_user_says_nothing_else() -> None:
    assert variant("messages:anvil").sampling == {"temperature": 0.7, "top_k": 20}
    assert variant("messages:anvil", sampling={"top_k": 5}).sampling == {"temperature": 0.7, "top_k": 5}


def test_advice_that_an_endpoint_refuses_is_left_out() -> None:
    assert variant("anvil").sampling == {"temperature": 0.7}
    assert variant("anvil", "on").sampling == {"temperature": 1}


@pytest.mark.parametrize(
    ("sampling", "setting", "message"),
    [
        ({"seed": 1}, "off", r"anvil\+thinking-off takes no seed; leave it out of its sampling"),
        ({"top_k": 1}, "off", "takes no top_k; leave"),
        ({"temperature": 0}, "on", "takes no temperature while it thinks; leave"),
        ({"stop": "x", "seed": 1}, "on", "takes no stop, seed while it thinks"),
        ({"chat_template_kwargs": {}}, "on", "its sampling and its thinking both say chat_template_kwargs"),
    ],
)
def test_sampling_that_an_endpoint_refuses_is_refused_before_the_run(
    sampling: dict[str, JsonValue], setting: str, message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        variants("anvil", setting, sampling=sampling)


@pytest.mark.parametrize(("sampling", "setting"), [({"temperature": 1}, "on"), ({"temperature": 0}, "off")])
def test_sampling_that_an_endpoint_takes_is_sent(sampling: dict[str, JsonValue], setting: str) -> None:
    assert variant("anvil", setting, sampling=sampling).sampling["temperature"] == sampling["temperature"]


@pytest.mark.parametrize("field", sorted(OURS_TO_SAY))
def test_no_sampling_says_what_the_harness_says(field: str) -> None:
    for name in ("anvil", "chat:m@http://10.0.0.1/v1", "local/smollm2"):
        with pytest.raises(ModelError, match=f"its sampling may not say {field}; what a request holds"):
            variants(name, sampling={field: "x"})


def test_everything_that_is_shipped_and_still_there_can_be_asked() -> None:
    known = replace(KNOWN, today=KNOWN.today)
    for name, entry in known.registry.models.items():
        if entry.provider is None or (entry.retired is not None and entry.retired.on <= known.today):
            continue
        found = variant(name, known=known)
        assert found.base_url
        assert (found.thinking is None) == (entry.thinking is None)
