"""One HTTP exchange: send a request, read the whole answer within bounds."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests
from urllib3.exceptions import HTTPError, MaxRetryError

from config import clock
from config.errors import PermanentError
from connectors.base.contract import Request, Response, UnreachableError
from connectors.base.hosts import is_loopback

# A host that is up accepts within one lost SYN (1 s) and its repeat (2 s more).
CONNECT_TIMEOUT_S = 3.0
# Longer than any page of any platform takes to begin; beyond it a worker is better used elsewhere.
READ_TIMEOUT_S = 10.0
# No single read takes longer than the above, but a slow drip could go on: the sum is bounded too.
TOTAL_TIMEOUT_S = 25.0
# A page of 100 orders of 600 KB, the largest that Toast warns of, with room to spare.
MAX_BODY = 64 * 1024 * 1024
_CHUNK = 64 * 1024


class Exchange:
    """Calls one host over kept connections: no redirects, no retries, TLS verified."""

    def __init__(self, base_url: str) -> None:
        self._session = requests.Session()
        # A proxy never stands between this machine and itself.
        self._session.trust_env = not is_loopback(urlsplit(base_url).hostname)
        # Without this, requests would put credentials of a .netrc over our Authorization header.
        self._session.auth = _as_it_is

    def call(self, base_url: str, request: Request, headers: Mapping[str, str]) -> Response:
        """The answer, whatever its status.

        Raises: TimeoutError or ConnectionError, bare: what lies beneath would tell the address;
            UnreachableError when there is nobody at its host and port.
            PermanentError when the request can't be sent at all or the answer is too large.
        """
        try:
            with self._session.request(
                request.method,
                base_url + request.path,
                params=dict(request.query),
                data=None if request.json is None else msgspec.json.encode(request.json),
                headers=_headers(request, headers),
                timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = _read(answer)
        except requests.ConnectionError as cause:
            raise _away(cause, base_url) from None
        except (requests.Timeout, TimeoutError):
            raise TimeoutError from None
        except (requests.RequestException, HTTPError, OSError) as cause:
            if isinstance(cause, ValueError):
                raise _unsendable() from None
            raise ConnectionError from None
        named = {name.lower(): value for name, value in answer.headers.items()}
        return Response(answer.status_code, named, body, stamped(named) or clock.now())

    def close(self) -> None:
        """Give up the kept connections."""
        self._session.close()


def _away(cause: requests.ConnectionError, base_url: str) -> OSError:
    """Whether the call never reached anybody, or was cut off on its way."""
    # urllib3 gives up with this before anything is sent, and with no other error.
    if cause.args and isinstance(cause.args[0], MaxRetryError):
        return UnreachableError(_host_and_port(base_url))
    return TimeoutError() if isinstance(cause, requests.Timeout) else ConnectionError()


def _host_and_port(base_url: str) -> str:
    parts = urlsplit(base_url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def stamped(headers: Mapping[str, str]) -> datetime | None:
    """The instant of the Date header, if it can be read."""
    try:
        at = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return None
    return at if at.tzinfo is not None else None


def _read(answer: requests.Response) -> bytes:
    started = clock.monotonic()
    chunks, size = [], 0
    while chunk := answer.raw.read1(_CHUNK, decode_content=True):
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_BODY:
            raise _too_large()
        if clock.monotonic() - started > TOTAL_TIMEOUT_S:
            raise TimeoutError
    return b"".join(chunks)


def _headers(request: Request, signed: Mapping[str, str]) -> dict[str, str]:
    sent = {
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
        "User-Agent": "TaxPoynt-Integrations",
    }
    if request.json is not None:
        sent["Content-Type"] = "application/json"
    return {**sent, **request.headers, **signed}


def _as_it_is(prepared: Any) -> Any:
    return prepared


def _unsendable() -> PermanentError:
    return PermanentError(
        "http.unsendable",
        "A call could not be put together from the connection's address and settings.",
        next_step="Check the connection's address and identifiers for stray characters.",
    )


def _too_large() -> PermanentError:
    return PermanentError(
        "http.too_large",
        f"The platform answered with more than {MAX_BODY // 1024 // 1024} MiB, which is not read.",
        next_step="Read a shorter period, or ask the platform's support about records this large.",
    )
