"""A client of the stand-in for tests: logs in once, speaks for one restaurant."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from sandbox.base.clock import Clock
from sandbox.toast import create_app
from sandbox.toast.platform import Platform
from sandbox.toast.webhook.agenda import Agenda

LOGIN = "/authentication/v1/authentication/login"
# 2026-11-22T13:00:00Z: the middle of a slice of any length is easy to see from here.
NOON = 1_795_352_400.0


class Hands:
    """A clock that moves when told."""

    def __init__(self, at: float = NOON) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


class Receiver:
    """Takes webhooks instead of the network; answers what it is told to."""

    def __init__(self, *answers: int | None) -> None:
        self.answers = list(answers)
        self.taken: list[tuple[str, bytes, dict[str, str]]] = []

    def __call__(self, url: str, body: bytes, headers: dict[str, str]) -> int | None:
        self.taken.append((url, body, headers))
        return self.answers.pop(0) if self.answers else 202


class StandIn:
    """The app with its time, its webhooks and its threads in the test's hands."""

    def __init__(self, **options: Any) -> None:
        self.hands = Hands()
        self.ticks = Hands(0.0)
        self.receiver = Receiver()
        self.agenda = Agenda(threads=0, monotonic=self.ticks)
        settings: dict[str, Any] = {
            "clock": Clock(self.hands),
            "agenda": self.agenda,
            "send": self.receiver,
            "history": 40,
            **options,
        }
        self.app: Flask = create_app(**settings)
        self.platform: Platform = self.app.extensions["toast"]
        self.http = self.app.test_client()
        self.restaurant = self.platform.merchant.restaurants[0].guid

    def login(self, **changes: str) -> TestResponse:
        merchant = self.platform.merchant
        body = {
            "clientId": merchant.client_id,
            "clientSecret": merchant.client_secret,
            "userAccessType": "TOAST_MACHINE_CLIENT",
            **changes,
        }
        return self.http.post(LOGIN, json=body)

    def headers(self) -> dict[str, str]:
        token = self.login().get_json()["token"]["accessToken"]
        return {
            "Authorization": f"Bearer {token}",
            "Toast-Restaurant-External-ID": self.restaurant,
        }

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.http.get(path, query_string=query, headers=self.headers())

    def bulk(self, **query: Any) -> TestResponse:
        return self.get("/orders/v2/ordersBulk", **query)

    def control(self, method: str, path: str, document: Any = None) -> Any:
        answer = self.http.open(f"/control/{path}", method=method, json=document)
        assert answer.status_code < 300, answer.get_data(as_text=True)
        return answer.get_json()
