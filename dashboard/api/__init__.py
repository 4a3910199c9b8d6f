"""The JSON API under `/api/v1/`, described at `/api/v1/openapi.json`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def register(app: "Flask") -> None:
    """Put the API on `app`."""
    # Imported here, so that the command line can use the schemas without loading Flask.
    from dashboard.api import door

    door.register(app)
