"""The numbers by which parts of one menus body point to each other."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from sandbox.toast.menus.card import Card

# (key of the group, key of the option)
Place = tuple[str, str]


@dataclass(frozen=True)
class Numbering:
    """A referenceId for each modifier group, each modifier and the one group of pre-modifiers."""

    groups: dict[str, int]
    options: dict[Place, int]
    pre_modifiers: int

    def of_groups(self, keys: list[str]) -> list[int]:
        """The numbers of these modifier groups."""
        return [self.groups[key] for key in keys]


def number(card: Card) -> Numbering:
    """Count through the card; no two parts have the same number."""
    numbers = itertools.count(1)
    groups = {key: next(numbers) for key in card.option_groups}
    options = {
        (key, option.key): next(numbers)
        for key, group in card.option_groups.items()
        for option in group.options
    }
    return Numbering(groups, options, next(numbers))
