"""What a command line asks for is understood, or refused in words."""

from collections.abc import Callable

import pytest

from harness.bench.asked import parse_loads, parse_slo, parse_spec
from harness.bench.random_text import Lengths
from harness.bench.record import Load, Slo
from scenarios.problem import ScenarioError


def test_a_workload_is_random_text_or_our_own_scenarios() -> None:
    assert parse_spec("random:1k/128").lengths == Lengths(input=1024, output=128)
    assert parse_spec("agent:shop,travel").suites == ("shop", "travel")
    assert parse_spec("documents:needles").kind == "documents"


def test_a_sweep_is_closed_or_open() -> None:
    assert parse_loads("1,2,8", None, 1.0) == tuple(Load(concurrency=n) for n in (1, 2, 8))
    assert parse_loads(None, "0.5,2", 0.3) == (
        Load(rate=0.5, burstiness=0.3),
        Load(rate=2.0, burstiness=0.3),
    )
    assert [load.name for load in parse_loads(None, None, 1.0)] == ["1", "2", "4", "8"]


@pytest.mark.parametrize("text", ["ttft:2000 tpot:50 e2el:30000", "e2el:30000,ttft:2000,tpot:50"])
def test_service_levels_are_milliseconds_by_name(text: str) -> None:
    assert parse_slo(text) == Slo(ttft=2000, tpot=50, e2el=30000)


@pytest.mark.parametrize(
    ("parse", "says"),
    [
        (lambda: parse_spec("shop"), "random:IN/OUT, agent:SUITE or documents:SUITE"),
        (lambda: parse_spec("agent:"), "no workload"),
        (lambda: parse_spec("random:12"), "1024/128"),
        (lambda: parse_loads("1,none", None, 1.0), "'none' is no concurrency"),
        (lambda: parse_loads("0", None, 1.0), "from 1"),
        (lambda: parse_loads(None, "-1", 1.0), "is no rate"),
        (lambda: parse_loads(None, "1", 0.0), "0.0 is no burstiness"),
        (lambda: parse_loads(None, "inf", 1.0), "is no rate"),
        (lambda: parse_loads("1", "1", 1.0), "leave one out"),
        (lambda: parse_slo("ttft"), "above 0"),
        (lambda: parse_slo("speed:1"), "'speed:1' is no service level"),
        (lambda: parse_slo("ttft:1 ttft:2"), "no service level"),
        (lambda: parse_slo("ttft:-1"), "above 0"),
    ],
)
def test_what_means_nothing_is_refused_with_what_to_write(parse: Callable[[], object], says: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        parse()

    assert says in str(refused.value)
