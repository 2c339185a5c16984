"""Which agents there are, and which models may be put before them."""

from pathlib import Path

import pytest

from harness.agents.native import Native
from harness.agents.registry import AGENTS, NOUS, open_agents, played_by
from harness.models.wanted import ModelError
from harness.runs.record import NATIVE, ModelVariant, run_id
from harness.verbs.run import asked_study, variants_of
from scenarios.study import Study
from tests.harness.known import KNOWN

pytestmark = pytest.mark.anyio

ONE = ModelVariant(label="one@host", wire="chat", model="one", base_url="http://host/v1")


def test_our_own_loop_leaves_the_label_alone() -> None:
    assert played_by(ONE, NATIVE) == ONE


def test_an_agent_that_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(ModelError, match=r"no agent is called 'qwen-agents'.*qwen-agent"):
        played_by(ONE, "qwen-agents")


async def test_our_own_loop_is_always_there() -> None:
    assert isinstance((await open_agents([]))[NATIVE], Native)


def test_another_agent_is_another_run_although_the_model_is_the_same() -> None:
    other = ONE.model_copy(update={"agent": NOUS})

    assert run_id([ONE], {}, 0, NATIVE) != run_id([other], {}, 0, NATIVE)


def test_a_study_names_one_agent_or_several_for_each_model(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    models = "models: [{name: reference/oracle, agent: native}, {name: reference/idle, agent: [native, x]}]"
    file.write_text(f"{models}\nsuites: [shop]\n", encoding="utf-8")

    assert [model.agent for model in Study.read(file).models] == [("native",), ("native", "x")]
    with pytest.raises(ModelError, match=r"no agent is called 'x'"):
        variants_of(asked_study([str(file)], [], "auto").models, KNOWN)


def test_the_option_makes_a_row_for_each_agent() -> None:
    study = asked_study(["shop"], ["reference/oracle"], "auto", None, ",".join(AGENTS))

    assert study.models[0].agent == tuple(AGENTS)
