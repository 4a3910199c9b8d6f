"""What an account at Toast may be granted to read, and what stays empty without it.

Source: Toast developer guide, "API scopes",
    https://doc.toasttab.com/doc/devguide/apiScopes.html, read 2026-12-01.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Grant:
    """One scope: the start of the paths it opens, what they hold, what is missing without it.

    One that is `needed` is needed for orders at all.
    """

    scope: str
    path: str
    what: str
    without: str
    needed: bool = False


GRANTS = (
    Grant("orders:read", "/orders/", "the restaurant's orders", "no order is read", needed=True),
    Grant(
        "restaurants:read",
        "/restaurants/",
        "the restaurant's description",
        "no restaurant is known, so nothing is read",
        needed=True,
    ),
    Grant("guest.pi:read", "", "guests", "orders come without their guests"),
    Grant(
        "menus:read",
        "/menus/",
        "the restaurant's menu",
        "menus stay empty, and so do the categories of what was sold",
    ),
    Grant(
        "stock:read",
        "/stock/",
        "the restaurant's stock",
        "what is sold out or runs low isn't shown",
    ),
    Grant(
        "config:read",
        "/config/",
        "the restaurant's configuration",
        "dining options, revenue centers, void reasons and other tenders have no names",
    ),
    Grant(
        "cashmgmt:read",
        "/cashmgmt/",
        "the restaurant's cash entries and deposits",
        "cash can't be reconciled",
    ),
    Grant(
        "restaurants:read",
        "/restaurant-availability/",
        "whether the restaurant takes orders online",
        "whether a restaurant takes orders online isn't shown",
    ),
)


def grant_of(path: str) -> Grant | None:
    """The grant that a call's path needs, as far as that is known."""
    return next((each for each in GRANTS if each.path and path.startswith(each.path)), None)
