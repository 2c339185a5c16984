"""From the name of a model and its settings to what is asked of whom.

A name is `reference/NAME` (in process), `local/NAME` (ours, see `local_names`), a name of the registry
(`qwen3-max`, with `@REGION` or `@URL` where its provider has several addresses), or `FORMAT:ID@URL` for
anybody's endpoint.
"""

import re
from urllib.parse import urlsplit

from pydantic import JsonValue

from harness.exams.reference import REFERENCE_MODELS
from harness.exams.reference_reading import READERS, NoReader, parse_reader
from harness.models.local_names import local_variants
from harness.models.wanted import ModelError, Wanted, base_url, forced, host_of, quirks_of, refused
from harness.registry.entry import Entry
from harness.registry.knowledge import COMPATIBLE, Knowledge
from harness.registry.provider import Provider, WireName
from harness.registry.thinking import Thought
from harness.runs.record import ModelVariant
from scenarios.problem import choices
from scenarios.serving import Serving
from scenarios.thinking import EFFORTS, Thinking

_ADDRESSED = re.compile(r"(?:(?P<wire>chat|responses|messages):)?(?P<id>[^@]+)(?:@(?P<place>.+))?")
_URL = re.compile(r"https?://", re.IGNORECASE)
OURS_TO_SAY = frozenset(
    (
        *("model", "messages", "input", "system", "instructions", "tools", "tool_choice", "functions"),
        *("stream", "stream_options", "n", "store", "previous_response_id", "conversation", "background"),
        *("thinking", "thinking_budget", "enable_thinking", "reasoning", "reasoning_effort", "output_config"),
    )
)
"""Fields of a request that no sampling says: they are the harness's, or set how a model thinks."""
_SAID_ELSEWHERE = "what a request holds is the scenario's, and how long a model thinks is said by `thinking`"


def find_variants(name: str, wanted: Wanted, known: Knowledge) -> tuple[ModelVariant, ...]:
    """The variants that a name and its settings mean. Raises `ModelError`, saying which names there are."""
    if owned := sorted(OURS_TO_SAY & set(wanted.sampling or {})):
        raise ModelError(f"{name}: its sampling may not say {', '.join(owned)}; {_SAID_ELSEWHERE}")
    kind, _, rest = name.partition("/")
    if kind == "reference" and rest:
        return (_reference(name, rest),)
    if kind == "local" and rest:
        return local_variants(rest, wanted, known)
    if wanted.serving != Serving():
        raise ModelError(f"{name}: `serve` is for models of ours, which are called local/NAME; leave it out")
    match = _ADDRESSED.fullmatch(name)
    if match is None:
        raise ModelError(_no_such(name, known))
    wire, model, place = match["wire"], match["id"], match["place"]
    url = base_url(place, model) if place is not None and _URL.match(place) else None
    entry = known.served(model)
    if entry is not None and (url is None or wire is None):
        return _each(_hosted(model, entry, wire, url or place, wanted, known), wanted, entry, known)
    if wire is not None and url is not None:
        return _addressed(wire, model, url, wanted, known)
    raise ModelError(_no_such(name, known))


def _reference(name: str, rest: str) -> ModelVariant:
    try:
        reader = parse_reader(rest)
    except NoReader as error:
        raise ModelError(str(error)) from error
    if reader is None and rest not in REFERENCE_MODELS:
        known = (*REFERENCE_MODELS, *READERS)
        raise ModelError(f"no reference model is called {rest!r}; {choices(rest, known)}")
    return ModelVariant(label=name, wire="reference", model=rest, simulated=True)


def _hosted(
    name: str, entry: Entry, wire: str | None, place: str | None, wanted: Wanted, known: Knowledge
) -> ModelVariant:
    """A model of the registry, at its provider's address, in one of its regions, or at a URL."""
    _still_there(name, entry, known)
    row = entry.provider or COMPATIBLE
    provider = _provider(row, name, known)
    if wanted.provider not in {None, row}:
        raise ModelError(f"{name} is served by {row}; of others it is asked as FORMAT:{name}@URL")
    spoken = _wire(wire or entry.wire, provider, name)
    label = f"{wire}:{name}" if wire and wire != next(iter(provider.wires)) else name
    base, where = _placed(name, row, spoken, place, known)
    return ModelVariant(
        label=f"{label}@{where}" if where else label,
        wire=spoken,
        model=entry.model or name,
        provider=entry.provider,
        entry=name,
        base_url=base,
        sampling=dict(wanted.sampling or {}),
        first_call=wanted.first_call,
    )


def _placed(
    name: str, row: str, wire: WireName, place: str | None, known: Knowledge
) -> tuple[str | None, str]:
    """The base URL of a model's endpoint, and what tables call the place."""
    provider = known.provider(row)
    if place is None:
        return (None if provider.address is None else provider.base(provider.address, wire)), ""
    if not _URL.match(place):
        if place not in provider.regions:
            there = f"{provider.title} has {', '.join(provider.regions) or 'no regions'}"
            raise ModelError(f"{name}@{place}: {there}; write a region's name or a URL after @")
        return provider.base(provider.regions[place], wire), place
    at = known.providers.at(place)
    if at is not None and at[0] != row:
        raise ModelError(
            f"{host_of(place)} is an address of {at[1].title}, and {name} is a name of {provider.title}; "
            f"write FORMAT:ID@URL with the id that {at[1].title} has for it"
        )
    return _whole(place, wire, provider), host_of(place)


def _whole(url: str, wire: WireName, provider: Provider) -> str:
    """A URL as it was written; a bare host of the provider's is given the wire format's path."""
    bare = not urlsplit(url).path and provider.owns(url)
    return provider.base(url, wire) if bare else url


def _addressed(wire: str, model: str, url: str, wanted: Wanted, known: Knowledge) -> tuple[ModelVariant, ...]:
    """A model at an address: by the row that the user names, or that the address belongs to."""
    at = known.providers.at(url)
    row = wanted.provider or (at[0] if at else COMPATIBLE)
    provider = _provider(row, model, known)
    spoken = _wire(wire, provider, model)
    found = known.registry.find(model)
    ours = found is not None and found[1].provider == row
    variant = ModelVariant(
        label=f"{model}@{host_of(url)}" if wire == "chat" else f"{wire}:{model}@{host_of(url)}",
        wire=spoken,
        model=model,
        provider=row,
        entry=found[0] if found else None,
        base_url=_whole(url, spoken, provider),
        sampling=dict(wanted.sampling or {}),
        first_call=wanted.first_call,
    )
    return _each(variant, wanted, found[1] if found and ours else None, known)


def _provider(row: str, model: str, known: Knowledge) -> Provider:
    rows = known.providers.providers
    if row not in rows:
        raise ModelError(f"{model}: no provider is called {row!r}; {choices(row, tuple(rows))}")
    return rows[row]


def _each(
    variant: ModelVariant, wanted: Wanted, entry: Entry | None, known: Knowledge
) -> tuple[ModelVariant, ...]:
    """One variant for each setting of thinking. Raises `ModelError` for one that the model does not take."""
    thought = entry.thinking if entry is not None else None
    if wanted.thinking and thought is None:
        thought = _any_thought(variant, entry, known)
    by_default = (thought.default,) if thought is not None and entry is not None else ()
    settings = tuple(dict.fromkeys(wanted.thinking)) or by_default
    if not settings or thought is None:
        return (_sampled(forced(variant, None, known), entry, None, known),)
    named = "+thinking-{}" if wanted.thinking else ""
    return tuple(
        _thinking(variant, setting, named.format(setting), thought, entry, known) for setting in settings
    )


def _thinking(
    variant: ModelVariant,
    setting: Thinking,
    named: str,
    thought: Thought,
    entry: Entry | None,
    known: Knowledge,
) -> ModelVariant:
    """The variant with its thinking set, in words and as the fields of a request."""
    switch = known.providers.switches.get(thought.switch)
    if switch is None:
        there = choices(thought.switch, tuple(known.providers.switches))
        raise ModelError(f"{variant.label}: there is no switch {thought.switch!r} of thinking; {there}")
    try:
        fields = thought.fields(setting, switch, variant.wire)
    except ValueError as error:
        raise ModelError(f"{variant.label}: {error}") from error
    if twice := sorted(fields.keys() & variant.sampling.keys()):
        raise ModelError(
            f"{variant.label}: its sampling and its thinking both say {twice[0]}; use one of them"
        )
    most = entry.most_output if entry is not None else None
    if quirks_of(variant, known).limit_adds_budget and most and (setting.tokens or 0) >= most:
        raise ModelError(
            f"{variant.label}: of {most} tokens that it writes at most, {setting} leave no answer"
        )
    set_to = {"label": f"{variant.label}{named}", "thinking": str(setting), "request": fields}
    set_variant = variant.model_copy(update=set_to)
    return _sampled(forced(set_variant, setting, known), entry, setting, known)


def _sampled(
    variant: ModelVariant, entry: Entry | None, setting: Thinking | None, known: Knowledge
) -> ModelVariant:
    """The variant with what its vendor recommends, where the user says nothing else and the endpoint takes
    it. Raises `ModelError` for what the user says and the endpoint refuses.
    """
    if no := refused(variant, entry, setting, variant.sampling, known):
        while_thinking = (
            " while it thinks" if refused(variant, entry, None, variant.sampling, known) != no else ""
        )
        raise ModelError(
            f"{variant.label} takes no {', '.join(no)}{while_thinking}; leave it out of its sampling"
        )
    asked = advised(entry, setting)
    taken = {
        name: asked[name] for name in asked if name not in refused(variant, entry, setting, asked, known)
    }
    return variant.model_copy(update={"sampling": {**taken, **variant.sampling}}) if taken else variant


def advised(entry: Entry | None, setting: Thinking | None) -> dict[str, JsonValue]:
    """What a model's vendor recommends to sample with."""
    if entry is None or entry.sampling is None:
        return {}
    thinks = setting is not None and setting.is_asked
    return {**entry.sampling.default, **(entry.sampling.thinking if thinks else {})}


def _any_thought(variant: ModelVariant, entry: Entry | None, known: Knowledge) -> Thought:
    """How thinking is set where only the endpoint is known."""
    row = known.provider(variant.provider or COMPATIBLE)
    if entry is not None or row.switch is None:
        raise ModelError(
            f"{variant.label}: nobody says how its thinking is set; describe it with --registry FILE"
        )
    return Thought(switch=row.switch, default=Thinking(mode="on"), efforts=EFFORTS)


def _still_there(name: str, entry: Entry, known: Knowledge) -> None:
    """Raises `ModelError` for a name that has ended by its provider's own word."""
    retired = entry.retired
    if retired is not None and retired.over(known.today):
        instead = f"; {retired.by} replaces it" if retired.by else ""
        raise ModelError(
            f"{name} ended on {retired.on}{instead}. An endpoint that still has it is asked as "
            f"FORMAT:{entry.model or name}@URL ({retired.source})"
        )


def _wire(asked: str | None, provider: Provider, model: str) -> WireName:
    for name in provider.wires:
        if asked in {None, name}:
            return name
    raise ModelError(
        f"{model}: {provider.title} is not known to speak {asked}; it speaks {', '.join(provider.wires)}"
    )


def _no_such(name: str, known: Knowledge) -> str:
    near = known.registry.near(name.split(":", 1)[-1].split("@", 1)[0])
    return (
        f"no model is called {name!r}; {near}. Or write reference/NAME ({', '.join(REFERENCE_MODELS)}), "
        "local/NAME or FORMAT:ID@URL with FORMAT one of chat, responses, messages, such as "
        "chat:qwen3@http://127.0.0.1:8000/v1"
    )
