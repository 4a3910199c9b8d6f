"""Doors for platforms: verify, store, signal, answer. Nothing else."""

from flask import Flask

from webhooks.receive import door


def register(app: Flask) -> None:
    """Open the doors on an application."""
    app.register_blueprint(door)
