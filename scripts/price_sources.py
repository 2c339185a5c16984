"""What two public packages say of prices, in our form.

genai-prices has conditions (from a day on, at some hours) beside plain prices; litellm's table has prices of
one token, tiers in two ways of writing, and off-peak hours with their weekdays.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, time
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, Protocol
from zipfile import ZipFile

from harness.registry.rates import Hours, Later, Prices, Tier

Package = Literal["genai-prices", "litellm"]
_TABLE = "litellm/model_prices_and_context_window_backup.json"
_MILLION = 1_000_000


FIELDS = {
    "input": ("input_mtok", "input_cost_per_token"),
    "cached": ("cache_read_mtok", "cache_read_input_token_cost"),
    "write": ("cache_write_mtok", "cache_creation_input_token_cost"),
    "output": ("output_mtok", "output_cost_per_token"),
}
"""Ours, genai-prices', litellm's."""


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """Where the packages keep the models of a row of providers.yaml."""

    genai: str | None
    """Its id in genai-prices; None: it is not there."""
    litellm: str
    """What its names begin with in litellm's table."""
    prefers: Package = "genai-prices"
    hit: Decimal | None = None
    """Of the price of input, where a cache is known and the package names no price of a hit."""
    thought_covers: Literal["reasoning", "output"] = "reasoning"
    regions: Mapping[str, str | None] = field(default_factory=dict)
    """By the regions of providers.yaml with other prices: litellm's field that says how many times as much;
    None: nobody says."""


class Strange(Exception):
    """Data in a form that this script does not know; the message says whose and what."""


class Source(Protocol):
    """A package's prices."""

    @property
    def title(self) -> str: ...

    def prices(self, name: str, vendor: Vendor, as_of: date) -> Prices | None:
        """What a model costs; None where the package does not have it. Raises `Strange`."""

    def told(self, name: str, vendor: Vendor, field: str) -> float | None:
        """A number beside the prices; None where the package does not have it."""


@dataclass(frozen=True, kw_only=True)
class Litellm:
    title: str
    table: Mapping[str, Any]

    def prices(self, name: str, vendor: Vendor, as_of: date) -> Prices | None:
        row = self.table.get(vendor.litellm + name)
        if row is None or not ("input_cost_per_token" in row or "tiered_pricing" in row):
            return None
        base, tiers = _steps(row)
        return _whole(
            base,
            vendor,
            tiers=tuple(Tier(above=above, **_rates(step, vendor)) for above, step in sorted(tiers.items())),
            hours=tuple(_off_peak(row.get("off_peak_pricing"), vendor)),
            as_of=as_of,
            source=f"{self.title}, after {_plain(row['source'])}" if "source" in row else self.title,
        )

    def told(self, name: str, vendor: Vendor, field: str) -> float | None:
        number = self.table.get(vendor.litellm + name, {}).get(field)
        return None if number is None else float(number)


@dataclass(frozen=True, kw_only=True)
class GenaiPrices:
    title: str
    providers: Mapping[str, Any]

    def prices(self, name: str, vendor: Vendor, as_of: date) -> Prices | None:
        provider: Any = self.providers.get(vendor.genai or "")
        model: Any = provider and provider.find_model(name)
        if not model or not model.prices:
            return None
        listed = model.prices if isinstance(model.prices, list) else [_Always(model.prices)]
        dated = [one for one in listed if not hasattr(one.constraint, "start_time")]
        now = [one for one in dated if _start(one) <= as_of]
        base, tiers = _tiered(now[-1].prices)
        return _whole(
            base,
            vendor,
            tiers=tuple(Tier(above=above, **_rates(step, vendor)) for above, step in sorted(tiers.items())),
            hours=tuple(self._hours(listed, vendor)),
            later=tuple(self._later(one, vendor, name) for one in dated if _start(one) > as_of),
            as_of=as_of,
            source=f"{self.title}, after {_plain(provider.pricing_urls[0])}",
        )

    def told(self, name: str, vendor: Vendor, field: str) -> float | None:  # noqa: ARG002 # it has none
        return None

    def _hours(self, listed: Iterable[Any], vendor: Vendor) -> Iterator[Hours]:
        for one in listed:
            if hasattr(one.constraint, "start_time"):
                base, _ = _tiered(one.prices)
                start, end = (_utc(one.constraint.start_time), _utc(one.constraint.end_time))
                yield Hours(start=start, end=end, **_rates(base, vendor))

    def _later(self, one: Any, vendor: Vendor, name: str) -> Later:
        base, tiers = _tiered(one.prices)
        if tiers:
            raise Strange(f"{self.title}: {name} will have tiers from {_start(one)} on")
        return Later(start=_start(one), **_rates(base, vendor))


@dataclass(frozen=True)
class _Always:
    """Prices without a condition, in the form of those with one."""

    prices: Any
    constraint: None = None


def _start(one: Any) -> date:
    start: date = one.constraint.start_date if one.constraint is not None else date.min
    return start


def _utc(moment: time) -> time:
    if moment.tzinfo is not None and moment.tzinfo != UTC:
        raise Strange(f"genai-prices: hours in {moment.tzinfo}, where UTC is expected")
    return moment.replace(tzinfo=None)


Step = dict[str, Decimal]
"""By our names of the fields, of a million tokens."""


def _tiered(prices: Any) -> tuple[Step, dict[int, Step]]:
    """What genai-prices says: the base, and by the prompt above which they count the tiers."""
    told = {ours: getattr(prices, theirs) for ours, (theirs, _) in FIELDS.items()}
    base = {ours: getattr(value, "base", value) for ours, value in told.items() if value is not None}
    tiers: dict[int, Step] = {}
    for ours, value in told.items():
        for tier in getattr(value, "tiers", ()):
            tiers.setdefault(tier.start, dict(base))[ours] = tier.price
    return base, tiers


def _steps(row: Mapping[str, Any]) -> tuple[Step, dict[int, Step]]:
    """The same of litellm's, in both of its ways to write tiers."""
    if "tiered_pricing" in row:
        first, *others = row["tiered_pricing"]
        return _step(first), {int(one["range"][0]): _step(one) for one in others}
    base = _step(row)
    tiers: dict[int, Step] = {}
    for ours, (_, theirs) in FIELDS.items():
        for key, value in row.items():
            if above := re.fullmatch(rf"{theirs}_above_(\d+)k_tokens", key):
                tiers.setdefault(int(above[1]) * 1000, dict(base))[ours] = _of_a_million(value)
    return base, tiers


def _step(row: Mapping[str, Any]) -> Step:
    step = {ours: _of_a_million(row[theirs]) for ours, (_, theirs) in FIELDS.items() if row.get(theirs)}
    if "output_cost_per_reasoning_token" in row:
        step["thought"] = _of_a_million(row["output_cost_per_reasoning_token"])
    return step


def _of_a_million(of_one: float) -> Decimal:
    return Decimal(str(of_one)) * _MILLION


def _off_peak(told: Mapping[str, Any] | None, vendor: Vendor) -> Iterator[Hours]:
    for window in told["windows"] if told else ():
        spans = window["hours_utc"] if isinstance(window["hours_utc"], list) else [window["hours_utc"]]
        for start, end in (span.split("-") for span in spans):
            rates = _rates(_step(told or {}), vendor)
            yield Hours(start=start, end=end, days=tuple(window.get("weekdays", ())), **rates)


def _rates(step: Step, vendor: Vendor) -> dict[str, Any]:
    """The fields of `Rates`, leaving out what says nothing."""
    told: dict[str, Any] = {name: float(price) for name, price in step.items()}
    if told.get("thought") == told.get("output"):
        told.pop("thought", None)
    elif "thought" in told and vendor.thought_covers != "reasoning":
        told["thought_covers"] = vendor.thought_covers
    return told


def _whole(base: Step, vendor: Vendor, **others: Any) -> Prices:
    return Prices(**_rates(base, vendor), **others, known="reported")


def _plain(url: str) -> str:
    return url.removeprefix("https://").removeprefix("www.")


def read_sources(wheels: Path) -> dict[Package, Source]:
    """What the two wheels in a folder say. Raises `Strange` when one is missing."""
    litellm, genai = (_wheel(wheels, package) for package in ("litellm", "genai_prices"))
    with ZipFile(litellm) as archive:
        table: Mapping[str, Any] = json.loads(archive.read(_TABLE))
    sys.path.insert(0, str(genai))  # a wheel of pure Python is imported where it lies
    providers = {one.id: one for one in import_module("genai_prices.data").providers}
    return {
        "genai-prices": GenaiPrices(title=f"genai-prices {_version(genai)}", providers=providers),
        "litellm": Litellm(title=f"litellm {_version(litellm)}", table=table),
    }


def _wheel(folder: Path, package: str) -> Path:
    found = sorted(folder.glob(f"{package}-*.whl"))
    if len(found) != 1:
        raise Strange(f"{folder} has {len(found)} wheels of {package}, where one is expected")
    return found[0]


def _version(wheel: Path) -> str:
    return wheel.name.split("-")[1]


def download(folder: Path, versions: Mapping[str, str | None]) -> None:
    wanted = [name if version is None else f"{name}=={version}" for name, version in versions.items()]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    subprocess.run([*pip, *wanted], check=True, timeout=600)  # noqa: S603 # our own arguments, no shell
