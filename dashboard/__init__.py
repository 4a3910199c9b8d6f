"""Doors for people: pages, JSON API, sign-in, health and metrics."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def register(app: "Flask") -> None:
    """Put everything of this room on `app`; what other rooms put there keeps its own rules."""
    # Imported here, so that the command line can use the API's schemas without loading Flask.
    from dashboard import door

    door.open_on(app)
