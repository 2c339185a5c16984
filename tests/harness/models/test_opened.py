"""From a variant to something that can be asked: with the right key, and with it nowhere else."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.clients.client import Ask, ClientError
from harness.clients.http_model import HttpModel
from harness.clients.retry import RetryingModel
from harness.environment import Environment
from harness.exams.reference import REFERENCE_MODELS, ReferenceModel
from harness.models.notices import key_notices
from harness.models.opened import (
    Opening,
    OpenModel,
    Place,
    address,
    key_of,
    key_variable,
    make_sure,
    open_model,
)
from harness.models.variants import find_variants
from harness.models.wanted import ModelError, Wanted
from harness.registry.knowledge import Knowledge
from harness.runs.record import ModelVariant
from scenarios.transcript import UserMessage
from tests.harness.clients.endpoint import EXAM
from tests.harness.known import KNOWN, find_variant
from tests.harness.models.acme import knowing, serving

pytestmark = pytest.mark.anyio

KEY = "sk-test-0123456789abcdef"
ACME = "sk-acme-0123456789abcdef"


def having(tmp_path: Path, *, url: str = "", **keys: str) -> Environment:
    return Environment(home=tmp_path, keys=keys, variables={"ACME_URL": url} if url else {})


def variant_of(name: str, known: Knowledge, provider: str | None = None) -> ModelVariant:
    (found,) = find_variants(name, Wanted(provider=provider), known)
    return found


async def asked(
    name: str, known: Knowledge, environment: Environment, provider: str | None = None
) -> OpenModel:
    """Open the model and ask it once; it refuses."""
    async with open_model(variant_of(name, known, provider), opening(environment, known)) as found:
        with pytest.raises(ClientError, match="not today"):
            await found.model.converse(EXAM, 0).reply(
                [UserMessage(text="hi")], Ask(output_tokens=10, seconds=5)
            )
        return found


def opening(environment: Environment, known: Knowledge) -> Opening:
    return Opening(
        environment=environment,
        known=known,
        logs=environment.home / "logs",
        concurrency=1,
        seed=0,
        now=lambda: "2026-03-14T10:00:00+00:00",
    )


async def opened(name: str, tmp_path: Path, **keys: str) -> OpenModel:
    async with open_model(find_variant(name), opening(having(tmp_path, **keys), KNOWN)) as found:
        return found


@pytest.mark.parametrize("name", REFERENCE_MODELS)
async def test_a_reference_model_is_in_process(tmp_path: Path, name: str) -> None:
    found = await opened(f"reference/{name}", tmp_path)

    assert isinstance(found.model, ReferenceModel)
    assert (found.engine, found.gone()) == (None, None)


async def test_a_model_of_ours_that_is_not_installed_says_how_it_is(tmp_path: Path) -> None:
    with pytest.raises(
        ModelError, match=r"local/smollm2 cannot be served yet: .* run `longspan models install local/smollm2"
    ):
        await opened("local/smollm2", tmp_path)


async def test_a_model_of_ours_that_somebody_else_opened_is_asked_where_it_is(tmp_path: Path) -> None:
    there = Place(base_url="http://127.0.0.1:9/v1", model="served-as", key=KEY)
    given = replace(opening(having(tmp_path), KNOWN), places={"local/smollm2": there})

    async with open_model(find_variant("local/smollm2"), given) as found:  # which is installed nowhere
        assert found.place == there
        assert isinstance(found.model, RetryingModel)
        asked_of = found.model.inner
        assert isinstance(asked_of, HttpModel)
        assert (asked_of.url, asked_of.variant.model) == (
            "http://127.0.0.1:9/v1/chat/completions",
            "served-as",
        )
        assert asked_of.headers["Authorization"] == f"Bearer {KEY}"
        assert KEY not in repr(found.place)


@pytest.mark.parametrize("status", [200, 404, 500])
async def test_an_endpoint_need_not_know_its_models(tmp_path: Path, status: int) -> None:
    async with serving(status) as server:
        await opened(f"chat:m@{server.url}", tmp_path, LONGSPAN_API_KEY=KEY)

    assert server.saw("Authorization") == [f"Bearer {KEY}"]


async def test_the_providers_own_key_goes_to_the_provider_as_a_bearer(tmp_path: Path) -> None:
    async with serving() as server:
        await asked("anvil", knowing(server), having(tmp_path, ACME_KEY=ACME, LONGSPAN_API_KEY=KEY))

    assert server.saw("Authorization") == [f"Bearer {ACME}"] * 2
    assert server.saw("x-api-key") == [None] * 2


async def test_over_messages_it_goes_as_that_format_has_it(tmp_path: Path) -> None:
    async with serving() as server:
        await asked("messages:anvil", knowing(server), having(tmp_path, ACME_KEY=ACME))

    assert server.saw("x-api-key") == [ACME] * 2
    assert server.saw("anthropic-version") == ["2023-06-01"] * 2
    assert server.saw("Authorization") == [None] * 2


async def test_an_unknown_endpoint_may_read_it_from_either_header_over_messages(tmp_path: Path) -> None:
    async with serving() as server:
        await asked(f"messages:m@{server.url}", knowing(server), having(tmp_path, LONGSPAN_API_KEY=KEY))

    assert server.saw("x-api-key") == [KEY] * 2
    assert server.saw("Authorization") == [f"Bearer {KEY}"] * 2


@pytest.mark.parametrize("name", ["anvil@{url}", "chat:anvil@{url}", "chat:m@{url}"])
@pytest.mark.parametrize("provider", [None, "acme"])
async def test_a_providers_key_is_not_sent_to_an_address_that_is_not_the_providers(
    tmp_path: Path, name: str, provider: str | None
) -> None:
    async with serving() as server:
        known, named = knowing(server), name.format(url=server.url)
        await asked(named, known, having(tmp_path, ACME_KEY=ACME, OPENAI_API_KEY=ACME), provider)
        await asked(named, known, having(tmp_path, ACME_KEY=ACME, LONGSPAN_API_KEY=KEY), provider)

    assert server.saw("Authorization") == [None] * 2 + [f"Bearer {KEY}"] * 2
    assert ACME not in str(server.seen)


@pytest.mark.parametrize("name", ["anvil", "anvil@moon", "chat:m@{home}/v1", "anvil@{home}/v1"])
async def test_the_key_for_any_address_is_not_sent_to_a_provider_that_is_known(
    tmp_path: Path, name: str
) -> None:
    async with serving() as server:
        known = knowing(server)
        with pytest.raises(ModelError, match="needs a key of Acme; set ACME_KEY"):
            await asked(name.format(home=server.home), known, having(tmp_path, LONGSPAN_API_KEY=KEY))

    assert server.seen == []


async def test_a_host_is_recognised_as_its_providers_and_gets_that_providers_key(tmp_path: Path) -> None:
    async with serving() as server:
        name = f"chat:m@{server.home}/v1"
        await asked(name, knowing(server), having(tmp_path, ACME_KEY=ACME, LONGSPAN_API_KEY=KEY), "vllm")

    assert server.saw("Authorization") == [f"Bearer {ACME}"] * 2


async def test_the_first_of_a_providers_key_variables_that_is_set_is_read(tmp_path: Path) -> None:
    async with serving() as server:
        await asked("anvil", knowing(server), having(tmp_path, ACME_TOKEN=KEY))
        await asked("anvil", knowing(server), having(tmp_path, ACME_TOKEN=KEY, ACME_KEY=ACME))

    assert server.saw("Authorization") == [f"Bearer {KEY}"] * 2 + [f"Bearer {ACME}"] * 2


@pytest.mark.parametrize("written", ["{root}", "{root}/", "{root}/v1", "{root}/v1/chat/completions"])
async def test_the_address_variable_names_a_url_together_with_the_provider(
    tmp_path: Path, written: str
) -> None:
    async with serving() as home, serving() as server:
        known = knowing(home)
        moved = written.format(root=f"http://127.0.0.1:{server.port}")
        environment = having(tmp_path, url=moved, ACME_KEY=ACME, LONGSPAN_API_KEY=KEY)
        await asked("anvil", known, environment)
        told = key_notices([variant_of("anvil", known)], environment, known)
        assert address(variant_of("anvil", known), environment, known) == server.url
        assert told == (f"ACME_KEY is sent to 127.0.0.1:{server.port}, since ACME_URL says so",)

    assert home.seen == []
    assert server.saw("Authorization") == [f"Bearer {ACME}"] * 2


async def test_an_address_variable_that_leaves_the_machine_in_the_clear_is_told(tmp_path: Path) -> None:
    async with serving() as server:
        known = knowing(server)
        environment = having(tmp_path, url="http://gw.example/v1", ACME_KEY=ACME)
        (told,) = key_notices([variant_of("anvil", known)], environment, known)

    assert told == "ACME_KEY is sent to gw.example, since ACME_URL says so, unencrypted"


@pytest.mark.parametrize("url", ["ftp:", "http://", "https://me:pw@h/v1", "h"])
async def test_an_address_variable_that_is_no_url_is_refused(tmp_path: Path, url: str) -> None:
    async with serving() as server:
        known = knowing(server)
        with pytest.raises(ModelError, match=r"is no base URL|a key does not belong in a URL"):
            await asked("anvil", known, having(tmp_path, url=url, ACME_KEY=ACME))


@pytest.mark.parametrize("name", ["anvil@moon", "anvil@{home}/v1", "chat:m@{home}/v1"])
async def test_a_place_in_the_name_comes_before_the_address_variable(tmp_path: Path, name: str) -> None:
    async with serving() as server:
        known = knowing(server)
        variant = variant_of(name.format(home=server.home), known)
        environment = having(tmp_path, url="https://elsewhere.example", ACME_KEY=ACME)

        assert address(variant, environment, known) == variant.base_url
        assert key_notices([variant], environment, known) == ()


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("gpt-4.1", "OPENAI_API_KEY"),
        ("chat:gpt-4.1@https://gw.example/v1", "LONGSPAN_API_KEY"),
        ("gpt-4.1@https://gw.example/v1", "LONGSPAN_API_KEY"),
        ("chat:m@https://api.deepseek.com", "DEEPSEEK_API_KEY"),
        ("chat:m@https://dashscope.aliyuncs.com", "DASHSCOPE_API_KEY"),
        ("chat:m@https://ws.cn-beijing.maas.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY"),
        ("chat:m@https://api.openai.com.evil.example/v1", "LONGSPAN_API_KEY"),
        ("local/smollm2", "LONGSPAN_API_KEY"),
    ],
)
def test_each_address_has_one_variable_for_its_key(name: str, variable: str) -> None:
    assert key_variable(find_variant(name), KNOWN) == variable


async def test_a_providers_key_does_not_travel_in_the_clear(tmp_path: Path) -> None:
    environment = having(tmp_path, OPENAI_API_KEY=KEY)
    with pytest.raises(
        ModelError, match=r"the key of OpenAI is sent over https only, not to http://api.openai"
    ):
        key_of(find_variant("chat:m@http://api.openai.com/v1"), environment, KNOWN)
    assert key_of(find_variant("chat:m@https://api.openai.com/v1"), environment, KNOWN) == KEY


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_no_key_follows_a_redirect(tmp_path: Path, status: int) -> None:
    async with serving() as other, serving(status, other.url) as server:
        with pytest.raises(ModelError, match=f"redirects to {other.url}, and is not followed"):
            await opened(f"messages:m@{server.url}", tmp_path, LONGSPAN_API_KEY=KEY)

    assert (len(server.seen), other.seen) == (1, [])


async def test_a_redirect_within_the_endpoint_is_no_hindrance(tmp_path: Path) -> None:
    async with serving(307, "/v1/models/") as server:
        await opened(f"chat:m@{server.url}", tmp_path)

    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(("key", "state"), [(None, "is missing"), (KEY, "was refused")])
async def test_a_key_that_is_not_good_is_said_before_anything_is_asked(
    tmp_path: Path, status: int, key: str | None, state: str
) -> None:
    async with serving(status) as server:
        keys = {"LONGSPAN_API_KEY": key} if key else {}
        with pytest.raises(
            ModelError, match=f"answers HTTP {status}: the key {state}; set LONGSPAN_API_KEY"
        ) as caught:
            await opened(f"chat:m@{server.url}", tmp_path, **keys)

    assert KEY not in str(caught.value)


async def test_a_key_of_another_region_is_thought_of(tmp_path: Path) -> None:
    async with serving(401) as server:
        known = knowing(server)
        with pytest.raises(ModelError, match=r"set ACME_KEY; a key opens its own region only \(moon\)"):
            await make_sure(variant_of("anvil", known), having(tmp_path, ACME_KEY=ACME), known)


async def test_a_key_that_cannot_be_sent_is_one_sentence_without_the_key(tmp_path: Path) -> None:
    async with serving() as server:
        with pytest.raises(ModelError, match="cannot reach") as caught:
            await opened(f"chat:m@{server.url}", tmp_path, LONGSPAN_API_KEY="sk-first-line\nsecond-line")

    assert "sk-first-line" not in str(caught.value)


@pytest.mark.parametrize("port", ["9", "99999"])
async def test_an_endpoint_that_is_not_there_is_named_with_what_to_do(tmp_path: Path, port: str) -> None:
    with pytest.raises(ModelError, match=f"cannot reach http://127.0.0.1:{port}/v1: .*; start the server"):
        await opened(f"chat:m@http://127.0.0.1:{port}/v1", tmp_path)


def test_an_endpoint_without_an_address_says_how_to_give_one(tmp_path: Path) -> None:
    nowhere = find_variant("chat:m@http://h/v1").model_copy(update={"base_url": None, "label": "m"})
    with pytest.raises(ModelError, match="has no one address; write m@URL"):
        address(nowhere, having(tmp_path), KNOWN)


@pytest.mark.parametrize(("name", "most"), [("anvil", 5000), ("chat:m@{home}/v1", None)])
async def test_a_model_is_asked_for_no_more_than_it_writes(
    tmp_path: Path, name: str, most: int | None
) -> None:
    async with serving() as server:
        known = knowing(server)
        found = await asked(name.format(home=server.home), known, having(tmp_path, ACME_KEY=ACME))

    assert isinstance(found.model, RetryingModel)
    assert isinstance(found.model.inner, HttpModel)
    assert found.model.inner.quirks.most_output == most


async def test_what_is_given_up_from_the_start_is_given_up(tmp_path: Path) -> None:
    (conceded,) = KNOWN.provider("openai").wires["chat"].quirks.concessions
    async with serving() as server:
        known = knowing(server)
        asks = replace(opening(having(tmp_path, ACME_KEY=ACME), known), conceded=(conceded,))
        async with open_model(variant_of("anvil", known), asks) as found:
            assert isinstance(found.model, RetryingModel)
            assert isinstance(found.model.inner, HttpModel)
            assert found.model.inner.conceded == (conceded,)
