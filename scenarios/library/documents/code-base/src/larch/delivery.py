"""The van: what it costs to have a tool brought and fetched.

A delivery is two journeys, there and back again when the hire is over, and the price is for both. Distances are
measured by road from the yard, never from the counter, and are typed in by the person who takes the order, who looks
them up on the map that hangs beside the till.

Heavy tools travel on the trailer, which is slower, needs two people, and may not be driven over the swing bridge.
"""

from dataclasses import dataclass

from larch.errors import TooFar
from larch.models import Tool

DELIVERY_BASE_CENTS = 1800
"""What a delivery costs before the first kilometre: loading, unloading, and the form."""

TRAILER_KG = 180
"""From this weight a tool goes on the trailer."""

TRAILER_FACTOR = 2
"""The trailer costs this many times what the van costs for the same road, the base left out."""

FURTHEST_KM = 65
"""Beyond this a driver would not be back before we close."""


@dataclass(frozen=True, kw_only=True)
class Band:
    """A stretch of road with one price for each of its kilometres."""

    up_to_km: int
    cents_per_km: int


BANDS = (
    Band(up_to_km=5, cents_per_km=0),
    Band(up_to_km=20, cents_per_km=95),
    Band(up_to_km=40, cents_per_km=130),
    Band(up_to_km=FURTHEST_KM, cents_per_km=170),
)
"""From the nearest outward. A kilometre is charged at the price of the band it lies in, as with income tax."""


def road_cents(km: int) -> int:
    """The price of the road alone. Raises `TooFar` for places we do not go to."""
    if km > FURTHEST_KM:
        raise TooFar(f"{km} km is further than we deliver; the limit is {FURTHEST_KM} km")
    cents, start = 0, 0
    for band in BANDS:
        within = min(km, band.up_to_km) - start
        if within <= 0:
            break
        cents += within * band.cents_per_km
        start = band.up_to_km
    return cents


def on_trailer(tool: Tool) -> bool:
    """Whether the van's own bed is not enough."""
    return tool.weight_kg >= TRAILER_KG


def delivery_cents(km: int, tool: Tool) -> int:
    """The whole price of bringing a tool and fetching it again."""
    road = road_cents(km)
    return DELIVERY_BASE_CENTS + (road * TRAILER_FACTOR if on_trailer(tool) else road)


def bridge_allowed(tool: Tool) -> bool:
    """Whether the short way over the swing bridge is open to this load."""
    return not on_trailer(tool)


def describe(km: int, tool: Tool) -> str:
    """A delivery in words, for the order form."""
    vehicle = "trailer, two people" if on_trailer(tool) else "van"
    way = "over the bridge" if bridge_allowed(tool) else "round by the ring road"
    return f"{km} km from the yard by {vehicle}, {way}"
