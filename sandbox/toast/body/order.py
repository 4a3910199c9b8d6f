"""An order as the orders API shows it. Source: orders API 2.9.0, Order."""

from __future__ import annotations

from sandbox.toast import times
from sandbox.toast.body.check import check, paid_ms
from sandbox.toast.body.reference import Json, configured, local
from sandbox.toast.merchant import Restaurant
from sandbox.toast.order import Order


def business_date(order: Order, restaurant: Restaurant) -> int:
    """The day the order counts to: by its promise when it is scheduled, else by its opening."""
    at_ms = order.promised_ms or order.opened_ms
    return _day(at_ms, restaurant)


def order_json(order: Order, restaurant: Restaurant) -> Json:
    """The full body of one order."""
    return {
        **_identity(order, restaurant),
        **_instants(order),
        "businessDate": business_date(order, restaurant),
        "voidBusinessDate": None if order.voided_ms is None else _day(order.voided_ms, restaurant),
        "deleted": order.deleted_ms is not None,
        "voided": order.voided_ms is not None,
        "duration": max(0, (order.closed_ms or order.opened_ms) - order.opened_ms) // 1000,
        "checks": [check(each, order, restaurant) for each in order.checks],
    }


def _day(at_ms: int, restaurant: Restaurant) -> int:
    return times.yyyymmdd(times.business_day(at_ms, restaurant.zone, restaurant.closeout_hour))


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


def _identity(order: Order, restaurant: Restaurant) -> Json:
    future = order.promised_ms is not None and order.promised_ms > order.modified_ms
    eaten_in = order.dining == "Dine In"
    return {
        "guid": order.guid,
        "entityType": "Order",
        "externalId": order.external_id,
        "displayNumber": order.number,
        "numberOfGuests": order.guests,
        "source": order.source,
        "approvalStatus": "FUTURE" if future else "APPROVED",
        "diningOption": configured(restaurant, "DiningOption", order.dining),
        "revenueCenter": configured(restaurant, "RevenueCenter", "Front of house"),
        "restaurantService": configured(restaurant, "RestaurantService", "All day"),
        "serviceArea": configured(restaurant, "ServiceArea", "Main room") if eaten_in else None,
        "table": configured(restaurant, "Table", "Table 1") if eaten_in else None,
        "server": local(restaurant, "RestaurantUser", "till staff"),
        "createdDevice": {"id": None},
        "lastModifiedDevice": {"id": None},
        "deliveryInfo": None,
        "curbsidePickupInfo": None,
        "requiredPrepTime": None,
        "pricingFeatures": ["TAXESV2"],
        "createdInTestMode": False,
        "excessFood": order.excess_food,
        "appliedPackagingInfo": None,
        "channelGuid": None,
    }
