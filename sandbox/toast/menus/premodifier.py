"""Words put before a modifier, such as NO and EXTRA. Source: menus API 2.4.1, PreModifier."""

from __future__ import annotations

from sandbox.toast.body.reference import Json, configured
from sandbox.toast.merchant import Restaurant

GROUP = "Usual words"
# By name: what the modifier's price is multiplied by, or None when the price stays.
WORDS: dict[str, float | None] = {"NO": 0.0, "EXTRA": 1.5, "ON THE SIDE": None}


def pre_modifier_group(restaurant: Restaurant) -> Json:
    """The one group of them."""
    reference = configured(restaurant, "PreModifierGroup", GROUP)
    return {
        "name": GROUP,
        "guid": reference["guid"],
        "multiLocationId": reference["multiLocationId"],
        "preModifiers": [_word(name, factor, restaurant) for name, factor in WORDS.items()],
    }


def _word(name: str, factor: float | None, restaurant: Restaurant) -> Json:
    reference = configured(restaurant, "PreModifier", name)
    return {
        "name": name,
        "guid": reference["guid"],
        "multiLocationId": reference["multiLocationId"],
        # Never both: a factor leaves no fixed price, and without either the fixed price is 0.
        "fixedPrice": 0 if factor is None else None,
        "multiplicationFactor": factor,
        "displayMode": "SUFFIX" if name == "ON THE SIDE" else "PREFIX",
        "posName": "",
        "posButtonColorLight": "#f7f7f7",
        "posButtonColorDark": "#1a1c23",
        "chargeAsExtra": None,
        "plu": "",
    }
