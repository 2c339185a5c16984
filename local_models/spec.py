"""From a model of the catalog, and what is asked of its server, to one server's specification.

What cannot be served is refused here, before anything is loaded, with the reason and what to do.
"""

from collections.abc import Sequence
from itertools import pairwise

from pydantic import JsonValue

from local_models.catalog import LocalModel
from local_models.command import ServeSpec
from local_models.parallel import Parallel
from local_models.parsers import parser_objection
from scenarios.record import Record
from scenarios.serving import Serving, Strictness

_PLUGIN = "--tool-parser-plugin"
_KEY = "--api-key"
_DUAL_CHUNK = "dual-chunk attention, which vLLM has no more"


class CannotServe(Exception):
    """What is asked cannot be served; the message says why and what to do."""


class Place(Record):
    """Where a model lies, and on what it is computed."""

    weights: str
    """A checkpoint's folder, or the id of a repository."""
    revision: str | None = None
    cpu: bool = False
    parallel: Parallel = Parallel()
    devices: tuple[int, ...] | None = None
    context: int | None = None
    """Tokens that fit, where that is less than the model could read; None: what is asked, or the model's."""
    sequences: int = 8
    """Requests computed together, where nothing else is said."""
    kv_cache_gib: int | None = None


def spec_of(model: LocalModel, serving: Serving, place: Place, *, forced: bool = False) -> ServeSpec:
    """The server of a model. Raises `CannotServe`, and `UnknownLocalModel` for weights that it has not.

    Where a first call is forced it is also held to its tool's schema, if nothing else is said: what a model
    can do is not measured by it.
    """
    if any(flag.startswith(_KEY) for flag in serving.flags):
        raise CannotServe(
            f"local/{model.name}: everybody can read flags, so no key stands there; leave it out"
        )
    weights = model.weights_called(serving.weights)
    strictness: Strictness = serving.tool_strict_level or ("parameter" if forced else "auto")
    reads = serving.engine == "vllm"
    if reads:
        _check_parsers(model, serving.flags)
    template = model.template_file if reads else None
    return ServeSpec(
        weights=place.weights,
        revision=place.revision,
        names=(model.name,),
        engine=serving.engine,
        cpu=place.cpu,
        dtype=weights.dtype,
        parallel=place.parallel,
        devices=place.devices,
        context=place.context or window_of(model, serving),
        overrides=_overrides(model, serving),
        kv=serving.kv,
        sequences=serving.concurrency or place.sequences,
        tool_parser=model.tool_parser if reads else None,
        tool_strict_level=strictness,
        reasoning_parser=model.reasoning_parser if reads else None,
        chat_template=None if template is None else str(template),
        kv_cache_gib=place.kv_cache_gib,
        threads=serving.threads,
        flags=(*(model.flags if reads else ()), *serving.flags),
    )


def window_of(model: LocalModel, serving: Serving) -> int:
    """Tokens of prompt and answer that are asked for. Raises `CannotServe` beyond what the model can read."""
    extension, name = model.extension, f"local/{model.name}"
    if not serving.extend:
        if serving.context is None or serving.context <= model.context:
            return serving.context or model.context
        raise CannotServe(_beyond(model, serving.context))
    if extension is None:
        raise CannotServe(
            f"{name} reads {model.context:,} tokens, and its makers publish no way to stretch that; "
            "leave out extend"
        )
    stretched = f"{name} is stretched to {extension.context:,} tokens"
    if extension.method == "dual-chunk":
        raise CannotServe(f"{stretched} by {_DUAL_CHUNK}; {extension.note.rstrip('.')}")
    context = serving.context or extension.context
    if context > extension.context:
        raise CannotServe(f"{stretched} and no further; {context:,} are asked for")
    return context


def _beyond(model: LocalModel, asked: int) -> str:
    reads = f"local/{model.name} reads {model.context:,} tokens, and {asked:,} are asked for"
    extension = model.extension
    if extension is None or asked > extension.context:
        return f"{reads}; ask for no more than {extension.context if extension else model.context:,}"
    if extension.method == "dual-chunk":
        return f"{reads}. Its makers stretch it by {_DUAL_CHUNK}; {extension.note.rstrip('.')}"
    return (
        f"{reads}; say extend to stretch it to {extension.context:,} by YaRN, which changes how it answers "
        "short prompts too"
    )


def _overrides(model: LocalModel, serving: Serving) -> dict[str, JsonValue]:
    """Of config.json: vLLM does not multiply YaRN's factor in, so the largest position is raised with it; and
    as the whole of `rope_parameters` is replaced, the model's own theta is said again.
    """
    extension = model.extension if serving.extend else None
    if extension is None:
        return {}
    rope: dict[str, JsonValue] = {
        "rope_type": "yarn",
        "rope_theta": extension.rope_theta,
        "factor": extension.factor,
        "original_max_position_embeddings": extension.original,
    }
    return {"max_position_embeddings": extension.context, "rope_parameters": rope}


def _check_parsers(model: LocalModel, flags: Sequence[str]) -> None:
    """Raises `CannotServe` for a parser that the engine has not got, in the catalog or among the flags."""
    named = dict(pairwise(flags))
    objection = parser_objection(
        named.get("--tool-call-parser", model.tool_parser),
        named.get("--reasoning-parser", model.reasoning_parser),
        plugin=any(flag.startswith(_PLUGIN) for flag in (*model.flags, *flags)),
    )
    if objection is not None:
        raise CannotServe(f"local/{model.name}: {objection}")
