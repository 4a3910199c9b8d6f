"""Refusals as Toast words them. Source: guide apiResponsesAndErrors, ErrorMessage."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4


class ApiError(Exception):
    """A request that gets an ErrorMessage for an answer; `code` is the service's own number."""

    def __init__(
        self, status: int, message: str, code: int = 0, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = headers or {}


def error_message(status: int, message: str, code: int = 0) -> dict[str, Any]:
    """The body: every key is there, null or not."""
    return {
        "status": status,
        "code": code,
        "message": message,
        "messageKey": None,
        "fieldName": None,
        "link": None,
        "requestId": str(uuid4()),
        "developerMessage": None,
        "errors": [],
        "canRetry": None,
    }


def small_message(status: int, message: str) -> dict[str, Any]:
    """All that errors of the cash management API hold. Source: its version 1.1.0, Error."""
    return {"status": status, "message": message}


def fault_body(status: int) -> bytes:
    """The same for a fault on demand."""
    return json.dumps(error_message(status, "The stand-in was asked to fail")).encode()
