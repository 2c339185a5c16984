"""Is anybody there, with which key, and is the model on the list?"""

import asyncio
import json

import aiohttp

from harness.clients.http_model import auth_headers
from harness.doctor.finding import Finding
from harness.doctor.patient import Patient
from harness.environment import mask, without_key
from harness.models.opened import address, key_variable
from harness.registry.knowledge import COMPATIBLE

_LISTING_SECONDS = 20.0
_NAMED = 5
"""Models that are named when the one asked for is not among them."""


def key(patient: Patient) -> Finding:
    variable = key_variable(patient.variant, patient.opening.known)
    if patient.key:
        return Finding(check="key", state="good", said=f"{variable} is {mask(patient.key)}")
    needs_none = patient.is_ours
    return Finding(
        check="key",
        state="good" if needs_none else "bad",
        said=f"{variable} is not set" + ("; this endpoint may want none" if needs_none else ""),
        remedy="" if needs_none else f"set {variable}",
    )


async def reached(patient: Patient) -> list[Finding]:
    """Is anybody there, and is the model on the list?"""
    known, variant = patient.opening.known, patient.variant
    row = known.provider(variant.provider or COMPATIBLE)
    base = address(variant, patient.opening.environment, known)
    if not row.lists_models:
        return [Finding(check="reachable", state="unknown", said=f"{row.title} lists no models")]
    headers = auth_headers(patient.key, row.wires[patient.wire].quirks)
    start = asyncio.get_running_loop().time()
    try:
        async with (
            asyncio.timeout(_LISTING_SECONDS),
            aiohttp.ClientSession() as http,
            http.get(f"{base}/models", headers=headers, allow_redirects=False) as response,
        ):
            status, body = response.status, await response.read()
    except (TimeoutError, ValueError, aiohttp.ClientError) as error:
        said = without_key(str(error).encode(), patient.key).decode() or type(error).__name__
        remedy = "start the server or correct the URL"
        return [Finding(check="reachable", state="bad", said=said, remedy=remedy)]
    took = f"{base} answers HTTP {status} in {(asyncio.get_running_loop().time() - start) * 1e3:.0f} ms"
    if status in {401, 403}:
        remedy = f"set {key_variable(variant, known)} to a key that is good here"
        return [Finding(check="reachable", state="bad", said=took, remedy=remedy)]
    return [Finding(check="reachable", state="good", said=took), _listed(variant.model, status, body)]


def _listed(model: str, status: int, body: bytes) -> Finding:
    try:
        found = [str(one["id"]) for one in json.loads(body)["data"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        said = f"no list of models came (HTTP {status})"
        return Finding(check="model listed", state="unknown", said=said)
    if any(one == model or one.removeprefix("models/") == model for one in found):
        return Finding(check="model listed", state="good", said=f"{model} is one of {len(found)}")
    some = ", ".join(one[:60] for one in found[:_NAMED])
    return Finding(
        check="model listed",
        state="poor",
        said=f"{model} is not one of {len(found)}: {some}{', …' if len(found) > _NAMED else ''}",
        remedy="write an id of the list, unless the endpoint serves more than it lists",
    )
