"""Faults, clock, limits, access: the conditions the platform runs under."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, request

from sandbox.base.faults import parse_fault
from sandbox.toast.control.body import document
from sandbox.toast.limits import Limits
from sandbox.toast.platform import Platform


def routes(platform: Platform) -> Blueprint:
    """Everything that bends the platform but its orders and webhooks."""
    control = Blueprint("conditions", __name__)

    @control.post("/faults")
    def add_faults() -> dict[str, Any]:
        rules, seed = _rules(request.get_json(force=True, silent=True))
        parsed = [parse_fault(each) for each in rules]
        platform.faults.replace([*platform.faults.rules, *parsed], seed)
        return {"faults": [asdict(each) for each in platform.faults.rules]}

    @control.delete("/faults")
    def clear_faults() -> dict[str, Any]:
        platform.faults.replace([])
        return {"faults": []}

    @control.post("/clock")
    def set_clock() -> dict[str, Any]:
        platform.clock.offset_s = float(document().get("offset_s", 0))
        return {"now": platform.clock.now(), "offset_s": platform.clock.offset_s}

    @control.post("/limits")
    def set_limits() -> dict[str, Any]:
        platform.rate_limits.limits = _limits(document())
        return asdict(platform.rate_limits.limits)

    @control.post("/access")
    def set_access() -> dict[str, Any]:
        platform.withdrawn = set(document().get("withdrawn", []))
        return {"withdrawn": sorted(platform.withdrawn)}

    @control.delete("/tokens")
    def revoke() -> dict[str, Any]:
        platform.tokens.revoke()
        return {"revoked": True}

    return control


def _rules(found: Any) -> tuple[list[dict[str, Any]], int | None]:
    """A list of rules, or an object with `rules` and the seed of their dice."""
    if isinstance(found, dict):
        rules, seed = found.get("rules", [found] if "kind" in found else []), found.get("seed")
    else:
        rules, seed = found, None
    if not isinstance(rules, list) or not all(isinstance(each, dict) for each in rules):
        raise ValueError("faults are a list of rules")
    return rules, seed


def _limits(wanted: dict[str, Any]) -> Limits:
    """Those named are set, the others go back to what is documented."""
    plain = Limits()
    return Limits(
        per_second=int(wanted.get("global", plain.per_second)),
        per_quarter=int(wanted.get("global_15min", plain.per_quarter)),
        orders_bulk=int(wanted.get("ordersBulk", plain.orders_bulk)),
        menus=int(wanted.get("menus", plain.menus)),
        apis={str(api): int(calls) for api, calls in wanted.get("apis", {}).items()},
        account={str(api): int(calls) for api, calls in wanted.get("account", {}).items()},
        off=bool(wanted.get("off", False)),
    )
