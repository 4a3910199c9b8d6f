"""The environment that this process hands on: to its children, and to libraries that read it."""

import os
from collections.abc import Mapping

from config.settings import PREFIX


def current() -> Mapping[str, str]:
    """The environment this process was started in."""
    return os.environ


def for_child(**settings: str) -> dict[str, str]:
    """The environment of a child: ours, with these settings, named without their prefix."""
    return {**os.environ, **{PREFIX + name: value for name, value in settings.items()}}


def suppose(name: str, value: str) -> None:
    """Set a variable unless somebody set it already."""
    os.environ.setdefault(name, value)
