"""The API as one blueprint, described by itself."""

from importlib import import_module
from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint
from marshmallow import Schema

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


class _Api(Api):  # type: ignore[misc]
    """flask-smorest's, but errors are answered by `dashboard.errors`, pages' and ours alike."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        pass


def register(app: Flask) -> None:
    """Put the API and its description on `app`."""
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
    for name in ("lists", "records"):
        import_module(f"dashboard.api.{name}")
    api.register_blueprint(blueprint)


def _describe_ident(_converter: Any) -> dict[str, Any]:
    return {"type": "integer", "format": "int64", "minimum": 1}


def name_of(schema: type[Schema]) -> str:
    """A schema's name in the description: without the suffix that tells classes apart."""
    return schema.__name__.removesuffix("Schema")
