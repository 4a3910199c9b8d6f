"""What the stand-in holds and has been asked for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint

from sandbox.toast.platform import Platform
from sandbox.toast.webhook.event import CATEGORIES


def routes(platform: Platform) -> Blueprint:
    """State and merchant facts."""
    control = Blueprint("state", __name__)

    @control.get("/state")
    def state() -> dict[str, Any]:
        report = platform.seed_report
        totals = [platform.book.totals(each) for each in platform.merchant.restaurants]
        return {
            "restaurants": totals,
            "orders": sum(each["orders"] for each in totals),
            "lines": sum(each["lines"] for each in totals),
            "logins": platform.tokens.logins,
            "login_instants_ms": list(platform.tokens.login_instants_ms),
            "requests": platform.requests(),
            "rate_limited": platform.rate_limits.refused,
            "limits": asdict(platform.rate_limits.limits),
            "clock": {"now": platform.clock.now(), "offset_s": platform.clock.offset_s},
            "faults": [asdict(each) for each in platform.faults.rules],
            "webhooks": platform.webhooks.statistics(),
            "seed": None if report is None else asdict(report),
        }

    @control.get("/merchant")
    def merchant() -> dict[str, Any]:
        return merchant_facts(platform)

    return control


def merchant_facts(platform: Platform) -> dict[str, Any]:
    """What one needs to connect."""
    merchant = platform.merchant
    return {
        "name": merchant.name,
        "client_id": merchant.client_id,
        "client_secret": merchant.client_secret,
        "webhook_secret": merchant.webhook_secret,
        "management_group": merchant.group_guid,
        "event_categories": list(CATEGORIES),
        "restaurants": [
            {
                "guid": each.guid,
                "name": each.name,
                "currency": each.currency,
                "time_zone": each.zone,
                "closeout_hour": each.closeout_hour,
                "location": each.location,
                "management_group": merchant.group_of(each),
            }
            for each in merchant.restaurants
        ],
    }
