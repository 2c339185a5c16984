"""A user that a model of ours plays: its server stays up, whatever models are served one after another."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.environment import Environment
from harness.models.opened import Opening, open_model
from harness.models.variants import find_variants
from harness.models.wanted import Wanted
from harness.runs.record import ModelVariant, RunRecord, UserRecord
from harness.users.chosen import open_user
from scenarios.serving import Serving
from tests.harness.known import KNOWN, find_variant
from tests.local_models.fake_home import fake_home

pytestmark = pytest.mark.anyio
USER = find_variant("local/smollm2")
FORCED = find_variant("local/smollm2", first_call="required")


def served_as(**serve: Any) -> ModelVariant:
    return find_variants("local/smollm2", Wanted(serving=Serving.model_validate(serve)), KNOWN)[0]


def record(*models: ModelVariant) -> RunRecord:
    return RunRecord(
        id="r",
        created="",
        command="",
        models=models,
        user=UserRecord(model=USER),
        suites=("s",),
        scenarios={},
        repeats=1,
        seed=0,
    )


@pytest.mark.parametrize(
    ("models", "servers"),
    [
        pytest.param((USER,), 1, id="it is the model itself"),
        pytest.param((FORCED,), 1, id="the model's first calls are forced"),
        pytest.param((served_as(context="4k"),), 2, id="the model is served another way"),
        pytest.param((USER, FORCED), 3, id="one of two models is served another way"),
        pytest.param((served_as(context="4k"), served_as(context="2k")), 3, id="two are, one after another"),
    ],
)
async def test_its_server_is_up_while_every_model_is_played(
    models: tuple[ModelVariant, ...], servers: int, tmp_path: Path
) -> None:
    said: list[str] = []
    environment = Environment(home=fake_home(tmp_path), keys={}, variables={"PATH": os.defpath})
    opening = Opening(
        environment=environment,
        known=KNOWN,
        logs=environment.home / "logs",
        concurrency=3,
        seed=0,
        now=lambda: "2026-03-14T10:00:00+00:00",
        say=said.append,
    )
    async with opening.new_servers() as shared:
        opening = replace(opening, servers=shared)
        async with open_user(record(*models), opening) as user:
            for model in models:
                async with open_model(model, opening) as opened:
                    assert (opened.gone(), user.gone()) == (None, None)
    assert len(said) == servers
    assert user.gone() is not None
