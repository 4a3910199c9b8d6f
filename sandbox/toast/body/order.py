"""An order as the orders API shows it. Source: orders API 2.9.0, Order."""

from __future__ import annotations

from sandbox.toast import times
from sandbox.toast.body.check import check, paid_ms
from sandbox.toast.body.reference import Json, configured, local
from sandbox.toast.merchant import Restaurant
from sandbox.toast.order import Order

_NO_DELIVERY: Json = dict.fromkeys(
    (
        "address1",
        "address2",
        "city",
        "state",
        "administrativeArea",
        "zipCode",
        "latitude",
        "longitude",
        "notes",
        "deliveredDate",
        "dispatchedDate",
        "deliveryEmployee",
        "deliveryState",
    )
)
_NO_CURBSIDE: Json = dict.fromkeys(("transportDescription", "transportColor", "notes"))


def business_date(order: Order, restaurant: Restaurant) -> int:
    """The day the order counts to: by its promise when it is scheduled, else by its opening."""
    at_ms = order.promised_ms or order.opened_ms
    return restaurant.business_date(at_ms)


def order_json(order: Order, restaurant: Restaurant) -> Json:
    """The full body of one order."""
    return {
        **_identity(order, restaurant),
        **_instants(order),
        "businessDate": business_date(order, restaurant),
        "voidBusinessDate": _void_date(order, restaurant),
        "deleted": order.deleted_ms is not None,
        "voided": order.voided_ms is not None,
        "duration": max(0, (order.closed_ms or order.opened_ms) - order.opened_ms) // 1000,
        "checks": [check(each, order, restaurant) for each in order.checks],
    }


def _void_date(order: Order, restaurant: Restaurant) -> int | None:
    return None if order.voided_ms is None else restaurant.business_date(order.voided_ms)


def _instants(order: Order) -> Json:
    deleted = order.deleted_ms
    paid = [paid_ms(each) for each in order.checks]
    whole = [at for at in paid if at is not None]
    return {
        "openedDate": times.instant(order.opened_ms),
        "createdDate": times.instant(order.opened_ms),
        "modifiedDate": times.instant(order.modified_ms),
        "promisedDate": times.instant_or_null(order.promised_ms),
        "estimatedFulfillmentDate": times.instant_or_null(order.promised_ms),
        "paidDate": times.instant(max(whole)) if whole and len(whole) == len(paid) else None,
        "closedDate": times.instant_or_null(order.closed_ms),
        "deletedDate": times.NEVER_DELETED if deleted is None else times.instant(deleted),
        "voidDate": times.instant_or_null(order.voided_ms),
    }


def awaited(order: Order) -> bool:
    """Whether the order is for later than the moment it was last touched."""
    return order.promised_ms is not None and order.promised_ms > order.modified_ms


def _identity(order: Order, restaurant: Restaurant) -> Json:
    return {
        "guid": order.guid,
        "entityType": "Order",
        "externalId": order.external_id,
        "displayNumber": order.number,
        "numberOfGuests": order.guests,
        "source": order.source,
        "approvalStatus": order.approval or ("FUTURE" if awaited(order) else "APPROVED"),
        **_place(order, restaurant),
        "createdDevice": {"id": None},
        "lastModifiedDevice": {"id": None},
        "deliveryInfo": order.delivery and {**_NO_DELIVERY, **order.delivery},
        "curbsidePickupInfo": order.curbside and {**_NO_CURBSIDE, **order.curbside},
        "requiredPrepTime": order.prep_time,
        "pricingFeatures": ["TAXESV2"],
        "createdInTestMode": order.test_mode,
        "excessFood": order.excess_food,
        "appliedPackagingInfo": order.packaging,
        "channelGuid": order.channel_guid,
    }


def _place(order: Order, restaurant: Restaurant) -> Json:
    """Where in the house it was sold, and by whom."""
    eaten_in = order.dining == "Dine In"
    area = order.area or ("Main room" if eaten_in else None)
    table = order.table or ("Table 1" if eaten_in else None)
    return {
        "diningOption": configured(restaurant, "DiningOption", order.dining),
        "revenueCenter": configured(
            restaurant, "RevenueCenter", order.revenue_center or "Front of house"
        ),
        "restaurantService": configured(
            restaurant, "RestaurantService", order.service or "All day"
        ),
        "serviceArea": area and configured(restaurant, "ServiceArea", area),
        "table": table and configured(restaurant, "Table", table),
        "server": local(restaurant, "RestaurantUser", order.server or "till staff"),
    }
