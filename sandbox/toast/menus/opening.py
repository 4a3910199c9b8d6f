"""The card a restaurant opens with: its dishes, and one of everything that a menu may hold."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.toast import money
from sandbox.toast.menu import Dish
from sandbox.toast.menus.card import Card, Group, Item, Menu, Option, OptionGroup

# What orders call the group of every modifier.
EXTRAS = "Extras"


def opening_card(dishes: Iterable[Dish]) -> Card:
    """The dishes by group, then specials in each way of pricing, on a menu of their own."""
    sold = list(dishes)
    usual = sold[0].price_cents if sold else 1_000
    groups: dict[str, Group] = {}
    for dish in sold:
        group = groups.setdefault(dish.group, Group(key=dish.group, name=dish.group, items=[]))
        group.items.append(_item(dish))
    all_day = Menu(key="All Day", name="All Day", groups=list(groups.values()))
    specials = Menu(key="Specials", name="Specials", groups=[_specials(usual)])
    return Card(menus=[all_day, specials], option_groups=_option_groups(sold, usual))


def _item(dish: Dish) -> Item:
    return Item(
        key=dish.name,
        name=dish.name,
        price_cents=dish.price_cents,
        inclusion="TAX_INCLUDED" if dish.tax_included else "TAX_NOT_INCLUDED",
        taxes=dish.taxes,
        option_groups=[EXTRAS] if dish.extras else [],
    )


def _specials(usual: int) -> Group:
    """Groups within a group; none of it is ever rung up by the till itself."""
    tray = _special("Party Tray", None, strategy="SIZE_PRICE", size_group="Tray size")
    tray.option_groups = ["Tray size", EXTRAS]
    plates = [
        _special("Lunch Plate", usual, strategy="MENU_SPECIFIC_PRICE", tags=("Lunch",)),
        _special("Sharing Board", usual * 2, portions=("1st Half", "2nd Half")),
        _special("Catch of the Day", None, strategy="OPEN_PRICE", tags=("Fish",)),
    ]
    hour = _special("Happy Hour Plate", usual, strategy="TIME_SPECIFIC_PRICE")
    hour.happy_hour_cents = money.share(usual, 75)
    card = _special("Gift Card", None, strategy="OPEN_PRICE", deferred=True, taxes=())
    trays = Group(key="Trays", name="Trays", items=[tray])
    shelf = Group(key="Gifts", name="Gifts", items=[card])
    plates[1].inclusion = "SMART_TAX"
    below = Group(key="Plates", name="Plates", items=[*plates, hour], groups=[trays])
    return Group(key="House Specials", name="House Specials", groups=[below, shelf])


def _special(name: str, cents: int | None, **more: object) -> Item:
    number = sum(map(ord, name)) % 10_000
    return Item(key=name, name=name, price_cents=cents, plu=f"{number:04d}", **more)  # type: ignore[arg-type]


def _option_groups(sold: list[Dish], usual: int) -> dict[str, OptionGroup]:
    """Extras of all dishes, sizes, and two groups that lead to each other without end."""
    prices = {name: cents for dish in sold for name, cents in dish.extras}
    extras = [Option(key=name, name=name, price_cents=cents) for name, cents in prices.items()]
    if extras:
        extras[0].option_groups = ["Preparation"]
    prepared = [
        Option(key="As it comes", name="As it comes", price_cents=0, is_default=True),
        Option(key="And another", name="And another", price_cents=0, option_groups=[EXTRAS]),
    ]
    sizes = [
        Option(key="Small", name="Small", price_cents=usual * 4),
        Option(key="Large", name="Large", price_cents=usual * 7),
    ]
    groups = (
        OptionGroup(key=EXTRAS, name=EXTRAS, options=extras, pre_modifiers=True),
        OptionGroup(key="Preparation", name="Preparation", options=prepared, most=1),
        OptionGroup(
            key="Tray size", name="Size", options=sizes, least=1, most=1, required="REQUIRED"
        ),
    )
    return {group.key: group for group in groups}
