"""Puts the pages, the API and the probes on one Flask application."""

from datetime import timedelta

from flask import Flask
from jinja2 import StrictUndefined

from config import clock, keys
from config.settings import settings
from dashboard import access, api, assets, csrf, errors, health, live, pages, sign_in, wording
from dashboard.ident import Ident

COOKIE = "taxpoynt"


def open_on(app: Flask) -> None:
    """Register blueprints, filters, session settings and error pages."""
    _sessions(app)
    _templates(app)
    app.url_map.converters["ident"] = Ident
    errors.register(app)
    for blueprint in (assets.blueprint, health.blueprint, sign_in.blueprint, live.blueprint):
        app.register_blueprint(blueprint)
    pages.register(app)
    api.register(app)


def _sessions(app: Flask) -> None:
    found = settings()
    # Sessions made under an older key stay good, as everything sealed with it does.
    first, *older = (keys.derived([key], "session") for key in found.secret_keys)
    app.config.update(
        SECRET_KEY=first,
        SECRET_KEY_FALLBACKS=older,
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=(found.public_url or "").startswith("https:"),
        # `access` renews it when a person does something; a live stream doesn't.
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=access.IDLE + timedelta(minutes=10),
    )


def _templates(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    # A misspelt name in a template is an error, not an empty cell.
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters.update(wording.FILTERS)
    app.jinja_env.globals.update(
        asset=assets.address,
        csrf_token=csrf.token,
        now=clock.now,
        platform_title=wording.platform_title,
    )
