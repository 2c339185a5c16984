"""The quirk table: what it may say, whose address is whose, and what an output limit becomes."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from harness.clients.bounds import beyond_the_limit
from harness.models.variants import find_variants
from harness.models.wanted import Wanted
from harness.registry.entry import Entry
from harness.registry.knowledge import load_knowledge
from harness.registry.provider import (
    Concession,
    Dialect,
    Provider,
    Providers,
    Quirks,
    hostname,
    load_providers,
)
from harness.runs.record import ModelVariant
from scenarios.problem import ScenarioError
from scenarios.thinking import Thinking
from tests.harness.known import KNOWN

PAGE = (Path(__file__).parents[3] / "docs" / "providers.md").read_text("utf-8")
ROWS = load_providers().providers
SHIPPED = load_providers()


def row(**told: Any) -> Provider:
    return Provider.model_validate({"title": "t", "wires": {"chat": {"source": "s"}}, **told})


@pytest.mark.parametrize("name", ROWS)
def test_every_row_names_what_it_rests_on(name: str) -> None:
    for dialect in ROWS[name].wires.values():
        assert len(dialect.source) > 20


@pytest.mark.parametrize("name", SHIPPED.switches)
def test_every_switch_names_what_it_rests_on(name: str) -> None:
    assert len(SHIPPED.switches[name].source) > 20


@pytest.mark.parametrize("name", ROWS)
def test_every_address_is_https_and_belongs_to_its_own_row_alone(name: str) -> None:
    for url in (ROWS[name].address, *ROWS[name].regions.values()):
        if url is not None:
            assert url.startswith("https://")
            assert not url.endswith("/")
            assert [other for other, one in ROWS.items() if one.owns(url)] == [name]


@pytest.mark.parametrize("name", [name for name, one in ROWS.items() if one.address])
def test_every_hosted_row_has_a_key_and_variables_of_its_own(name: str) -> None:
    others = {key for other, one in ROWS.items() if other != name for key in one.key_variables}

    assert ROWS[name].key_variable
    assert not set(ROWS[name].key_variables) & others
    assert ROWS[name].address_variable


def test_every_model_names_a_row_a_wire_and_a_switch_that_are_there() -> None:
    for name, entry in KNOWN.registry.models.items():
        if entry.provider is not None:
            assert entry.provider in ROWS, name
            assert entry.wire is None or entry.wire in ROWS[entry.provider].wires, name
        if entry.thinking is not None:
            assert entry.thinking.switch in SHIPPED.switches, name


@pytest.mark.parametrize("name", ROWS)
def test_every_row_can_say_off_or_some_setting_over_its_first_wire(name: str) -> None:
    if (switch := ROWS[name].switch) is not None:
        first = next(iter(ROWS[name].wires))
        said = SHIPPED.switches[switch].model_dump(exclude={"source"}, exclude_none=True)
        assert any(first in template for template in said.values())


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://api.openai.com/v1", "openai"),
        ("https://API.OpenAI.com:443/v1", "openai"),
        ("https://dashscope.aliyuncs.com/compatible-mode/v1", "dashscope"),
        ("https://ws-1.ap-southeast-1.maas.aliyuncs.com/apps/anthropic/v1", "dashscope"),
        ("http://127.0.0.1:8000/v1", None),
        ("https://api.openai.com.evil.example/v1", None),
        ("https://evil.example/api.openai.com", None),
        ("https://evil.example#.maas.aliyuncs.com", None),
        ("https://evil.example?.maas.aliyuncs.com", None),
        ("https://api.openai.com@evil.example/v1", None),
        ("https://api.openai.com:x@evil.example/v1", None),
        ("https://xmaas.aliyuncs.com/v1", None),
        ("https://dashscope-evil.oss-cn-beijing.aliyuncs.com/v1", None),
        ("https://[api.openai.com/v1", None),
        ("api.openai.com", None),
        ("", None),
    ],
)
def test_an_address_is_recognised_by_the_host_that_it_really_leads_to(url: str, found: str | None) -> None:
    at = SHIPPED.at(url)

    assert (at and at[0]) == found


def test_a_url_that_names_no_host_has_none() -> None:
    assert (hostname("https:///v1"), hostname("https://[::1]:80/v1")) == (None, "::1")


@pytest.mark.parametrize(
    ("provider", "address", "wire", "base"),
    [
        ("dashscope", "https://h", "chat", "https://h/compatible-mode/v1"),
        ("dashscope", "https://h/compatible-mode/v1", "chat", "https://h/compatible-mode/v1"),
        ("dashscope", "https://h/compatible-mode/v1", "messages", "https://h/apps/anthropic/v1"),
        ("dashscope", "https://h/apps/anthropic/v1", "responses", "https://h/compatible-mode/v1"),
        ("anthropic", "https://h", "messages", "https://h/v1"),
        ("anthropic", "https://h/anthropic", "messages", "https://h/anthropic/v1"),
        ("openai", "https://h/v1", "chat", "https://h/v1"),
        ("deepseek", "https://h/v1", "chat", "https://h/v1"),
        ("deepseek", "https://h", "messages", "https://h/anthropic/v1"),
    ],
)
def test_a_wires_path_is_put_below_an_address_once(provider: str, address: str, wire: Any, base: str) -> None:
    assert ROWS[provider].base(address, wire) == base


@pytest.mark.parametrize(
    ("quirks", "thinking", "limit"),
    [
        (Quirks(), None, 100),
        (Quirks(), "off", 100),
        (Quirks(), "1024", 1124),
        (Quirks(), "high", 100),
        (Quirks(thinking_room=50), "high", 150),
        (Quirks(thinking_room=50), "on", 150),
        (Quirks(thinking_room=50), "off", 100),
        (Quirks(thinking_room=50), None, 100),
        (Quirks(thinking_room=50), "1024", 1124),
        (Quirks(limit_covers_thinking=False), "1024", 100),
        (Quirks(limit_adds_budget=False), "1024", 100),
        (Quirks(thinking_room=50, most_output=120), "high", 120),
        (Quirks(most_output=60), None, 60),
    ],
)
def test_a_limit_that_covers_thinking_leaves_the_answer_its_room(
    quirks: Quirks, thinking: str | None, limit: int
) -> None:
    assert quirks.limit(100, thinking) == limit


@pytest.mark.parametrize("name", ROWS)
def test_a_budget_is_always_below_the_limit_that_covers_it(name: str) -> None:
    for dialect in ROWS[name].wires.values():
        quirks = dialect.quirks
        assert not quirks.limit_covers_thinking or quirks.limit(1, "8192") > 8192


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("thinking", [None, "off", "on", "adaptive", "high", "1024"])
def test_no_less_is_reserved_than_a_limit_lets_a_model_write(name: str, thinking: str | None) -> None:
    for wire, dialect in ROWS[name].wires.items():
        variant = ModelVariant(label="m", wire=wire, model="m", thinking=thinking)
        beyond = beyond_the_limit(variant, Entry(most_output=9000), dialect.quirks)
        assert beyond is not None
        assert 100 + beyond >= dialect.quirks.limit(100, thinking)


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"regions": {"http-eu": "https://h"}}, "'http-eu' cannot be a region's name"),
        ({"regions": {"a@b": "https://h"}}, "cannot be a region's name"),
        ({"wires": {}}, "names no wire format"),
        ({"wires": {"chat": {}}}, "source"),
        ({"wires": {"grpc": {"source": "s"}}}, "grpc"),
    ],
)
def test_a_row_that_nobody_could_mean_is_refused(told: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        row(**told)


@pytest.mark.parametrize("told", [{"gives_up": "field"}, {"gives_up": "stream", "field": "stream"}])
def test_a_concession_names_a_field_where_it_gives_one_up(told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="`field` is what"):
        Concession.model_validate({"says": ["x"], "why": "y", **told})


def test_a_row_may_not_name_a_switch_that_is_not_there() -> None:
    with pytest.raises(ValidationError, match="mine: there is no switch 'turbo'; there are: never"):
        Providers(providers={"mine": row(switch="turbo")}, switches={"never": SHIPPED.switches["never"]})


def own(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "registry.yaml"
    file.write_text(
        "models: {}\nproviders:\n  mine:\n    title: mine\n    wires: {chat: {source: s}}\n" + text, "utf-8"
    )
    return file


def test_a_row_of_ones_own_stands_beside_those_we_ship(tmp_path: Path) -> None:
    file = own(tmp_path, "    address: https://gw.example/v1\n    key_variable: MINE\n    switch: never\n")
    known = load_knowledge(file, KNOWN.today)

    assert known.providers.at("https://gw.example/v1/x") == ("mine", known.provider("mine"))
    assert known.providers.key_variables == SHIPPED.key_variables | {"MINE"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("    address: https://evil.example\n    key_variable: OPENAI_API_KEY\n", "holds the key of OpenAI"),
        ("    key_variable: OPENAI_API_KEY\n", "holds the key of OpenAI, which is sent to no other host"),
        (
            "    address: https://api.openai.com/v1\n    key_variable: OPENAI_API_KEY\n    hosts: ['*']\n",
            "name a variable of its own, or set OPENAI_BASE_URL to reach OpenAI elsewhere",
        ),
        (
            "    address: https://e.example\n    other_key_variables: [GOOGLE_API_KEY]\n",
            "key of Google Gemini",
        ),
        ("    switch: turbo\n", "there is no switch 'turbo'; there are: never, openai-effort"),
    ],
)
def test_a_row_of_ones_own_takes_no_key_of_another(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_knowledge(own(tmp_path, text), KNOWN.today)

    assert message in str(caught.value)
    assert "registry.yaml" in str(caught.value)


def test_a_row_of_ones_own_may_speak_another_dialect_at_the_same_hosts(tmp_path: Path) -> None:
    file = own(tmp_path, "    address: https://eu.api.openai.com/v1\n    key_variable: OPENAI_API_KEY\n")

    assert load_knowledge(file, KNOWN.today).provider("mine").key_variable == "OPENAI_API_KEY"


@pytest.mark.parametrize("name", ROWS)
def test_the_page_on_providers_shows_every_row_as_it_is(name: str) -> None:
    one = ROWS[name]
    cells = (
        f"`{name}`",
        ", ".join(one.wires),
        one.address or "–",
        ", ".join(f"`{key}`" for key in one.key_variables) or "–",
        f"`{one.address_variable}`" if one.address_variable else "–",
        ", ".join(one.regions) or "–",
    )

    assert f"| {' | '.join(cells)} |" in PAGE.splitlines()


@pytest.mark.parametrize("field", [*Provider.model_fields, *Dialect.model_fields, *Quirks.model_fields])
def test_the_page_on_providers_names_every_field(field: str) -> None:
    assert field in {"title", "lists_models", "most_output"} or f"`{field}`" in PAGE


def test_the_example_of_a_row_of_ones_own_is_good(tmp_path: Path) -> None:
    file = tmp_path / "registry.yaml"
    file.write_text(PAGE.split("```yaml\n")[1].split("```")[0], "utf-8")
    known = load_knowledge(file, KNOWN.today)

    (variant,) = find_variants("anvil", Wanted(thinking=(Thinking.parse(4096),)), known)
    assert (variant.base_url, variant.model) == ("https://api.acme.example/v1", "anvil-2-large")
    assert variant.request == {"enable_thinking": True, "thinking_budget": 4096}
