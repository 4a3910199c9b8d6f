"""The stand-in of the Toast POS platform."""

from __future__ import annotations

from sandbox.toast.app import create_app
from sandbox.toast.serving import Served, serve

__all__ = ["Served", "create_app", "serve"]
