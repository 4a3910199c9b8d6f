"""Where the demo merchant sells: one management group with two restaurants."""

from __future__ import annotations

from decimal import Decimal

from sandbox.toast.merchant import Merchant, Restaurant, TaxRate, merchant_of, named_guid

LAGOS = Restaurant(
    guid=named_guid("restaurant", "Palm Kitchen Lagos"),
    name="Palm Kitchen Lagos",
    location="Victoria Island",
    zone="Africa/Lagos",
    currency="NGN",
    country="NG",
    city="Lagos",
    taxes=(TaxRate("VAT 7.5%", Decimal("0.075")),),
)
NEW_YORK = Restaurant(
    guid=named_guid("restaurant", "Palm Kitchen New York"),
    name="Palm Kitchen New York",
    location="Harlem",
    zone="America/New_York",
    currency="USD",
    country="US",
    city="New York",
    # Three rates on one sale: their decimals, and their rounding, show.
    taxes=(
        TaxRate("State 4%", Decimal("0.04")),
        TaxRate("City 4.5%", Decimal("0.045")),
        TaxRate("MCTD 0.375%", Decimal("0.00375")),
        TaxRate("Bottle deposit", Decimal("0.05"), kind="FIXED", default=False),
    ),
)


def demo_merchant() -> Merchant:
    """One management group with two restaurants."""
    return merchant_of("Palm Kitchen Group", (LAGOS, NEW_YORK))
