"""What one reply shows: streaming, counts, who served it, and whether it thought."""

from harness.clients.client import ClientError, Model, Reply
from harness.doctor.finding import Finding, State, failed
from harness.doctor.patient import Patient, asked_once
from harness.runs.record import ModelVariant

_LONG = 750
"""Sentences of the prompt that is sent twice: more tokens than any provider's least hit needs."""


def streams(reply: Reply) -> Finding:
    exchange = reply.exchange
    if exchange.conceded:
        said = "; ".join(exchange.conceded)
        return Finding(check="streaming", state="poor", said=said, remedy="TTFT and TPOT stay unknown here")
    if exchange.ttft_ms is None:
        remedy = "TTFT and TPOT stay unknown; ask whoever runs it to stream"
        return Finding(check="streaming", state="poor", said="the reply came whole", remedy=remedy)
    return Finding(check="streaming", state="good", said=f"first token after {exchange.ttft_ms:.0f} ms")


def usage(reply: Reply) -> Finding:
    usage = reply.exchange.usage
    if usage.doubt:
        remedy = "no price is made of such counts; report the raw usage that a run keeps"
        return Finding(check="usage", state="poor", said=usage.doubt, remedy=remedy)
    missing = [name for name in ("input", "output") if getattr(usage, name) is None]
    if missing:
        remedy = "costs stay unknown; on vLLM start with --enable-force-include-usage"
        return Finding(check="usage", state="poor", said=f"no count of {', '.join(missing)}", remedy=remedy)
    said = f"{usage.input} tokens in, {usage.output} out"
    return Finding(check="usage", state="good", said=said)


def fingerprint(reply: Reply) -> Finding:
    served = reply.exchange.served_model
    if served is None:
        remedy = "a silent change of the model would not be seen"
        return Finding(check="fingerprint", state="poor", said="the reply names no model", remedy=remedy)
    return Finding(check="fingerprint", state="good", said=f"served by {served}")


async def cached(model: Model, patient: Patient) -> Finding:
    """The same long prompt twice; the second has to be told as cached."""
    text = " ".join(f"line {n} says {n * 7919 % 10007}." for n in range(_LONG))
    check, key = "cached tokens", "".join(filter(str.isalnum, f"doctor{patient.opening.now()}"))
    replies = [await asked_once(model, f"{text}\n\nSay yes.", key=key) for _ in range(2)]
    for reply in replies:
        if isinstance(reply, ClientError):
            return failed(check, reply, "the window may be too small for long documents", state="poor")
    usage = replies[1].exchange.usage if isinstance(replies[1], Reply) else None
    if usage is None or usage.cached is None:
        remedy = "plans cannot be held against facts here"
        if patient.is_ours:
            remedy = "start vLLM with --enable-prompt-tokens-details, or plans cannot be held against facts"
        return Finding(check=check, state="poor", said="no count of cached tokens", remedy=remedy)
    found = f"{usage.cached} of {usage.input} tokens of a repeated prompt"
    if usage.cached:
        return Finding(check=check, state="good", said=found)
    remedy = "long documents are paid for with each question"
    return Finding(check=check, state="poor", said=found, remedy=remedy)


async def thinks(model: Model, variant: ModelVariant, patient: Patient) -> Finding:
    check = f"thinking {variant.thinking}"
    text = "A farmer has 17 sheep, and all but 9 run away. How many are left? One number."
    reply = await asked_once(model, text)
    if isinstance(reply, ClientError):
        return failed(check, reply, "this setting cannot be used here", state="poor")
    tokens, thought = reply.exchange.usage.reasoning, reply.message.reasoning
    seen = bool(thought) or bool(tokens)
    count = "an unknown number of" if tokens is None else tokens
    found = f"{count} tokens of reasoning" + (", with its text" if thought else "")
    if variant.thinking == "adaptive" or seen == (variant.thinking != "off"):
        return Finding(check=check, state="good", said=found)
    remedy = "the setting has no effect here, and trials will be flagged"
    state: State = "bad"
    if patient.is_ours:
        state = "poor"
        remedy = "start vLLM with the model's --reasoning-parser, unless the model cannot think at all"
    return Finding(check=check, state=state, said=found, remedy=remedy)
