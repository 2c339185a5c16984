"""What a run is known by."""

from typing import Any

import pytest

from harness.runs.record import ModelVariant, RunRecord, run_id

ONE = ModelVariant(label="one@host", wire="chat", model="one", base_url="http://host/v1")
TWO = ModelVariant(label="reference/oracle", wire="reference", model="oracle", simulated=True)
ASKED: dict[str, Any] = {
    "models": [ONE, TWO],
    "scenarios": {"a/x": "1", "a/y": "2"},
    "seed": 0,
    "agent": "native",
}


def test_the_id_is_twelve_hex_digits_that_stay_the_same() -> None:
    assert len(run_id(**ASKED)) == 12
    assert run_id(**ASKED) == run_id(**ASKED)


def test_the_order_in_which_things_are_named_does_not_matter() -> None:
    turned = {**ASKED, "models": [TWO, ONE], "scenarios": {"a/y": "2", "a/x": "1"}}

    assert run_id(**turned) == run_id(**ASKED)


@pytest.mark.parametrize(
    "change",
    [
        {"models": [ONE]},
        {"models": [ONE.model_copy(update={"sampling": {"temperature": 0}}), TWO]},
        {"models": [ONE.model_copy(update={"first_call": "required"}), TWO]},
        {"models": [ONE.model_copy(update={"base_url": "http://host/v2"}), TWO]},
        {"scenarios": {"a/x": "1"}},
        {"scenarios": {"a/x": "1", "a/y": "3"}},
        {"seed": 1},
        {"agent": "other"},
    ],
)
def test_whatever_is_asked_differently_is_another_run(change: dict[str, Any]) -> None:
    assert run_id(**{**ASKED, **change}) != run_id(**ASKED)


def test_a_label_becomes_a_folder_that_every_disk_takes() -> None:
    variant = ModelVariant(label="通义/qwen:7b@127.0.0.1:8000", wire="chat", model="qwen")

    assert variant.slug == "通义~qwen~7b~127.0.0.1~8000"


def test_one_simulated_model_makes_a_run_simulated() -> None:
    record = RunRecord(
        id="r", created="", command="", models=(ONE,), suites=(), scenarios={}, repeats=1, seed=0
    )

    assert not record.simulated
    assert record.model_copy(update={"models": (ONE, TWO)}).simulated
