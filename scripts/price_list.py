"""The price list, written from the data of two public packages.

    scripts/prices [--genai-prices 0.2.3] [--litellm 1.109.1] [--as-of 2026-11-22] [--wheels FOLDER]

genai-prices follows the vendors' own pages and knows when a price began; litellm's table has vendors that it
lacks, and days of the week. Each vendor has the one that is preferred; where the other says something else,
the list says so. Neither is installed: their wheels are downloaded and read. The same versions and the same
day make the same list. A model whose entry states its own prices is passed over, and what neither package
knows has no price.
"""

import argparse
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from harness.registry.entry import MODELS, PRICES, Entry, PriceList, read_entries
from harness.registry.rates import Prices, Rates
from scenarios.validation import read_record
from scenarios.yaml_file import read_yaml
from scripts.price_sources import FIELDS, Package, Source, Vendor, download, read_sources

_HEAD = "# Written by scripts/prices; what is written by hand is lost. Prices of a million tokens.\n"

VENDORS: Mapping[str, Vendor] = {
    "openai": Vendor(
        genai="openai",
        litellm="",
        regions={
            "eu": "regional_processing_uplift_multiplier_eu",
            "us": "regional_processing_uplift_multiplier_us",
        },
    ),
    "anthropic": Vendor(genai="anthropic", litellm=""),
    "google": Vendor(genai="google", litellm="gemini/"),
    "mistral": Vendor(genai="mistral", litellm="mistral/"),
    "xai": Vendor(genai="x-ai", litellm="xai/"),
    # Weekends are off-peak, which genai-prices cannot say.
    "deepseek": Vendor(genai="deepseek", litellm="deepseek/", prefers="litellm"),
    # alibabacloud.com/help/en/model-studio/context-cache: implicit hits cost 20 % of the input. Price
    # pages have one price for chain of thought and response together where a request thinks.
    "dashscope": Vendor(
        genai=None,
        litellm="dashscope/",
        prefers="litellm",
        hit=Decimal("0.2"),
        thought_covers="output",
        regions={"mainland": None, "us": None, "hongkong": None},
    ),
}
NAMES: Mapping[str, str] = {"qwen-plus": "qwen-plus-latest"}
"""What a model is called in the packages, where it is neither the id that is sent nor its name."""
PREFERRED: Mapping[str, Package] = {"magistral-medium": "litellm", "magistral-small": "litellm"}
"""Other than the vendor's: genai-prices has what these names meant before newer models answered to them."""
_MOMENTS = (datetime(2026, 1, 5, 2, 30, tzinfo=UTC), datetime(2026, 1, 5, 12, 0, tzinfo=UTC))
"""Monday, in and out of Chinese office hours; both lists are compared then."""
_PROMPTS = (1_000, 150_000, 300_000)


def make_list(models: Mapping[str, Entry], sources: Mapping[Package, Source], as_of: date) -> PriceList:
    """The prices of all models that a vendor serves and that state none of their own."""
    found = {
        name: prices
        for name, entry in models.items()
        if entry.provider in VENDORS and entry.prices is None
        if (prices := _settled(name, entry, sources, as_of)) is not None
    }
    regional = {name: dict(_regional(name, models[name], prices, sources)) for name, prices in found.items()}
    return PriceList(
        as_of=as_of, prices=found, regional={name: others for name, others in regional.items() if others}
    )


def _regional(
    name: str, entry: Entry, prices: Prices, sources: Mapping[Package, Source]
) -> Iterator[tuple[str, Prices | None]]:
    """The regions in which a model costs something else."""
    vendor = VENDORS[entry.provider or ""]
    for region, field in vendor.regions.items():
        if field is None:
            yield region, None
            continue
        for source in sources.values():
            if (times := source.told(NAMES.get(name, entry.model or name), vendor, field)) is not None:
                yield region, _times(prices, times, f"{times:g} times that, by {source.title}")


def _times(prices: Prices, times: float, why: str) -> Prices:
    """Prices so many times as high."""
    return prices.model_copy(
        update={
            **_dearer(prices, times),
            "tiers": tuple(one.model_copy(update=_dearer(one, times)) for one in prices.tiers),
            "hours": tuple(one.model_copy(update=_dearer(one, times)) for one in prices.hours),
            "later": tuple(one.model_copy(update=_dearer(one, times)) for one in prices.later),
            "source": f"{prices.source}; {why}",
            "disputed": (),
        }
    )


def _dearer(rates: Rates, times: float) -> dict[str, float | None]:
    told = {name: getattr(rates, name) for name in (*FIELDS, "thought")}
    return {
        name: None if price is None else _share(price, Decimal(str(times))) for name, price in told.items()
    }


def _settled(name: str, entry: Entry, sources: Mapping[Package, Source], as_of: date) -> Prices | None:
    """What the preferred package says, or the other one, with what they differ in."""
    vendor = VENDORS[entry.provider or ""]
    prefers = PREFERRED.get(name, vendor.prefers)
    told = []
    for package in sorted(sources, key=lambda package: package != prefers):
        for asked in dict.fromkeys((NAMES.get(name, entry.model or name), name)):
            if (prices := sources[package].prices(asked, vendor, as_of)) is not None:
                told.append((sources[package].title, _fitted(prices, entry, vendor)))
                break
    if not told:
        return None
    (_, first), *others = told
    disputed = [said for title, other in others for said in _differences(first, other, title, entry)]
    return first.model_copy(update={"disputed": tuple(disputed)})


def _fitted(prices: Prices, entry: Entry, vendor: Vendor) -> Prices:
    """Without tiers that no prompt reaches, and with the vendor's rule for hits where no price is named."""
    window = entry.most_input or entry.context
    tiers = tuple(tier for tier in prices.tiers if window is None or tier.above < window)
    fitted = prices.model_copy(update={"tiers": tiers})
    if vendor.hit is None or entry.cache.kind == "none" or fitted.cached is not None:
        return fitted
    percent = f"{vendor.hit:.0%}"
    return fitted.model_copy(
        update={
            "cached": _share(prices.input, vendor.hit),
            "tiers": tuple(
                tier.model_copy(update={"cached": _share(tier.input, vendor.hit)}) for tier in tiers
            ),
            "source": f"{prices.source}; a hit by the vendor's rule of {percent}",
        }
    )


def _share(price: float, share: Decimal) -> float:
    return float(Decimal(str(price)) * share)


def _differences(ours: Prices, theirs: Prices, title: str, entry: Entry) -> Iterator[str]:
    """What another list says otherwise: one line a case, each kind of token once."""
    said: set[str] = set()
    for prompt, at in product(_PROMPTS, _MOMENTS):
        if prompt > (entry.most_input or entry.context or prompt):
            continue
        mine, other = ours.rates(prompt, at), theirs.rates(prompt, at)
        differ = [name for name in FIELDS if name not in said and getattr(mine, name) != getattr(other, name)]
        said.update(differ)
        if differ:
            prices = ", ".join(f"{name} {_word(getattr(other, name))}" for name in differ)
            yield f"{title}: {prices} ({prompt:,} tokens of prompt, Monday {at:%H:%M} UTC)"


def _word(price: float | None) -> str:
    return "without a price" if price is None else f"{price:g}"


def changes(before: PriceList, after: PriceList) -> Iterator[str]:
    """One line for each price that is new, gone or another."""
    for name in sorted(before.prices.keys() | after.prices.keys()):
        old, new = before.prices.get(name), after.prices.get(name)
        if old is None or new is None:
            yield f"{name}: {'new' if old is None else 'gone'}"
            continue
        told = (old.model_dump(mode="json"), new.model_dump(mode="json"))
        for field in Prices.model_fields:
            was, now = (one[field] for one in told)
            if was != now and field != "as_of":
                yield f"{name}: {field} {json.dumps(was)} -> {json.dumps(now)}"


class _Line(dict[str, Any]):
    """A mapping that is written on one line."""


class _Dumper(yaml.SafeDumper):
    """PyYAML's, with `_Line`, and with every value written out."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 # PyYAML's own signature
        return True


_Dumper.add_representer(
    _Line, lambda dumper, line: dumper.represent_mapping("tag:yaml.org,2002:map", line, flow_style=True)
)


def as_yaml(prices: PriceList) -> str:
    told = {name: _tidy(one.model_dump(exclude_defaults=True)) for name, one in prices.prices.items()}
    regional = {
        name: {region: one and _tidy(one.model_dump(exclude_defaults=True)) for region, one in others.items()}
        for name, others in prices.regional.items()
    }
    listed = {"as_of": prices.as_of, "prices": told, "regional": regional}
    return _HEAD + yaml.dump(listed, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=160)


def _tidy(value: Any) -> Any:
    """Whole prices without a fraction, times without seconds, and what stands in a list on a line each."""
    match value:
        case dict():
            return {name: _tidy(one) for name, one in value.items()}
        case list() | tuple():
            return [_Line(_tidy(one)) if isinstance(one, dict) else _tidy(one) for one in value]
        case time():
            return f"{value:%H:%M}"
        case float() if value.is_integer():
            return int(value)
    return value


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the price list anew.")
    parser.add_argument("--genai-prices", metavar="VERSION", help="the newest, if not said")
    parser.add_argument("--litellm", metavar="VERSION", help="the newest, if not said")
    parser.add_argument("--as-of", type=date.fromisoformat, default=datetime.now(UTC).date())
    parser.add_argument("--wheels", type=Path, help="a folder that has both wheels; nothing is downloaded")
    told = parser.parse_args()
    with TemporaryDirectory(prefix="prices-") as scratch:
        wheels = told.wheels or Path(scratch)
        if told.wheels is None:
            download(wheels, {"genai-prices": told.genai_prices, "litellm": told.litellm})
        sources = read_sources(wheels)
        models = read_entries(MODELS)
        after = make_list(models, sources, told.as_of)
    before = read_record(PriceList, read_yaml(PRICES))
    PRICES.write_text(as_yaml(after), encoding="utf-8")
    for line in changes(before, after):
        print(line)
    hosted = [name for name, entry in models.items() if entry.provider and not entry.prices]
    unknown = ", ".join(name for name in hosted if name not in after.prices)
    print(f"{len(after.prices)} prices as of {after.as_of}; without one: {unknown or 'none'}")


if __name__ == "__main__":
    main()
