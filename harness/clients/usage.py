"""What a request used, in one vocabulary, from each wire format's own counts.

The provider's object is kept as it came; what is made of it here can be made anew. Counts that do not fit
together are kept too, with the doubt in words, and no price is made from them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from harness.clients.growing import count
from harness.registry.provider import Quirks
from scenarios.transcript import Usage

_MOST_UNITS = 1e15
"""Of a cost: what is more is no cost."""
ReasoningCount = Literal["inside", "outside", "by_total"]


def chat_usage(raw: Mapping[str, Any], reasoning_count: ReasoningCount, *, fell: bool = False) -> Usage:
    """Of a chat-completions reply. `fell`: of several counts of its output a later one was smaller."""
    details, hit = raw.get("prompt_tokens_details"), count(raw, "prompt_cache_hit_tokens")
    cached = [count(details, "cached_tokens"), hit, count(raw, "cached_tokens")]
    written = [count(details, "cache_write_tokens"), count(details, "cache_creation_input_tokens")]
    prompt, total = count(raw, "prompt_tokens"), count(raw, "total_tokens")
    usage = _checked(
        Usage(
            input=prompt,
            cached=_first(cached),
            written=_first(written),
            output=count(raw, "completion_tokens"),
            reasoning=count(raw.get("completion_tokens_details"), "reasoning_tokens"),
        ),
        total,
        reasoning_count,
    )
    missed = count(raw, "prompt_cache_miss_tokens")
    doubt = None
    if fell:
        doubt = "the count of its output tokens fell while the reply grew"
    elif len({one for one in cached if one is not None}) > 1:
        doubt = "what was found in the cache is counted twice, and not alike"
    elif None not in (hit, missed, prompt) and (hit or 0) + (missed or 0) != prompt:
        doubt = f"{hit} tokens in the cache and {missed} beside it are not the {prompt} of the prompt"
    elif reasoning_count == "by_total" and total is None and usage.reasoning:
        doubt = f"no total tells whether the {usage.reasoning} reasoning tokens are within the output"
    return usage if usage.doubt or not doubt else usage.model_copy(update={"doubt": doubt})


def _first(counts: Sequence[int | None]) -> int | None:
    return next((one for one in counts if one is not None), None)


def messages_usage(raw: Mapping[str, Any]) -> Usage:
    """Of a Messages reply, whose input tokens are those that the cache has no part in, and whose output has
    thinking in it.
    """
    fresh = count(raw, "input_tokens")
    cached, written = count(raw, "cache_read_input_tokens"), count(raw, "cache_creation_input_tokens")
    whole = None if fresh is None else fresh + (cached or 0) + (written or 0)
    return _checked(
        Usage(
            input=whole,
            cached=cached,
            written=written,
            output=count(raw, "output_tokens"),
            reasoning=count(raw.get("output_tokens_details"), "thinking_tokens"),
        ),
        None,
        "inside",
    )


def responses_usage(raw: Mapping[str, Any], reasoning_count: ReasoningCount) -> Usage:
    """Of a Responses reply."""
    details = raw.get("input_tokens_details")
    return _checked(
        Usage(
            input=count(raw, "input_tokens"),
            cached=count(details, "cached_tokens"),
            written=count(details, "cache_write_tokens"),
            output=count(raw, "output_tokens"),
            reasoning=count(raw.get("output_tokens_details"), "reasoning_tokens"),
        ),
        count(raw, "total_tokens"),
        reasoning_count,
    )


def _checked(usage: Usage, total: int | None, reasoning_count: ReasoningCount) -> Usage:
    """The usage with reasoning within its output, and with the doubt where the counts do not fit together."""
    prompt, output, reasoning = usage.input, usage.output, usage.reasoning or 0
    kept = (usage.cached or 0) + (usage.written or 0)
    if prompt is None or output is None:
        return usage
    outside = reasoning_count == "outside" or (
        reasoning_count == "by_total" and reasoning > 0 and total == prompt + output + reasoning
    )
    whole = output + reasoning if outside else output
    doubt = None
    if total is not None and total != prompt + whole:
        doubt = f"{prompt} prompt and {whole} output tokens are not the total of {total}"
    elif reasoning > whole:
        doubt = f"{reasoning} reasoning tokens are more than the {whole} of the output"
    elif kept > prompt:
        doubt = f"{kept} tokens in the cache are more than the {prompt} of the prompt"
    return usage.model_copy(update={"output": whole, "doubt": doubt})


def reported_usd(raw: Mapping[str, Any], quirks: Quirks) -> float | None:
    """What the provider says that the request cost, where it does."""
    value: object = raw
    for name in (quirks.cost_field or "").split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    if quirks.cost_field is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value * quirks.cost_unit if 0 <= value < _MOST_UNITS else None
