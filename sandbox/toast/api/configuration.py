"""Configured things, a list of each kind. Source: configuration API 2.5.0."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, request

from sandbox.toast import times
from sandbox.toast.access import admit, malformed
from sandbox.toast.body.reference import Json
from sandbox.toast.configuration.pages import TokenOutdatedError, page, read_token, write_token
from sandbox.toast.configuration.resource import OF_THE_MENU, RESOURCES
from sandbox.toast.errors import ApiError
from sandbox.toast.platform import Platform

NEXT_PAGE = "Toast-Next-Page-Token"


def routes(platform: Platform) -> Blueprint:
    """Each kind as a list and by guid; what is withheld of tips."""
    api = Blueprint("configuration", __name__, url_prefix="/config/v2")

    @api.before_request
    def enter() -> None:
        admit(platform, "config", "config:read")

    @api.get("/tipWithholding")
    def tip_withholding() -> Json:
        return platform.estate.of(g.restaurant).setup.tip_withholding()

    @api.get(f"/<any({', '.join((*RESOURCES, *OF_THE_MENU))}):kind>")
    def every(kind: str) -> Response:
        return _page(platform, kind)

    @api.get(f"/<any({', '.join((*RESOURCES, *OF_THE_MENU))}):kind>/<guid>")
    def one(kind: str, guid: str) -> Json:
        if malformed(guid):
            raise ApiError(400, f"Invalid guid: {guid}")
        for _modified_ms, body in platform.estate.of(g.restaurant).setup.listed(kind):
            if body["guid"] == guid.lower():
                return body
        raise ApiError(404, f"{kind}({guid}) not found")

    return api


def _page(platform: Platform, kind: str) -> Response:
    setup, place = platform.estate.of(g.restaurant).setup, g.restaurant.guid
    # Read before the list: a publication in between outdates the token.
    publication = setup.publication
    start, since_ms = _wanted(place, kind, publication)
    chosen, following = page(setup.listed(kind), start, platform.estate.page_size, since_ms)
    response = jsonify([body for _modified_ms, body in chosen])
    if following is not None:
        token = write_token(place, kind, publication, following, since_ms)
        response.headers[NEXT_PAGE] = token
    return response


def _wanted(place: str, kind: str, publication: int) -> tuple[int, int | None]:
    """Where to start, and since when; a token holds both, whatever else the query says."""
    token = request.args.get("pageToken")
    if not token:
        return 0, _since()
    try:
        return read_token(token, place, kind, publication)
    except TokenOutdatedError as error:
        raise ApiError(
            409, "The configuration was published meanwhile: start again without pageToken"
        ) from error
    except ValueError as error:
        raise ApiError(400, "Invalid pageToken") from error


def _since() -> int | None:
    text = request.args.get("lastModified")
    try:
        return None if text is None else times.parse_instant(text)
    except ValueError as error:
        raise ApiError(400, f"Invalid lastModified: {text}") from error
