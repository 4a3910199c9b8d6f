"""The WSGI app: the API, the control address, and what every answer carries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from sandbox.base.breakage import Breakage
from sandbox.toast.api import (
    authentication,
    availability,
    cash,
    configuration,
    menus,
    orders,
    partners,
    payments,
    restaurants,
    stock,
)
from sandbox.toast.control import availability as control_availability
from sandbox.toast.control import cash as control_cash
from sandbox.toast.control import conditions, locations, sending, state, webhooks
from sandbox.toast.control import configuration as control_configuration
from sandbox.toast.control import menus as control_menus
from sandbox.toast.control import orders as control_orders
from sandbox.toast.control import stock as control_stock
from sandbox.toast.errors import ApiError, error_message, fault_body, small_message
from sandbox.toast.opening import Options, open_platform
from sandbox.toast.platform import Platform

_API = (authentication, orders, payments, restaurants, partners)
_API_BESIDE_ORDERS = (menus, configuration, stock, cash, availability)
_CONTROL = (state, conditions, locations, webhooks, sending, control_orders)
_CONTROL_BESIDE_ORDERS = (
    control_menus,
    control_configuration,
    control_stock,
    control_cash,
    control_availability,
)
# The one API whose errors are smaller.
_CASH = "/cashmgmt/"


def create_app(**options: Any) -> Flask:
    """The stand-in as a WSGI app; `options` are the fields of `opening.Options`.

    Raises:
        ValueError: the seed isn't an order CSV.
    """
    for folder in ("seed", "data"):
        if options.get(folder) is not None:
            options[folder] = Path(options[folder])
    return build(open_platform(Options(**options)))


def build(platform: Platform) -> Flask:
    """The app of a platform; the platform is at `app.extensions["toast"]`."""
    app = Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["toast"] = platform
    app.before_request(lambda: _count(platform))
    app.after_request(lambda response: _stamp(response, platform))
    for service in (*_API, *_API_BESIDE_ORDERS):
        app.register_blueprint(service.routes(platform))
    for part in (*_CONTROL, *_CONTROL_BESIDE_ORDERS):
        app.register_blueprint(part.routes(platform), url_prefix="/control")
    _answer_errors(app)
    app.wsgi_app = Breakage(  # type: ignore[assignment, method-assign]
        app.wsgi_app,
        platform.faults,
        error_body=fault_body,
        http_date=platform.clock.http_date,
    )
    return app


def _count(platform: Platform) -> None:
    rule = request.url_rule
    platform.count(f"{request.method} {rule.rule if rule else 'unknown'}")


def _stamp(response: Response, platform: Platform) -> Response:
    response.headers["Date"] = platform.clock.http_date()
    response.headers.update(g.get("limit_headers", {}))
    return response


def _answer_errors(app: Flask) -> None:
    @app.errorhandler(ApiError)
    def refused(error: ApiError) -> Any:
        body = error_message(error.status, error.message, error.code)
        if request.path.startswith(_CASH):
            body = small_message(error.status, error.message)
        return jsonify(body), error.status, error.headers

    @app.errorhandler(HTTPException)
    def routed_nowhere(error: HTTPException) -> Any:
        status = error.code or 500
        # 10003 is what callers of unknown paths have seen.
        code = 10003 if status == 404 else 0
        return jsonify(error_message(status, error.name, code)), status

    @app.errorhandler(ValueError)
    @app.errorhandler(LookupError)
    @app.errorhandler(msgspec.ValidationError)
    def misused(error: Exception) -> Any:
        if not request.path.startswith("/control"):
            raise error
        status = 404 if isinstance(error, LookupError) else 400
        return jsonify(error_message(status, str(error))), status
