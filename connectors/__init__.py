"""The only code that talks to platforms: one folder each, found by name."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.base.platform import Platform


@cache
def platforms() -> "dict[str, Platform]":
    """Every platform by name: a folder here whose package declares `PLATFORM`."""
    folders = (m.name for m in iter_modules(__path__) if m.ispkg and m.name != "base")
    found = (import_module(f"connectors.{name}").PLATFORM for name in sorted(folders))
    return {platform.name: platform for platform in found}
