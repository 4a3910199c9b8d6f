"""A franchise: many restaurants of several groups and brands, all over the world's clocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from sandbox.toast.merchant import Merchant, Restaurant, TaxRate, merchant_of, named_guid
from sandbox.toast.places import LAGOS, NEW_YORK


@dataclass(frozen=True)
class City:
    """Where restaurants of the franchise stand; on both sides of the summer time's rules."""

    name: str
    zone: str
    country: str
    currency: str
    taxes: tuple[TaxRate, ...]
    sites: tuple[str, ...]


_CITIES = (
    City(
        "New York",
        "America/New_York",
        "US",
        "USD",
        (TaxRate("State 4%", Decimal("0.04")), TaxRate("City 4.5%", Decimal("0.045"))),
        ("Harlem", "Astoria", "Red Hook"),
    ),
    City(
        "Los Angeles",
        "America/Los_Angeles",
        "US",
        "USD",
        (TaxRate("Sales Tax 9.5%", Decimal("0.095"), rounding="HALF_EVEN"),),
        ("Echo Park", "Venice", "Koreatown"),
    ),
    City(
        "Chicago",
        "America/Chicago",
        "US",
        "USD",
        (TaxRate("Sales Tax 10.25%", Decimal("0.1025"), rounding="ALWAYS_UP"),),
        ("Pilsen", "Logan Square", "Hyde Park"),
    ),
    City(
        "London",
        "Europe/London",
        "GB",
        "GBP",
        (TaxRate("VAT 20%", Decimal("0.20")),),
        ("Peckham", "Camden", "Brixton"),
    ),
    # Without summer time.
    City(
        "Lagos",
        "Africa/Lagos",
        "NG",
        "NGN",
        (TaxRate("VAT 7.5%", Decimal("0.075")),),
        ("Victoria Island", "Ikeja", "Lekki"),
    ),
    # Where summer is in December.
    City(
        "Sydney",
        "Australia/Sydney",
        "AU",
        "AUD",
        (TaxRate("GST 10%", Decimal("0.10"), rounding="ALWAYS_DOWN"),),
        ("Newtown", "Surry Hills", "Manly"),
    ),
)
# Each brand with the group that runs it.
_BRANDS = (
    ("Palm Kitchen", "Harbour Foods"),
    ("Suya Spot", "Harbour Foods"),
    ("Golden Jollof", "Meridian Dining"),
    ("Little Lagos", "Equator Holdings"),
)
_CLOSEOUT_HOURS = 7


def franchise(count: int = 50, name: str = "Harbour Franchise") -> Merchant:
    """A merchant of that many restaurants; a larger one begins with the same.

    The group of a client with a management group's account is the first one.
    """
    restaurants = tuple(_restaurant(name, number) for number in range(count))
    first = named_guid("group", name, _BRANDS[0][1])
    return replace(merchant_of(name, restaurants), group_guid=first)


def _restaurant(name: str, number: int) -> Restaurant:
    city = _CITIES[number % len(_CITIES)]
    # Brands change with every round of the cities, so that each is in several zones.
    around = number // len(_CITIES)
    brand, group = _BRANDS[(number + around) % len(_BRANDS)]
    site, again = city.sites[around % len(city.sites)], around // len(city.sites)
    return Restaurant(
        guid=named_guid("restaurant", name, number),
        name=brand,
        location=f"{site} {again + 1}" if again else site,
        zone=city.zone,
        currency=city.currency,
        country=city.country,
        city=city.name,
        taxes=city.taxes,
        closeout_hour=number % _CLOSEOUT_HOURS,
        group_guid=named_guid("group", name, group),
        menu=LAGOS.guid if city.currency == "NGN" else NEW_YORK.guid,
    )
