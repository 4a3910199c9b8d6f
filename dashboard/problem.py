"""An error of the JSON API: a code for machines, a sentence and the next step for people."""

from typing import Any

from flask import Response, jsonify

MEDIA_TYPE = "application/problem+json"


def problem(status: int, code: str, sentence: str, next_step: str = "", **more: Any) -> Response:
    """Problem details as RFC 9457 has them, with our code and next step beside."""
    body = {
        "type": "about:blank",
        "status": status,
        "code": code,
        "detail": sentence,
        "next_step": next_step,
        **more,
    }
    response: Response = jsonify(body)
    response.status_code = status
    response.content_type = MEDIA_TYPE
    return response
