"""The text of a layout and its numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from local_models.parallel import Parallel
from scenarios.serving import LayoutText


@pytest.mark.parametrize(
    ("text", "parallel", "gpus"),
    [
        ("tp4", Parallel(tp=4), 4),
        ("tp8+ep", Parallel(tp=8, ep=True), 8),
        ("dp8+ep", Parallel(dp=8, ep=True), 8),
        ("tp8+pp2", Parallel(tp=8, pp=2), 16),
        ("tp8+dcp2", Parallel(tp=8, dcp=2), 8),
        ("ep+dp2+tp4", Parallel(tp=4, dp=2, ep=True), 8),
    ],
)
def test_a_layout_is_read(text: str, parallel: Parallel, gpus: int) -> None:
    assert Parallel.parse(text) == parallel
    assert parallel.gpus == gpus


sizes = st.integers(min_value=1, max_value=64)


@given(tp=sizes, pp=sizes, dp=sizes, ep=st.booleans(), parts=sizes)
def test_what_is_spelled_reads_back_and_a_study_takes_it(
    tp: int, pp: int, dp: int, *, ep: bool, parts: int
) -> None:
    parallel = Parallel(tp=tp * parts, pp=pp, dp=dp, ep=ep, dcp=parts)
    assert Parallel.parse(str(parallel)) == parallel
    assert TypeAdapter(LayoutText).validate_python(str(parallel)) == str(parallel)


def test_a_part_said_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="says tp twice"):
        Parallel.parse("tp2+tp4")


@pytest.mark.parametrize("text", ["", "tp", "tp0", "4", "tp4 + ep", "xp4"])
def test_what_is_no_layout_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match=r"write such as tp4"):
        Parallel.parse(text)


def test_the_parts_of_a_cache_divide_the_gpus_of_tp() -> None:
    with pytest.raises(ValidationError, match="dcp3 splits tp8 unevenly"):
        Parallel(tp=8, dcp=3)


def test_experts_are_dealt_over_tp_and_dp_or_not_at_all() -> None:
    assert Parallel(tp=4, dp=2, ep=True).expert_ranks == 8
    assert Parallel(tp=8).expert_ranks == 1
