"""What the demo merchant sells."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.toast.merchant import Restaurant
from sandbox.toast.order import Line
from sandbox.toast.places import LAGOS, NEW_YORK


@dataclass(frozen=True)
class Dish:
    """One item of a menu, with the modifiers a guest may add to it."""

    name: str
    price_cents: int
    group: str
    extras: tuple[tuple[str, int], ...] = ()
    tax_included: bool = False
    taxes: tuple[str, ...] | None = None

    def line(self, quantity: int | float = 1, extras: int = 0) -> Line:
        """The dish rung up with its first so many extras."""
        return Line(
            name=self.name,
            price_cents=self.price_cents,
            quantity=quantity,
            group=self.group,
            tax_included=self.tax_included,
            taxes=None if self.taxes is None else list(self.taxes),
            modifiers=[
                Line(name=name, price_cents=cents, group="Extras")
                for name, cents in self.extras[:extras]
            ],
        )


MENUS: dict[str, tuple[Dish, ...]] = {
    LAGOS.guid: (
        Dish("Jollof Rice", 450_000, "Rice", (("Extra Plantain", 80_000), ("Moi Moi", 120_000))),
        Dish("Ofada Rice and Ayamase", 620_050, "Rice", (("Boiled Egg", 40_000),)),
        Dish("Egusi Soup", 580_000, "Soups", (("Pounded Yam", 150_000), ("Goat Meat", 250_000))),
        Dish("Pepper Soup", 495_025, "Soups"),
        Dish("Suya Platter", 799_999, "Grill", (("Extra Yaji", 15_000), ("Onions", 0))),
        Dish("Grilled Croaker", 1_250_000, "Grill", (("Yam Chips", 180_000),)),
        Dish("Puff Puff", 120_000, "Small Chops"),
        Dish("Chapman", 210_000, "Drinks"),
        Dish("Bottled Water", 60_000, "Drinks", tax_included=True),
    ),
    NEW_YORK.guid: (
        Dish("Jollof Rice Bowl", 1_450, "Bowls", (("Plantain", 350), ("Extra Stew", 225))),
        Dish("Suya Burger", 1_200, "Grill", (("Onion Rings", 200), ("Caramelized Onion", 50))),
        Dish("Egusi Stew", 1_795, "Bowls", (("Fufu", 400),)),
        Dish("Whole Grilled Fish", 2_999, "Grill", (("Yam Fries", 575),)),
        Dish("Pepper Shrimp", 999, "Starters"),
        Dish("Puff Puff", 625, "Starters"),
        Dish("Hibiscus Cooler", 480, "Drinks"),
        Dish("Malt", 450, "Drinks", taxes=("State 4%", "City 4.5%", "Bottle deposit")),
        Dish("Gift Shop Candy", 700, "Shelf", tax_included=True),
    ),
}


def dishes(restaurant: Restaurant) -> tuple[Dish, ...]:
    """The menu of a location; one without a menu borrows the first."""
    return MENUS.get(restaurant.menu or restaurant.guid) or MENUS[LAGOS.guid]
