"""What an answer of Toast means: the only place that knows its statuses and error bodies.

Source: Toast developer guide, "API responses and errors",
    https://doc.toasttab.com/doc/devguide/apiResponsesAndErrors.html, read 2026-11-01.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

from connectors.base.contract import Do, Outcome, Request, Response, UnreachableError
from connectors.toast import limits
from connectors.toast.grants import grant_of

LOGIN = "/authentication/v1/authentication/login"

# The longest slice lasts a quarter of an hour; a longer wait than this is a header gone wrong.
_LONGEST_WAIT_S = 3600.0
_SHORTEST_WAIT_S = 0.2
_QUOTED = 200
_LONGEST_ID = 64
_TOKEN = re.compile(r"[\w-]{16,}\.[\w-]+\.[\w-]*")
_LATER = "Nothing to do: it is tried again by itself."


class _Error(msgspec.Struct):
    """The members of Toast's error body that are of use."""

    message: str | None = None
    requestId: str | None = None


_errors = msgspec.json.Decoder(_Error)


def classify(request: Request, response: Response | Exception) -> Outcome:
    """The verdict on one answer, or on a call that got none."""
    if isinstance(response, Exception):
        return _unanswered(response)
    status = response.status
    if 200 <= status < 300:
        return _success(response)
    if status == 429:
        return _limited(request, response)
    if status >= 500 or status in (408, 499) or _is_page(response):
        return _retry("toast.unavailable", f"Toast is not available (status {status}).")
    return _login_refused(request, response) or _refused(request, response)


def _unanswered(cut: Exception) -> Outcome:
    if isinstance(cut, TimeoutError):
        return _retry("toast.timeout", "Toast didn't answer in time.")
    if isinstance(cut, UnreachableError):
        return Outcome(
            Do.RETRY,
            code="toast.unreachable",
            sentence=f"Toast can't be reached at {cut.at}.",
            next_step=(
                "It is tried again by itself. If it lasts, correct api_url and connect again."
            ),
        )
    return _retry("toast.unreachable", "The connection to Toast was cut.")


def _success(response: Response) -> Outcome:
    if response.status == 204 or _is_json(response.body):
        return Outcome(Do.OK)
    return _retry("toast.garbled", "Toast's answer was cut off or was no data.")


def _limited(request: Request, response: Response) -> Outcome:
    waits = _waits(response)
    wait_s = min(max(*waits, _SHORTEST_WAIT_S), _LONGEST_WAIT_S) if waits else None
    return Outcome(
        Do.WAIT,
        wait_s=wait_s,
        bucket=limits.full(response.headers, request.buckets),
        code="toast.limited",
        sentence="Toast's limit on calls is reached for the moment.",
        next_step=_LATER,
        trace=_trace(response),
    )


def _waits(response: Response) -> tuple[float, ...]:
    """Seconds until Toast wants to be asked again; it may say so in two ways, or in none."""
    waits = []
    for name, origin in (
        ("retry-after", datetime.fromtimestamp(0, UTC)),
        ("x-toast-ratelimit-reset", response.server_time),
    ):
        with suppress(KeyError, ValueError):
            waits.append(float(response.headers[name]) - origin.timestamp())
    with suppress(KeyError, ValueError, TypeError):
        at = parsedate_to_datetime(response.headers["retry-after"])
        waits.append((at - response.server_time).total_seconds())
    return tuple(wait for wait in waits if wait == wait)


def _login_refused(request: Request, response: Response) -> Outcome | None:
    if request.path != LOGIN or response.status not in (400, 401, 403):
        return None
    return Outcome(
        Do.REAUTHORISE,
        code="toast.credentials_refused",
        sentence="Toast refused the client id and secret of this connection.",
        next_step=(
            "In Toast Web, check the API credentials and that they belong to the same"
            " environment as the address, then enter them again."
        ),
        trace=_trace(response),
    )


def _refused(request: Request, response: Response) -> Outcome:
    status, trace = response.status, _trace(response)
    if status == 401:
        return Outcome(
            Do.REFRESH,
            code="toast.token_refused",
            sentence="Toast refused a token that it had just given out.",
            next_step="Check in Toast Web that the API credentials are still active.",
            trace=trace,
        )
    if status == 403:
        return _not_granted(request, trace)
    if status == 404:
        return Outcome(Do.MISSING, code="toast.missing", trace=trace)
    if status == 409:
        return Outcome(
            Do.RESTART_WINDOW,
            code="toast.changed_meanwhile",
            sentence="Toast's data changed while it was being read.",
            next_step=_LATER,
            trace=trace,
        )
    if 300 <= status < 400:
        return Outcome(
            Do.CONFIG,
            code="toast.redirected",
            sentence="Toast's address sends calls elsewhere.",
            next_step="Check the connection's api_url.",
            trace=trace,
        )
    return Outcome(
        Do.BUG,
        code=f"toast.refused_{status}",
        sentence=f"Toast refused a call with status {status}{_said(request, response)}",
        next_step="Report this to support: the call should not have been made this way.",
        trace=trace,
    )


def _said(request: Request, response: Response) -> str:
    """The end of a sentence: what Toast says; of a login nothing, for that brought the secret."""
    if request.path == LOGIN:
        return "."
    message, trace = _plain(_error(response).message)[:_QUOTED], _trace(response)
    known = f" (request {trace})" if trace else ""
    return f"{known}. It says: {message}" if message else f"{known}."


def _not_granted(request: Request, trace: str) -> Outcome:
    grant = grant_of(request.path)
    what, scope = (grant.what, f" and the scope {grant.scope}") if grant else ("this", "")
    return Outcome(
        Do.NOT_GRANTED,
        code="toast.not_granted",
        sentence=f"Toast doesn't let these credentials read {what}.",
        next_step=(
            f"In Toast Web, give the integration access to the restaurant{scope}. A new permission"
            " takes up to 15 minutes to work."
        ),
        trace=trace,
    )


def _retry(code: str, sentence: str) -> Outcome:
    return Outcome(Do.RETRY, code=code, sentence=sentence, next_step=_LATER)


def _is_json(body: bytes) -> bool:
    """Whether a body begins and ends as JSON does; its inside is the decoder's business."""
    text = body.strip()
    return text[:1] + text[-1:] in (b"{}", b"[]")


def _is_page(response: Response) -> bool:
    """Whether a web page came instead of Toast's answer: from what stands before its servers."""
    return response.body.lstrip()[:1] == b"<"


def _error(response: Response) -> _Error:
    try:
        return _errors.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Error()


def _trace(response: Response) -> str:
    """What Toast's support finds the call by."""
    return _plain(_error(response).requestId)[:_LONGEST_ID]


def _plain(text: str | None) -> str:
    """Text of theirs that is fit to show: printable, and without anything shaped like a token."""
    shown = "".join(c for c in text or "" if c.isprintable())
    return _TOKEN.sub("[removed]", shown)
