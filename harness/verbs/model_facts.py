"""What is known of a model that others serve, as `longspan models show` and `longspan list models` say it."""

from datetime import date

from pydantic import JsonValue

from harness.environment import Environment, mask
from harness.models.wanted import ModelError
from harness.registry.entry import Entry
from harness.registry.knowledge import Knowledge
from harness.registry.provider import Provider
from harness.registry.rates import Prices
from local_models.catalog import model_names

Row = dict[str, str | int | float | bool | None]

_SIGNS = {"USD": "$", "CNY": "¥", "EUR": "€"}


def find_entry(name: str, known: Knowledge) -> tuple[str, Entry]:
    """The entry that a name or a vendor's id means. Raises `ModelError` with names that are near."""
    found = known.registry.find(name)
    if found is None:
        raise ModelError(
            f"no model is called {name!r}; {known.registry.near(name)}; those that we serve are local/NAME"
        )
    return found


def facts(name: str, entry: Entry, known: Knowledge, environment: Environment) -> dict[str, JsonValue]:
    """Everything that is known, with its sources, and whether it could be asked now."""
    told: dict[str, JsonValue] = {"name": name}
    if entry.title:
        told["title"] = entry.title
    if entry.retired is not None:
        told["status"] = lifetime(entry, known.today)
    if entry.provider is not None:
        row = known.provider(entry.provider)
        told["served_by"] = f"{row.title} ({entry.provider})"
        told["sent_as"] = entry.model or name
        wire = entry.wire if entry.wire is not None else next(iter(row.wires))
        told["wire"] = wire
        if row.address is not None:
            told["address"] = row.base(row.address, wire)
        if row.regions:
            told["regions"] = list(row.regions)
        told["key"] = _key(row, environment)
    if name in model_names(known.catalog):
        told["also"] = f"local/{name}: its weights, served by us"
    rest = entry.model_dump(mode="json", exclude_defaults=True)
    if entry.thinking is not None:
        rest["thinking"] |= {"default": str(entry.thinking.default)}
    said = {"title", "provider", "model", "wire"}
    return told | {field: rest[field] for field in Entry.model_fields if field in rest.keys() - said}


def lifetime(entry: Entry, today: date) -> str:
    """When a name ends or ended, and what replaces it, in words."""
    if entry.retired is None:
        return "no end is announced"
    instead = f"; {entry.retired.by} replaces it" if entry.retired.by else "; nothing is known to replace it"
    said = "ends on"
    if entry.retired.on <= today:
        said = "RETIRED on" if entry.retired.over(today) else "reported by others to have ended on"
    return f"{said} {entry.retired.on}{instead}"


def _key(row: Provider, environment: Environment) -> str:
    """Which variable has the key, masked, or which one is looked for."""
    for variable in row.key_variables:
        if key := environment.keys.get(variable):
            return f"{variable} is {mask(key)}"
    return f"{row.key_variable} is not set" if row.key_variable else "none is needed"


def hosted_rows(known: Knowledge) -> list[Row]:
    """Every model that somebody serves, for programs."""
    return [
        {
            "model": name,
            "title": entry.title,
            "provider": entry.provider,
            "context": entry.context,
            "input": entry.prices.input if entry.prices else None,
            "output": entry.prices.output if entry.prices else None,
            "currency": entry.prices.currency if entry.prices else None,
            "ends": str(entry.retired.on) if entry.retired else None,
            "ended": entry.retired is not None and entry.retired.over(known.today),
            "replaced_by": entry.retired.by if entry.retired else None,
        }
        for name, entry in known.registry.models.items()
        if entry.provider is not None
    ]


def hosted_lines(known: Knowledge) -> list[Row]:
    """Those whose name has not ended, for people; a price has a `+` where long prompts cost more."""
    return [
        {
            "model": name,
            "provider": entry.provider,
            "context": short(entry.context),
            "input": _price(entry.prices, "input"),
            "output": _price(entry.prices, "output"),
            "ends": _ends(entry, known.today),
        }
        for name, entry in known.registry.models.items()
        if entry.provider is not None and not (entry.retired and entry.retired.over(known.today))
    ]


def _ends(entry: Entry, today: date) -> str:
    """The day, with a question mark where it has passed and only others say so."""
    if entry.retired is None:
        return ""
    return f"{entry.retired.on}{'?' if entry.retired.on <= today else ''}"


def short(tokens: int | None) -> str | None:
    """A number of tokens in a few letters, in thousands as vendors count."""
    if tokens is None:
        return None
    return f"{tokens / 1e6:.2g}M" if tokens >= 1_000_000 else f"{tokens // 1000}k"  # noqa: PLR2004 # a million


def _price(prices: Prices | None, field: str) -> str | None:
    if prices is None:
        return None
    return f"{_SIGNS[prices.currency]}{getattr(prices, field):g}{'+' if prices.tiers else ''}"
