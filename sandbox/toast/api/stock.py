"""How much is left. Source: stock API; guide apiStock, apiUpdatingInventoryInformation."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, request

from sandbox.toast.access import admit
from sandbox.toast.body.reference import Json
from sandbox.toast.errors import ApiError
from sandbox.toast.platform import Platform
from sandbox.toast.stock.level import level
from sandbox.toast.stock.shelf import Shelf, unknown
from sandbox.toast.stock.telling import set_levels

_LISTED = ("OUT_OF_STOCK", "QUANTITY")


def routes(platform: Platform) -> Blueprint:
    """What isn't simply in stock, named items, and setting levels."""
    api = Blueprint("stock", __name__, url_prefix="/stock/v1")

    @api.before_request
    def enter() -> None:
        admit(platform, "stock", "stock:write" if request.method == "PUT" else "stock:read")

    @api.get("/inventory")
    def inventory() -> list[Json]:
        status = request.args.get("status")
        if status is not None and status not in _LISTED:
            raise ApiError(400, f"status must be one of {', '.join(_LISTED)}")
        return _shelf(platform).inventory(_LISTED if status is None else (status,))

    @api.post("/inventory/search")
    def search() -> list[Json]:
        wanted = _body(dict)
        names = ("guids", "multiLocationIds")
        ids = [wanted.get(name) or [] for name in names]
        if not any(ids) or not all(isinstance(each, list) for each in ids):
            raise ApiError(400, "guids or multiLocationIds are required, as lists")
        shelf = _shelf(platform)
        by_guid = [_shown(shelf, {"guid": each}) for each in ids[0]]
        return by_guid + [_shown(shelf, {"multiLocationId": each}) for each in ids[1]]

    @api.put("/inventory/update")
    def update() -> list[Json]:
        wanted, shelf = _body(list), _shelf(platform)
        set_levels(platform, g.restaurant, _levels(wanted, shelf))
        return [_shown(shelf, each) for each in wanted]

    return api


def _shelf(platform: Platform) -> Shelf:
    return platform.estate.of(g.restaurant).stock


def _levels(wanted: list[Any], shelf: Shelf) -> list[tuple[str, str, float | None]]:
    """Those to set; unknown items are left out, a level that can't be refuses all of them."""
    found = []
    for each in wanted:
        if not isinstance(each, dict) or not (each.get("guid") or each.get("multiLocationId")):
            raise ApiError(400, "Each item needs a guid or a multiLocationId")
        try:
            asked = level(each.get("status"), each.get("quantity"))
        except ValueError as error:
            raise ApiError(400, str(error)) from error
        reference = _found(shelf, each)
        if reference is not None:
            found.append((reference["guid"], asked.status, asked.quantity))
    return found


def _found(shelf: Shelf, each: Json) -> Json | None:
    # Never by name: that is for the control address.
    which = each.get("guid") or each.get("multiLocationId")
    found = shelf.find(which)
    named = found is not None and which not in (found["guid"], found["multiLocationId"])
    return None if named else found


def _shown(shelf: Shelf, each: Json) -> Json:
    found = _found(shelf, each)
    if found is None:
        return unknown(each.get("guid"), each.get("multiLocationId"))
    return shelf.shown(found)


def _body(kind: type[Any]) -> Any:
    if not request.is_json:
        raise ApiError(415, "Content-Type must be application/json")
    body = request.get_json(silent=True)
    if not isinstance(body, kind):
        raise ApiError(400, f"The body must be a JSON {'array' if kind is list else 'object'}")
    return body
