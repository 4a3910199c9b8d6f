"""The API as one blueprint, described by itself."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint  # type: ignore[import-untyped]
from marshmallow import RAISE, Schema

from dashboard.access import operators
from dashboard.answers import Json
from dashboard.api.callers import called
from dashboard.api.queries import ProblemSchema
from dashboard.ident import Ident
from dashboard.security import harden, limit_form

DESCRIPTION = """\
Everything the dashboard shows. Send `Authorization: Bearer <token>`.

Lists answer `{"items": [...], "next": cursor or null}`; send `next` back as `after`. Money and
quantities are strings, money with its `currency` beside it; instants are RFC 3339 in UTC.
"""

blueprint = Blueprint("api", __name__, url_prefix="/api/v1", description="Records of yours")
blueprint.before_request(limit_form)
blueprint.after_request(harden)


View = Callable[..., Any]


def route(
    path: str,
    answer: type[Schema],
    *,
    query: type[Schema] | None = None,
    method: str = "GET",
    status: int = 200,
    operator: bool = False,
) -> Callable[[View], View]:
    """A route for callers we know: `view(database, caller, [query], ...)`, described by schemas.

    `operator`: of the installation, and there for nobody else.
    """

    def decorate(view: View) -> View:
        made = blueprint.response(status, answer)(view)
        if query is not None:
            # A filter nobody knows is an error: ignored, it would answer something else.
            made = blueprint.arguments(query, location="query", unknown=RAISE)(made)
        if operator:
            made = operators(made)
        for refusal in (401, 404) if operator or "<" in path else (401,):
            made = blueprint.alt_response(refusal, schema=ProblemSchema)(made)
        blueprint.route(path, methods=[method])(called(made))
        return view

    return decorate


class _Api(Api):  # type: ignore[misc]
    """flask-smorest's, but errors are answered by `dashboard.errors`, pages' and ours alike."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        pass


def register(app: Flask) -> None:
    """Put the API and its description on `app`."""
    app.json = Json(app)
    app.config.update(
        API_TITLE="TaxPoynt",
        API_VERSION="v1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    bearer = {"type": "http", "scheme": "bearer"}
    api = _Api(
        spec_kwargs={
            "info": {"description": DESCRIPTION},
            "components": {"securitySchemes": {"bearer": bearer}},
            "security": [{"bearer": []}],
        }
    )
    api.init_app(app)
    api.register_converter(Ident, _describe_ident)
    for name in ("lists", "records", "places", "analytics"):
        import_module(f"dashboard.api.{name}")
    api.register_blueprint(blueprint)


def _describe_ident(_converter: Any) -> dict[str, Any]:
    return {"type": "integer", "format": "int64", "minimum": 1}
