"""Names of models of ours: `local/NAME`, `local/NAME:WEIGHTS`, and with `@URL` one that runs already.

A name and what is said of serving it mean one row for each setting of thinking. Whatever shapes the answers
and is not the default is told by the label, so that no two rows that differ have one name.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from pydantic import JsonValue

from harness.models.wanted import ModelError, Wanted, base_url, forced, host_of, refused
from harness.registry.knowledge import OURS, Knowledge
from harness.registry.provider import Quirks
from harness.registry.thinking import Thought
from harness.runs.record import ModelVariant
from local_models.catalog import LocalModel, Sampling, UnknownLocalModel, find_model
from local_models.spec import CannotServe, window_of
from scenarios.documents.length import spell_length
from scenarios.serving import Serving
from scenarios.thinking import Mode, Thinking

LOCAL = "local/"
_TRANSFORMERS = "transformers-serve"
_NAME = re.compile(r"(?P<name>[^:@]+)(?::(?P<weights>[^@]+))?(?:@(?P<url>.+))?")
_ONLY_A_SWITCH: tuple[Mode, ...] = ("adaptive", "budget", "effort")
_PLACED = ("layout", "kv_cache_gib", "threads", "flags")
"""What only whoever starts a server can say."""
_ROOM_FOR_OUTPUT = 8
"""One eighth of a window is for the answer, where the makers name no limit."""
_ROOM_FOR_THINKING = 2
"""No more than half of a window is for thinking, so that there is one left to read in."""


def local_variants(rest: str, wanted: Wanted, known: Knowledge) -> tuple[ModelVariant, ...]:
    """What a name behind `local/` means. Raises `ModelError`, also for what cannot be served anywhere."""
    match = _NAME.fullmatch(rest)
    if match is None:
        raise ModelError(f"{LOCAL}{rest} is no name; write local/NAME, local/NAME:WEIGHTS or local/NAME@URL")
    model = catalog_model(match["name"], known)
    url = None if match["url"] is None else base_url(match["url"], match["name"])
    serving = _serving(model, match["weights"], wanted.serving, attached=url is not None)
    provider = _TRANSFORMERS if serving.engine == "transformers" else wanted.provider or OURS
    if provider not in known.providers.providers:
        raise ModelError(f"{LOCAL}{rest}: no provider is called {provider!r}")
    shape = serving.shape
    named = f"{LOCAL}{model.name}{f':{shape.weights}' if shape.weights else ''}"
    variant = ModelVariant(
        label=f"{named}{f'@{host_of(url)}' if url else ''}{''.join(_told(model, shape))}",
        wire="chat",
        model=model.name,
        provider=provider,
        base_url=None if url is None else _with_path(url),
        first_call=wanted.first_call,
        serving=None if shape == Serving() else shape,
    )
    return tuple(_thinking(variant, model, setting, wanted, known) for setting in _settings(model, wanted))


def catalog_model(name: str, known: Knowledge) -> LocalModel:
    """A model of the catalog, ours or one's own. Raises `ModelError`."""
    try:
        return find_model(name, known.catalog)
    except UnknownLocalModel as error:
        raise ModelError(str(error)) from error


def is_local(variant: ModelVariant) -> bool:
    """Whether the catalog knows it, whoever started its server."""
    return variant.label.startswith(LOCAL)


def serving_of(variant: ModelVariant, said: Serving | None) -> Serving:
    """How a row is served: what was said of it, and what its name says of the weights."""
    shape = variant.serving or Serving()
    return shape if said is None else said.model_copy(update={"weights": shape.weights})


def window_tokens(model: LocalModel, variant: ModelVariant) -> int:
    """Tokens of prompt and answer that a row is served with, unless less fits."""
    return window_of(model, variant.serving or Serving())


def local_quirks(quirks: Quirks, model: LocalModel, variant: ModelVariant) -> Quirks:
    """What is known of the model beside its endpoint: room to think in, on top of the answer's limit."""
    if variant.thinking in {None, "off"}:
        return quirks
    window, sampling = window_tokens(model, variant), _sampling(model, thinks=True)
    most = sampling.max_output_tokens or model.most_output or window
    return quirks.model_copy(update={"thinking_room": min(most, window // _ROOM_FOR_THINKING)})


def _serving(model: LocalModel, weights: str | None, said: Serving, *, attached: bool) -> Serving:
    """What is said of serving, and the name's weights. Raises `ModelError` where it cannot be."""
    named = f"{LOCAL}{model.name}"
    if weights is not None and said.weights not in {None, weights}:
        raise ModelError(f"{named}:{weights} is to be served with {said.weights} weights; say one of the two")
    chosen = weights or said.weights
    try:
        model.weights_called(chosen)
        serving = said.model_copy(update={"weights": None if chosen == model.default_weights else chosen})
        window_of(model, serving)
    except (UnknownLocalModel, CannotServe) as error:
        raise ModelError(str(error)) from error
    if attached and (set_here := [name for name in _PLACED if getattr(said, name)]):
        raise ModelError(
            f"{named}@…: {', '.join(set_here)} cannot be set on a server that runs already; leave it out, or "
            "leave out @URL to have it served"
        )
    return serving


def _told(model: LocalModel, shape: Serving) -> Iterator[str]:
    """The parts of a label that say how it is served, where that is not the default."""
    if shape.extend:
        yield f"+{spell_length(window_of(model, shape))}"
    elif shape.context is not None:
        yield f"+ctx-{spell_length(shape.context)}"
    if shape.kv != "auto":
        yield f"+kv-{shape.kv}"
    if shape.tool_strict_level is not None:
        yield f"+strict-{shape.tool_strict_level}"
    if shape.engine != "vllm":
        yield f"+{shape.engine}"
    if shape.flags:
        yield f"+flags-{hashlib.sha256(json.dumps(shape.flags).encode()).hexdigest()[:6]}"


def _settings(model: LocalModel, wanted: Wanted) -> tuple[Thinking | None, ...]:
    """The settings of thinking that are wanted; without any, as the model does."""
    thinks = model.thinking
    if wanted.thinking:
        return tuple(dict.fromkeys(wanted.thinking))
    if thinks.when == "never":
        return (None,)
    return (Thinking.parse(thinks.default or "on"),)


def _thinking(
    variant: ModelVariant, model: LocalModel, setting: Thinking | None, wanted: Wanted, known: Knowledge
) -> ModelVariant:
    """One row: with its thinking set, and sampled as its makers recommend for that."""
    thinks = setting is not None and setting.is_asked
    said = dict(wanted.sampling or {})
    fields = _fields(variant, model, setting, known)
    if twice := sorted(fields.keys() & said.keys()):
        raise ModelError(
            f"{variant.label}: its sampling and its thinking both say {twice[0]}; use one of them"
        )
    if no := refused(variant, None, setting, said, known):
        raise ModelError(f"{variant.label} takes no {', '.join(no)}; leave it out of its sampling")
    advised = _advised(model, variant, thinks=thinks)
    left_out = refused(variant, None, setting, advised, known)
    suffix = f"+thinking-{setting}" if wanted.thinking else ""
    set_to = {
        "label": f"{variant.label}{suffix}",
        "thinking": None if setting is None else str(setting),
        "request": fields,
        "sampling": {**{name: advised[name] for name in advised if name not in left_out}, **said},
    }
    return forced(variant.model_copy(update=set_to), setting, known)


def _fields(
    variant: ModelVariant, model: LocalModel, setting: Thinking | None, known: Knowledge
) -> dict[str, JsonValue]:
    """What a request carries for a setting. Raises `ModelError` for one that the model does not take."""
    thinks = model.thinking
    if setting is None:
        return {}
    if thinks.when != "switched":
        only = "on" if thinks.when == "always" else "off"
        if setting.mode != only:
            raise ModelError(f"{variant.label}: it {thinks.when} thinks, so its thinking cannot be {setting}")
        return {}
    row = known.provider(variant.provider or OURS)
    name = thinks.switch if variant.provider == OURS else row.switch
    switch = known.providers.switches.get(name or "")
    if name is None or switch is None:
        raise ModelError(f"{variant.label}: {row.title} has no switch of thinking; leave thinking out")
    thought = Thought(switch=name, default=Thinking(mode="on"), without=_ONLY_A_SWITCH)
    try:
        return thought.fields(setting, switch, variant.wire)
    except ValueError as error:
        raise ModelError(f"{variant.label}: {error}") from error


def _advised(model: LocalModel, variant: ModelVariant, *, thinks: bool) -> dict[str, JsonValue]:
    """The sampling that the makers recommend, and an output limit that leaves room to read."""
    sampling = _sampling(model, thinks=thinks)
    window = window_tokens(model, variant)
    most = sampling.max_output_tokens or model.most_output or window // _ROOM_FOR_OUTPUT
    asked = sampling.model_dump(exclude_none=True, exclude={"source", "known", "max_output_tokens"})
    return {**asked, "max_tokens": max(1, min(most, window // 2))}


def _sampling(model: LocalModel, *, thinks: bool) -> Sampling:
    default = model.sampling["default"]
    return model.sampling.get("thinking", default) if thinks else default


def _with_path(url: str) -> str:
    """A bare host is given the path that servers of this kind have."""
    return url if urlsplit(url).path else f"{url}/v1"
