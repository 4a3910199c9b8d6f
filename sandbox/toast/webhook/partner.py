"""What a partner is told of locations. Source: partners API, PartnerAccessExternalWebhookRep."""

from __future__ import annotations

from sandbox.toast import times
from sandbox.toast.grants import Grant
from sandbox.toast.merchant import Merchant, Restaurant
from sandbox.toast.webhook.event import Event

# The guide's headers page says `partners`; the category's own page and its example say this.
PARTNER = "partner"
KINDS = ("partner_added", "partner_removed", "partner_updated")


def partner_message(kind: str, restaurant: Restaurant, merchant: Merchant, grant: Grant) -> Event:
    """A location was connected, disconnected or changed; the message names no restaurant header."""
    return Event(
        category=PARTNER,
        kind=kind,
        subject=restaurant.guid,
        details={
            "restaurantGuid": restaurant.guid,
            "managementGroupGuid": merchant.group_of(restaurant),
            "restaurantName": restaurant.name,
            "locationName": restaurant.location,
            "externalGroupRef": grant.group_ref,
            "externalRestaurantRef": grant.location_ref,
            "modifiedDate": grant.modified_ms,
            "createdDate": grant.created_ms,
            "isoModifiedDate": times.instant(grant.modified_ms),
            "isoCreatedDate": times.instant(grant.created_ms),
            "createdByFirstName": "Owner",
            "createdByLastName": "Example",
            "createdByEmailAddress": "owner@example.com",
            "createdByPhoneNumber": None,
            "restaurantPhoneNumber": None,
            "restaurantAddressLine1": "1 Market Street",
            "restaurantAddressLine2": None,
            "restaurantCity": restaurant.city,
            "restaurantState": None,
            "restaurantZipCode": None,
            "restaurantLatitude": None,
            "restaurantLongitude": None,
            "restaurantCountryCode": restaurant.country,
            "restaurantTimezone": restaurant.zone,
        },
    )
