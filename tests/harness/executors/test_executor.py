"""Who plays: what is refused before anything is sent, and what Ray is told of its surroundings."""

import pytest

from harness.executors.executor import check_reach, ray_variables
from harness.runs.record import ModelVariant
from harness.runs.store import RunError

OURS = ModelVariant(label="local/smollm2", wire="chat", model="smollm2")
THERE = OURS.model_copy(update={"label": "local/smollm2@http://a:8000/v1", "base_url": "http://a:8000/v1"})


def test_a_model_served_here_cannot_be_asked_from_other_machines() -> None:
    with pytest.raises(
        RunError, match=r"local/smollm2 would be served .* other 2 .* name it local/smollm2@http"
    ):
        check_reach([OURS], machines=3)


def test_a_model_at_an_address_or_on_the_only_machine_can() -> None:
    check_reach([THERE], machines=3)
    check_reach([OURS, THERE], machines=1)


def test_ray_sends_no_statistics_and_a_cluster_of_our_own_is_heard_here_only() -> None:
    assert ray_variables("auto")["RAY_USAGE_STATS_ENABLED"] == "0"
    assert set(ray_variables("local")) - set(ray_variables("auto")) == {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"}
