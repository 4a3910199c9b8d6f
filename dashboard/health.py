"""Probes: alive, ready, and what the numbers are. Open to all, so they tell no secret."""

from flask import Blueprint, Response, jsonify

from config import clock
from dashboard import metrics, readiness
from dashboard.security import harden
from models import deadline

blueprint = Blueprint("health", __name__)
blueprint.after_request(harden)

# Whoever probes waits little longer than this; the database gets no more of it.
_DATABASE_S = 2.0


@blueprint.get("/healthz")
def healthz() -> Response:
    """This process answers. Nothing else is asked, so a broken database restarts nobody."""
    response: Response = jsonify({"status": "alive"})
    return response


@blueprint.get("/readyz")
def readyz() -> Response:
    """Whether deliveries can be taken in: 503 only when they can't."""
    with deadline.within(_DATABASE_S):
        found = readiness.check(clock.now())
    response: Response = jsonify(found.as_json())
    response.status_code = 200 if found.ready else 503
    return response


@blueprint.get("/metrics")
def metrics_() -> Response:
    """Prometheus text."""
    with deadline.within(_DATABASE_S):
        return Response(metrics.text(), content_type=metrics.CONTENT_TYPE)
