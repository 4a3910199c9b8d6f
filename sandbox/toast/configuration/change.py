"""Adding, renaming, altering and removing configured things."""

from __future__ import annotations

from typing import Any

import msgspec

from sandbox.toast.body.reference import Json
from sandbox.toast.configuration.resource import OF_THE_MENU, RESOURCES
from sandbox.toast.configuration.thing import Thing, known, thing
from sandbox.toast.merchant import Restaurant

Things = dict[str, dict[str, Thing]]


def changed_things(things: Things, restaurant: Restaurant, change: Json, at_ms: int) -> Things:
    """Other things, with the change made; the given ones stay as they are.

    Raises:
        ValueError: it can't be made.
        LookupError: there is no such kind or thing.
    """
    kind = change["resource"]
    if kind in OF_THE_MENU:
        raise ValueError(f"{kind} change with the menu: publish another one")
    if kind not in RESOURCES:
        raise LookupError(f"no configuration resource {kind}")
    return {**things, kind: _changed(things[kind], restaurant, change, at_ms)}


def find(things: Things, kind: str, which: Any) -> Thing:
    """The thing of that kind with that guid or name.

    Raises:
        LookupError: there is none.
    """
    for each in things[kind].values():
        if which in (each.guid, each.name):
            return each
    raise LookupError(f"no {kind} {which}")


def _changed(
    of_kind: dict[str, Thing], restaurant: Restaurant, change: Json, at_ms: int
) -> dict[str, Thing]:
    do, kind, fields = change.get("do"), change["resource"], change.get("fields", {})
    if do == "add":
        made = thing(restaurant, kind, _name(change), fields, at_ms)
        if made.guid in of_kind:
            raise ValueError(f"there is a {made.name} among {kind} already")
        return {**of_kind, made.guid: made}
    found = find({kind: of_kind}, kind, change.get("which"))
    if do == "remove":
        return {guid: each for guid, each in of_kind.items() if guid != found.guid}
    if do == "rename":
        after = msgspec.structs.replace(found, name=_name(change), modified_ms=at_ms)
    elif do == "alter":
        altered = {**found.fields, **known(kind, fields)}
        after = msgspec.structs.replace(found, fields=altered, modified_ms=at_ms)
    else:
        raise ValueError("do must be one of add, rename, alter, remove")
    return {**of_kind, after.guid: after}


def _name(change: Json) -> str:
    name = change.get("name")
    if not isinstance(name, str) or not name:
        raise ValueError("a name is needed")
    return name
