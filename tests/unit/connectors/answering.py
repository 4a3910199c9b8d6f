"""An account at Toast that answers by path, and what it is asked with."""

import json
from typing import Any

from config.errors import PermanentError
from connectors.base.contract import Request, Response
from connectors.base.errors import NotGrantedError
from connectors.toast.client import Toast
from tests.unit.connectors.till import NOON as NOW


class Fake:
    """Answers by path; a dict is sent as JSON, a status alone as an empty reply."""

    def __init__(self, answers: dict[str, Any], connector: Toast | None = None) -> None:
        self.answers = answers
        self.connector = connector
        self.asked: list[Request] = []

    def send(self, request: Request) -> Response:
        self.asked.append(request)
        if self.connector and request.auth:
            self.connector.sign(request, self.connector.login(self))
        found = self.answers[request.path]
        if isinstance(found, Exception):
            raise found
        if isinstance(found, int):
            return Response(found, {}, b"{}", NOW)
        return Response(200, {}, json.dumps(found).encode(), NOW)


def toast(**more: Any) -> Toast:
    return Toast({"api_url": "http://localhost", "client_id": "us", "client_secret": "s", **more})


def restaurant(**general: Any) -> dict[str, Any]:
    known = {
        "name": "Nori",
        "locationName": "Harbour",
        "timeZone": "America/New_York",
        "closeoutHour": 3,
        "currencyCode": "USD",
        "managementGroupGuid": "group-1",
        "archived": False,
    }
    return {"guid": "r1", "general": {**known, **general}}


def refusal(code: str = "toast.not_granted") -> PermanentError:
    kind = NotGrantedError if code == "toast.not_granted" else PermanentError
    return kind(code, "No.", next_step="Ask.")


def path(guid: str) -> str:
    return f"/restaurants/v1/restaurants/{guid}"
