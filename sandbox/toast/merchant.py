"""Who sells: a management group, its restaurants, and the credentials to read them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid5

from sandbox.toast import times

# Every guid the stand-in gives out descends from this one.
ROOT = UUID("7f1f7a52-6f0f-5a53-9b5e-2d0c9f3e4a11")


def named_guid(*path: object) -> str:
    """The same words give the same guid."""
    return str(uuid5(ROOT, "/".join(map(str, path))))


@dataclass(frozen=True)
class TaxRate:
    """A tax of a restaurant: a fraction of the price, or an amount a piece when FIXED.

    A TABLE names the prices in cents from which on it is a cent more; what an EXTERNAL one comes to
    is told with the item.
    """

    name: str
    rate: Decimal
    kind: str = "PERCENT"
    rounding: str = "HALF_UP"
    default: bool = True
    table: tuple[int, ...] = ()

    @property
    def guid(self) -> str:
        """Its identity among the taxes applied to an order."""
        return named_guid("TaxRate", self.name, self.rate)


@dataclass(frozen=True)
class Calendar:
    """The zone and the closeout hour that were in force before an instant."""

    until_ms: int
    zone: str
    closeout_hour: int


@dataclass(frozen=True)
class Restaurant:
    """One location: its zone, currency, closeout hour and taxes.

    Without a `group_guid` it belongs to the merchant's group; `menu` is the guid of the restaurant
    whose dishes it sells. `earlier` calendars come oldest first.
    """

    guid: str
    name: str
    location: str
    zone: str
    currency: str
    country: str
    city: str
    taxes: tuple[TaxRate, ...]
    closeout_hour: int = 4
    group_guid: str = ""
    menu: str = ""
    archived: bool = False
    earlier: tuple[Calendar, ...] = ()

    def business_date(self, at_ms: int) -> int:
        """The day an instant counts to, by the zone and closeout hour that were in force then."""
        now = Calendar(at_ms + 1, self.zone, self.closeout_hour)
        then = next((each for each in self.earlier if at_ms < each.until_ms), now)
        return times.yyyymmdd(times.business_day(at_ms, then.zone, then.closeout_hour))

    @property
    def default_taxes(self) -> tuple[TaxRate, ...]:
        """The rates an item pays unless it names its own."""
        return tuple(tax for tax in self.taxes if tax.default)


@dataclass
class Merchant:
    """A management group, or several, and the one API client that may read its restaurants."""

    name: str
    group_guid: str
    restaurants: tuple[Restaurant, ...]
    client_id: str
    client_secret: str
    webhook_secret: str

    def restaurant(self, guid: str) -> Restaurant | None:
        """The restaurant of that guid, if it is one of ours."""
        return next((each for each in self.restaurants if each.guid == guid), None)

    def group_of(self, restaurant: Restaurant) -> str:
        """The management group that a restaurant belongs to."""
        return restaurant.group_guid or self.group_guid

    def put(self, restaurant: Restaurant) -> None:
        """Add a restaurant, or replace the one with its guid where it stands."""
        found = {each.guid: each for each in self.restaurants}
        self.restaurants = tuple({**found, restaurant.guid: restaurant}.values())


def merchant_of(name: str, restaurants: tuple[Restaurant, ...]) -> Merchant:
    """A merchant whose credentials follow from the name, so that they outlive a restart."""
    return Merchant(
        name=name,
        group_guid=named_guid("group", name),
        restaurants=restaurants,
        client_id=f"sandbox-{named_guid('client', name)[:8]}",
        client_secret=f"sandbox-{named_guid('client secret', name)}",
        webhook_secret=f"sandbox-{named_guid('webhook secret', name)}",
    )
