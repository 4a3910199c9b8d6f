"""Who sells: a management group, its restaurants, and the credentials to read them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid5

# Every guid the stand-in gives out descends from this one.
ROOT = UUID("7f1f7a52-6f0f-5a53-9b5e-2d0c9f3e4a11")


def named_guid(*path: object) -> str:
    """The same words give the same guid."""
    return str(uuid5(ROOT, "/".join(map(str, path))))


@dataclass(frozen=True)
class TaxRate:
    """A tax of a restaurant: a fraction of the price, or cents a piece when FIXED."""

    name: str
    rate: Decimal
    kind: str = "PERCENT"
    rounding: str = "HALF_UP"
    default: bool = True

    @property
    def guid(self) -> str:
        """Its identity among the taxes applied to an order."""
        return named_guid("TaxRate", self.name, self.rate)


@dataclass(frozen=True)
class Restaurant:
    """One location: its zone, currency, closeout hour and taxes."""

    guid: str
    name: str
    location: str
    zone: str
    currency: str
    country: str
    city: str
    taxes: tuple[TaxRate, ...]
    closeout_hour: int = 4

    @property
    def default_taxes(self) -> tuple[TaxRate, ...]:
        """The rates an item pays unless it names its own."""
        return tuple(tax for tax in self.taxes if tax.default)


@dataclass(frozen=True)
class Merchant:
    """A management group and the one API client that may read its restaurants."""

    name: str
    group_guid: str
    restaurants: tuple[Restaurant, ...]
    client_id: str
    client_secret: str
    webhook_secret: str

    def restaurant(self, guid: str) -> Restaurant | None:
        """The restaurant of that guid, if it is one of ours."""
        return next((each for each in self.restaurants if each.guid == guid), None)


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
