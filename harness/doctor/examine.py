"""Is an endpoint fit to be measured? A dozen short requests, and a line for each thing that they show.

Nothing here is a score. What is looked at is what a run relies on without saying so: that a streamed call is
the call that comes whole, that counts are complete, that thinking can be switched, that the cache tells.
"""

from collections.abc import AsyncIterator, Mapping

from pydantic import JsonValue

from harness.clients.client import ClientError
from harness.doctor import calls, reach, replies
from harness.doctor.finding import Finding, failed
from harness.doctor.patient import Patient, asked, asked_once
from harness.runs.record import ModelVariant


async def examine(patient: Patient) -> AsyncIterator[Finding]:
    """Every finding as it is made; what makes the others useless ends the examination."""
    key = reach.key(patient)
    yield key
    reached = await reach.reached(patient)
    for finding in reached:
        yield finding
    if "bad" in {key.state, reached[0].state}:
        return
    async with (
        asked(patient.variant, patient) as streamed,
        asked(patient.variant, patient, whole=True) as whole,
    ):
        plain = await asked_once(streamed, "Say yes and nothing else.")
        if isinstance(plain, ClientError):
            remedy = "correct the model's id, the key or the URL; nothing else was tried"
            yield failed("asking", plain, remedy)
            return
        yield Finding(check="asking", state="good", said=f"answers in {plain.exchange.ms:.0f} ms")
        yield replies.streams(plain)
        yield replies.usage(plain)
        yield replies.fingerprint(plain)
        yield await calls.parity(streamed, whole, patient)
        yield await calls.parallel(streamed)
        yield await replies.cached(streamed, patient)
    async with asked(_with(patient.variant, calls.SHAPED[patient.wire]), patient) as shaped:
        yield await calls.schema(shaped)
    for variant in patient.thinking:
        async with asked(variant, patient) as model:
            yield await replies.thinks(model, variant, patient)


def _with(variant: ModelVariant, fields: Mapping[str, JsonValue]) -> ModelVariant:
    return variant.model_copy(update={"sampling": {**variant.sampling, **fields}})
