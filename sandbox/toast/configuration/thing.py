"""One configured thing: what it is called, when it last changed, and how the API shows it."""

from __future__ import annotations

from copy import deepcopy

import msgspec

from sandbox.toast.body.reference import Json, local
from sandbox.toast.configuration.resource import RESOURCES, Resource
from sandbox.toast.menus.card import OPENED_MS
from sandbox.toast.merchant import Restaurant


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """A thing of one kind; its guid follows from its first name and stays when it is renamed."""

    guid: str
    name: str
    fields: Json
    modified_ms: int

    def body(self, resource: Resource) -> Json:
        """How the configuration API shows it."""
        return {
            "guid": self.guid,
            "entityType": resource.entity,
            **({"externalId": None} if resource.external else {}),
            **({"name": self.name} if resource.named else {}),
            **self.fields,
        }


def thing(
    restaurant: Restaurant, kind: str, name: str, fields: Json, at_ms: int = OPENED_MS
) -> Thing:
    """A new thing: fields that aren't given are as usual.

    Raises:
        ValueError: a field that such things don't have.
    """
    guid = local(restaurant, RESOURCES[kind].entity, name)["guid"]
    usual = deepcopy(RESOURCES[kind].fields)
    return Thing(guid=guid, name=name, fields={**usual, **known(kind, fields)}, modified_ms=at_ms)


def known(kind: str, fields: Json) -> Json:
    """The fields given, `amount_cents` as the amount it is.

    Raises:
        ValueError: a field that things of this kind don't have.
    """
    given = dict(fields)
    if "amount_cents" in given:
        given["amount"] = int(given.pop("amount_cents")) / 100
    elif "amount" in given:
        raise ValueError("give amount_cents, in whole cents, and not amount")
    unknown = set(given) - set(RESOURCES[kind].fields)
    if unknown:
        raise ValueError(f"{kind} have no {', '.join(sorted(unknown))}")
    return given
