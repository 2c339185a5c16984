"""How GPUs are named, and what is taken for granted in reading a name."""

import pytest

from local_models.fit.gpu import GIGABYTE, UnknownGpu, known_kinds, read_gpus


def test_a_number_and_a_kind_with_its_memory() -> None:
    gpus = read_gpus("4xH20-96")
    assert (gpus.count, gpus.kind.bytes, gpus.assumed) == (4, 96 * GIGABYTE, None)
    assert str(gpus) == "4xH20-96"


def test_a_bare_h20_has_96_gb_and_says_so() -> None:
    gpus = read_gpus("H20")
    assert str(gpus) == "1xH20-96"
    assert gpus.assumed == "H20 is taken as H20-96; there is H20-141 too"


def test_an_unknown_kind_lists_those_there_are_and_how_any_other_is_named() -> None:
    with pytest.raises(UnknownGpu, match=r"'H300'; there are: A10-24, .*such as 2xH300-32"):
        read_gpus("2xH300")


def test_an_unknown_kind_with_its_memory_is_taken_at_its_word() -> None:
    gpus = read_gpus("2xFoo-32")
    assert (gpus.kind.gigabytes, gpus.kind.capability) == (32, None)
    assert gpus.assumed is not None
    assert gpus.assumed.startswith("Foo-32 is not known: it has 32 GB")


def test_another_memory_of_a_known_family_computes_as_the_family_does() -> None:
    gpus = read_gpus("8xH20-102")
    assert (gpus.kind.gigabytes, gpus.kind.capability) == (102, (9, 0))


@pytest.mark.parametrize("text", ["", "0xH20-96", "four H20s", "4x", "4x96"])
def test_what_names_no_gpus_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 4xH20-96"):
        read_gpus(text)


def test_no_kind_is_counted_on_for_more_than_its_driver_reports() -> None:
    seen = [kind for kind in known_kinds().values() if kind.reported_gigabytes is not None]
    assert len(seen) >= 8
    assert all((kind.reported_gigabytes or 0) >= kind.gigabytes for kind in seen)


def test_fp8_is_computed_from_ada_on() -> None:
    old = {kind.name for kind in known_kinds().values() if kind.before(8, 9)}
    assert old == {"A10-24", "A100-40", "A100-80"}


def test_a_step_has_the_tokens_that_vllm_takes_by_memory() -> None:
    assert {n: known_kinds()[n].batched for n in ("L40S-48", "A100-80", "H100-80", "B200-180")} == {
        "L40S-48": 2048,
        "A100-80": 2048,
        "H100-80": 8192,
        "B200-180": 16384,
    }
    assert [read_gpus(f"Foo-{gigabytes}").kind.batched for gigabytes in (48, 96, 192)] == [2048, 8192, 16384]
