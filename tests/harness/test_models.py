"""From a model's name to something that can be asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from harness.environment import Environment
from harness.models import ModelError, OpenModel, find_variant, open_model
from harness.reference import REFERENCE_MODELS, ReferenceModel

pytestmark = pytest.mark.anyio

KEY = "sk-test-0123456789abcdef"


@asynccontextmanager
async def listing(status: int, seen: list[str | None] | None = None) -> AsyncIterator[str]:
    """A server that answers the question for its models with this status."""

    async def models(request: web.Request) -> web.Response:
        (seen if seen is not None else []).append(request.headers.get("Authorization"))
        return web.Response(status=status, text=f"you sent {request.headers.get('Authorization')}")

    app = web.Application()
    app.router.add_get("/v1/models", models)
    async with TestServer(app) as server:
        yield str(server.make_url("/v1"))


async def opened(name: str, tmp_path: Path, key: str | None = None) -> OpenModel:
    environment = Environment(home=tmp_path, key=key, variables={})
    opening = open_model(
        find_variant(name), environment=environment, logs=tmp_path / "logs", concurrency=1, seed=0
    )
    async with opening as found:
        return found


@pytest.mark.parametrize("name", REFERENCE_MODELS)
async def test_a_reference_model_is_in_process_and_simulated(tmp_path: Path, name: str) -> None:
    variant = find_variant(f"reference/{name}")
    found = await opened(f"reference/{name}", tmp_path)

    assert (variant.label, variant.wire, variant.simulated) == (f"reference/{name}", "reference", True)
    assert isinstance(found.model, ReferenceModel)
    assert (found.engine, found.gone()) == (None, None)


def test_an_endpoint_is_called_by_its_model_and_host() -> None:
    variant = find_variant("chat:org/m-1@http://127.0.0.1:8000/v1/", sampling={"temperature": 0})

    assert (variant.label, variant.model) == ("org/m-1@127.0.0.1:8000", "org/m-1")
    assert (variant.base_url, variant.sampling) == ("http://127.0.0.1:8000/v1", {"temperature": 0})
    assert not variant.simulated


def test_a_url_may_be_the_one_that_is_posted_to() -> None:
    assert find_variant("chat:m@http://h/v1/chat/completions").base_url == "http://h/v1"


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
        ("local/smolm2", "no local model is called 'smolm2'; there are: smollm2"),
        ("gpt", "no model is called 'gpt'; write reference/NAME (oracle, idle"),
        ("chat:m", "no model is called 'chat:m'; write"),
        ("chat:m@localhost:8000", "such as chat:qwen3@http://127.0.0.1:8000/v1"),
        ("reference/", "no model is called 'reference/'"),
        ("", "no model is called ''"),
    ],
)
def test_a_name_that_means_nothing_gets_what_there_is(name: str, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        find_variant(name)

    assert message in str(caught.value)


def test_a_password_in_a_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(ModelError, match="set LONGSPAN_API_KEY instead") as caught:
        find_variant("chat:m@https://me:hunter2@host/v1")

    assert "hunter2" not in str(caught.value)


async def test_a_model_of_ours_that_is_not_installed_says_how_it_is(tmp_path: Path) -> None:
    with pytest.raises(
        ModelError, match="local/smollm2 is not installed; run `longspan models install local/smollm2`"
    ):
        await opened("local/smollm2", tmp_path)


@pytest.mark.parametrize("status", [200, 404, 500])
async def test_an_endpoint_need_not_know_its_models(tmp_path: Path, status: int) -> None:
    seen: list[str | None] = []
    async with listing(status, seen) as url:
        await opened(f"chat:m@{url}", tmp_path, KEY)

    assert seen == [f"Bearer {KEY}"]


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(("key", "state"), [(None, "is missing"), (KEY, "was refused")])
async def test_a_key_that_is_not_good_is_said_before_anything_is_asked(
    tmp_path: Path, status: int, key: str | None, state: str
) -> None:
    async with listing(status) as url:
        with pytest.raises(
            ModelError, match=f"answers HTTP {status}: the key {state}; set LONGSPAN_API_KEY"
        ) as caught:
            await opened(f"chat:m@{url}", tmp_path, key)

    assert KEY not in str(caught.value)


async def test_a_key_that_cannot_be_sent_is_one_sentence_without_the_key(tmp_path: Path) -> None:
    key = "sk-first-line\nsecond-line"
    async with listing(200) as url:
        with pytest.raises(ModelError, match="cannot reach") as caught:
            await opened(f"chat:m@{url}", tmp_path, key)

    assert "sk-first-line" not in str(caught.value)


@pytest.mark.parametrize("port", ["9", "99999"])
async def test_an_endpoint_that_is_not_there_is_named_with_what_to_do(tmp_path: Path, port: str) -> None:
    with pytest.raises(ModelError, match=f"cannot reach http://127.0.0.1:{port}/v1: .*; start the server"):
        await opened(f"chat:m@http://127.0.0.1:{port}/v1", tmp_path)
