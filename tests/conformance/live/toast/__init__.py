"""Toast's stand."""

from tests.conformance.live.toast.stand import opened

__all__ = ["TOLD", "opened"]

# There is no webhook of configuration, nor of cash.
TOLD = ("orders", "menus", "stock", "availability")
