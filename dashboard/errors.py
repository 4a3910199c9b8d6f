"""Error answers in the style of the door: a page for people, a problem for programs."""

from dataclasses import dataclass

from flask import Flask, Response, g, make_response, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from config import clock
from config.errors import Fault, TransientError
from config.logging import logger
from dashboard.access import Visitor, visitor
from dashboard.csrf import ForgedFormError
from dashboard.pages.asked import FilterError
from dashboard.problem import problem
from dashboard.security import harden
from models.session import unit_of_work

log = logger(__name__)


@dataclass(frozen=True)
class Wrong:
    """What to tell: a status, a code, a title, what happened, and the next step."""

    status: int
    code: str
    title: str
    sentence: str
    next_step: str
    # Where the next step is taken, if that is one address.
    link: str = ""


_KNOWN = {
    400: ("Not understood", "This address or form has something in it that can't be read."),
    403: ("Not allowed", "You may not do this."),
    404: ("Not found", "There is nothing of yours at {path}."),
    405: ("Not possible here", "This address doesn't take that kind of request."),
    413: ("Too large", "What was sent is larger than anything expected here."),
    429: ("Too many requests", "There were too many requests in a short time."),
}
_START_AGAIN = "Go back to the first page and follow its links."
_POST_ONLY = "Platforms POST their deliveries here; what has come is on the pages."
_DESCRIBED = "What can be asked for is described at /api/v1/openapi.json."
_CRASHED = Wrong(
    500,
    "internal",
    "Something broke",
    "An error of ours kept this from being shown. Nothing of yours was changed by it.",
    "Try again; if it stays, the web server's log has the details.",
)


def register(app: Flask) -> None:
    """Answer errors of the whole application, unless a blueprint answers its own."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Fault, _fault)
    app.register_error_handler(Exception, _crash)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    title, sentence = _KNOWN.get(status, (error.name, error.description or error.name))
    sentence = sentence.format(path=request.path[:80])
    messages = getattr(error, "data", {}).get("messages")
    if messages:
        sentence = _flat(messages)
    elif error.description != type(error).description:
        # A view of ours named what isn't there.
        sentence = error.description or sentence
    response = _answer(Wrong(status, _code(error.name), title, sentence, _next_step(status)))
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _next_step(status: int) -> str:
    if request.path.startswith("/api/"):
        return _DESCRIBED
    return _POST_ONLY if status == 405 and request.path.startswith("/webhooks/") else _START_AGAIN


def _fault(fault: Fault) -> Response:
    if isinstance(fault, TransientError):
        away = Wrong(503, fault.code, "Not available just now", fault.sentence, fault.next_step)
        response = _answer(away)
        response.headers["Retry-After"] = str(round(fault.retry_after_s or 5))
        return response
    status = 403 if isinstance(fault, ForgedFormError) else 400
    link = request.path.removesuffix(".csv") if isinstance(fault, FilterError) else ""
    title = _KNOWN[status][0]
    return _answer(Wrong(status, fault.code, title, fault.sentence, fault.next_step, link))


def _crash(error: Exception) -> Response:
    log.error("request failed", path=request.path, method=request.method, exc_info=error)
    return _answer(_CRASHED)


def _answer(wrong: Wrong) -> Response:
    if request.path.startswith(("/api/", "/webhooks/")):
        return harden(problem(wrong.status, wrong.code, wrong.sentence, wrong.next_step))
    known = g.get("visitor") or (_visitor() if wrong.status in {404, 405} else None)
    page = render_template("error.html", wrong=wrong, visitor=known)
    return harden(make_response(page, wrong.status))


def _visitor() -> Visitor | None:
    """Who asked, where no page did; nobody while the database is away."""
    try:
        with unit_of_work() as database:
            return visitor(database, clock.now(), renew=False)
    except (TransientError, SQLAlchemyError):
        return None


def _code(name: str) -> str:
    return f"http.{name.lower().replace(' ', '_').replace(chr(39), '')}"


def _flat(messages: object, where: str = "") -> str:
    """Validation messages as sentences, each led by the name of its field."""
    if isinstance(messages, dict):
        places = {"json", "query", "form", "headers", "path", "_schema"}
        parts = [_flat(v, where if k in places else str(k)) for k, v in messages.items()]
        return " ".join(parts)
    texts = messages if isinstance(messages, list) else [messages]
    return " ".join(f"{where}: {text}" if where else str(text) for text in texts)
