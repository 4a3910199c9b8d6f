"""Reading what the control address is sent."""

from __future__ import annotations

from typing import Any

from flask import request


def document() -> dict[str, Any]:
    """The request's JSON object; nothing at all counts as an empty one.

    Raises:
        ValueError: something else.
    """
    if not request.data:
        return {}
    found = request.get_json(force=True, silent=True)
    if not isinstance(found, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004  the caller's error
    return found


def meant() -> tuple[str | None, str | None]:
    """The address and the category of the subscriptions that a call is about."""
    given = {**document(), **request.args.to_dict()}
    return given.get("url"), given.get("eventCategory")
