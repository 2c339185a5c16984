"""Each vendor's counts become one vocabulary, by the worked examples that they publish, or in the shape that
they document with numbers of ours; what does not fit together is marked, and nothing is guessed.
"""

from typing import Any

import pytest

from harness.clients.chat import Chat
from harness.clients.usage import ReasoningCount, chat_usage, reported_usd
from harness.registry.provider import Quirks
from scenarios.transcript import Usage
from tests.harness.clients.endpoint import delta


def raw(prompt: int, output: int, total: int | None, **more: Any) -> dict[str, Any]:
    counts = {"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": total}
    return {name: count for name, count in counts.items() if count is not None} | more


def reasoning(tokens: int) -> dict[str, Any]:
    return {"completion_tokens_details": {"reasoning_tokens": tokens}}


def details(**counts: Any) -> dict[str, Any]:
    return {"prompt_tokens_details": counts}


PUBLISHED: dict[str, tuple[dict[str, Any], Usage]] = {
    "platform.openai.com/docs/guides/prompt-caching": (
        raw(2006, 300, 2306, **details(cached_tokens=1920), **reasoning(0)),
        Usage(input=2006, cached=1920, output=300, reasoning=0),
    ),
    "help.aliyun.com/en/model-studio/context-cache": (
        raw(3019, 104, 3123, **details(cached_tokens=2048)),
        Usage(input=3019, cached=2048, output=104),
    ),
    "Model Studio, explicit cache, as a test of a third party has it": (
        raw(
            29719,
            435,
            30154,
            **details(cached_tokens=0, cache_creation_input_tokens=29713, cache_type="ephemeral"),
            **reasoning(382),
        ),
        Usage(input=29719, cached=0, written=29713, output=435, reasoning=382),
    ),
    "docs.cloud.google.com/…/partner-models/grok/capabilities/reasoning": (
        raw(663, 50, 837, **details(cached_tokens=654, text_tokens=663), **reasoning(124)),
        Usage(input=663, cached=654, output=174, reasoning=124),
    ),
    "infron.ai/docs/billing-apis/usage-and-cost: the same model within an aggregator's count": (
        raw(163, 241, 404, **details(cached_tokens=162, cache_write_tokens=0), **reasoning(204)),
        Usage(input=163, cached=162, written=0, output=241, reasoning=204),
    ),
    "openrouter.ai/docs/use-cases/usage-accounting": (
        raw(194, 2, 196, **details(cached_tokens=0, cache_write_tokens=100), **reasoning(0), cost=0.95),
        Usage(input=194, cached=0, written=100, output=2, reasoning=0),
    ),
}
OF_OURS: dict[str, tuple[dict[str, Any], Usage]] = {
    "api-docs.deepseek.com/api/create-chat-completion: the prompt is hit plus miss": (
        raw(1000, 260, 1260, prompt_cache_hit_tokens=768, prompt_cache_miss_tokens=232, **reasoning(214)),
        Usage(input=1000, cached=768, output=260, reasoning=214),
    ),
    "platform.moonshot.ai: the cache is counted beside the prompt": (
        raw(30, 5, 35, cached_tokens=16),
        Usage(input=30, cached=16, output=5),
    ),
}
"""Documented shapes of which no worked example is known."""


@pytest.mark.parametrize("source", PUBLISHED)
def test_a_published_example_adds_up(source: str) -> None:
    given, meant = PUBLISHED[source]

    assert chat_usage(given, "by_total") == meant


@pytest.mark.parametrize("source", OF_OURS)
def test_a_documented_shape_adds_up(source: str) -> None:
    given, meant = OF_OURS[source]

    assert chat_usage(given, "by_total") == meant


@pytest.mark.parametrize(
    ("count", "total", "output", "doubted"),
    [
        ("inside", 15, 5, False),
        ("inside", 18, 5, True),
        ("outside", 18, 8, False),
        ("outside", 15, 8, True),
        ("by_total", 15, 5, False),
        ("by_total", 18, 8, False),
        ("by_total", 17, 5, True),
        ("by_total", None, 5, True),
        ("inside", None, 5, False),
        ("outside", None, 8, False),
    ],
)
def test_reasoning_is_inside_or_outside_or_in_doubt(
    count: ReasoningCount, total: int | None, output: int, doubted: bool
) -> None:
    usage = chat_usage(raw(10, 5, total, **reasoning(3)), count)

    assert (usage.output, usage.doubt is not None) == (output, doubted)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (raw(10, 5, 15, **details(cached_tokens=11)), "11 tokens in the cache are more"),
        (
            raw(10, 5, 15, **details(cached_tokens=8, cache_write_tokens=3)),
            "11 tokens in the cache are more",
        ),
        (raw(10, 5, 15, **reasoning(6)), "6 reasoning tokens are more than the 5"),
        (raw(10, 5, 16), "not the total of 16"),
        (raw(10, 5, 15, prompt_cache_hit_tokens=4, prompt_cache_miss_tokens=5), "not the 10 of the prompt"),
        (raw(10, 5, 15, prompt_cache_hit_tokens=4, **details(cached_tokens=3)), "counted twice"),
    ],
)
def test_counts_that_do_not_fit_together_are_kept_in_doubt(given: dict[str, Any], says: str) -> None:
    usage = chat_usage(given, "by_total")

    assert says in (usage.doubt or "")
    assert (usage.input, usage.output) == (10, 5)


def streamed(*usages: dict[str, Any] | None) -> Usage:
    """The usage of a stream that counts in each of its chunks."""
    assembly = Chat().assembly(0.0, Quirks(), None, thinks=False)
    for usage in usages:
        assembly.add({**delta(content="x"), "usage": usage}, 1.0)
    return assembly.reply(2.0, ended=True).exchange.usage


def test_a_count_that_grows_with_the_stream_ends_with_its_last() -> None:
    assert streamed(raw(9, 1, 10), raw(9, 2, 11), None, raw(9, 3, 12)) == Usage(input=9, output=3)


def test_a_count_that_falls_is_in_doubt() -> None:
    usage = streamed(raw(9, 5, 14), raw(9, 2, 11))

    assert (usage.output, usage.doubt) == (2, "the count of its output tokens fell while the reply grew")


def test_usage_may_come_with_the_last_delta_or_after_it() -> None:
    assembly = Chat().assembly(0.0, Quirks(), None, thinks=False)
    assembly.add({**delta("stop", content="x"), "usage": raw(9, 1, 10)}, 1.0)
    assembly.add({"choices": [], "usage": raw(9, 1, 10, **details(cached_tokens=8))}, 1.0)

    assert assembly.reply(2.0, ended=True).exchange.usage == Usage(input=9, cached=8, output=1)


@pytest.mark.parametrize(
    ("usage", "quirks", "usd"),
    [
        ({"cost": 0.95}, Quirks(cost_field="cost"), 0.95),
        (
            {"cost_in_usd_ticks": 318319000},
            Quirks(cost_field="cost_in_usd_ticks", cost_unit=1e-10),
            0.0318319,
        ),
        ({"cost_details": {"upstream": 0.2}}, Quirks(cost_field="cost_details.upstream"), 0.2),
        ({"cost": 0}, Quirks(cost_field="cost"), 0.0),
        ({"cost": 0.95}, Quirks(), None),
        ({}, Quirks(cost_field="cost"), None),
        ({"cost": {"usd": 1}}, Quirks(cost_field="cost"), None),
        ({"cost": 3}, Quirks(cost_field="cost.usd"), None),
        ({"cost": True}, Quirks(cost_field="cost"), None),
        ({"cost": "1"}, Quirks(cost_field="cost"), None),
        ({"cost": -1}, Quirks(cost_field="cost"), None),
        ({"cost": float("inf")}, Quirks(cost_field="cost"), None),
        ({"cost": float("nan")}, Quirks(cost_field="cost"), None),
        ({"cost": 10**400}, Quirks(cost_field="cost"), None),
    ],
)
def test_a_cost_is_what_the_provider_says_where_it_says_one(
    usage: dict[str, Any], quirks: Quirks, usd: float | None
) -> None:
    assert reported_usd(usage, quirks) == (None if usd is None else pytest.approx(usd))
