"""A menu's tree as a page shows it: what its references point at."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

Part = Mapping[str, Any]


class Offer:
    """A stored tree; what it names without telling of it is left out.

    Options may lead back to where they came from, so modifiers are shown in a list of their own
    and never within each other.
    """

    def __init__(self, tree: Part) -> None:
        self.menus: Sequence[Part] = tree["menus"]
        self.modifier_groups: Sequence[Part] = tree["modifier_groups"]
        self._items = {each["external_id"]: each for each in tree["items"]}
        self._options = {each["external_id"]: each for each in tree["options"]}
        self._groups = {each["external_id"]: each for each in tree["modifier_groups"]}

    def items(self, group: Part) -> Iterator[Part]:
        """What stands in a group."""
        return _known(self._items, group["item_ids"])

    def options(self, group: Part) -> Iterator[Part]:
        """What can be chosen of a modifier group."""
        return _known({**self._items, **self._options}, group["option_ids"])

    def modifiers(self, item: Part) -> list[str]:
        """The names of the groups that an item or option may be modified by."""
        return [each["name"] for each in _known(self._groups, item["modifier_group_ids"])]

    @staticmethod
    def price(item: Part) -> Decimal | None:
        """What it costs; None where that depends."""
        return None if item["price"] is None else Decimal(item["price"])

    def count(self, group: Part) -> int:
        """How many things stand in a group and the groups within it."""
        return len(list(self.items(group))) + sum(map(self.count, group["groups"]))


def _known(parts: Mapping[str, Part], ids: Sequence[str]) -> Iterator[Part]:
    return (parts[each] for each in ids if each in parts)
