"""Fixtures of the stand-in's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.sandbox.merchant_client import StandIn

SEED = Path(__file__).resolve().parents[4] / "shared/data/takeaway-orders/restaurant-1-orders.csv"


@pytest.fixture
def toast() -> StandIn:
    return StandIn()


@pytest.fixture(scope="session")
def takeaway() -> StandIn:
    if not SEED.exists():
        pytest.skip(f"the takeaway's orders are not at {SEED}")
    return StandIn(seed=SEED)
