"""What reading the present state has in common: a call, and as of when its answer holds."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from config.errors import PermanentError
from connectors.base.contract import Http, Request, Response

# How much later than it happened a change may show: Toast says within a second, its Date drops up
# to another, and the servers that stamp answers and events may be a little apart. An event of the
# last seconds is newer than the list; had the list been true later, the next one says so again.
LAG = timedelta(seconds=5)


def get(http: Http, path: str, location: str, buckets: Sequence[str], **query: str) -> Response:
    """One answer about a restaurant; its status is 200, or that of something that isn't there."""
    return http.send(Request("GET", path, query, location=location, buckets=buckets))


def found(response: Response, what: str) -> Response:
    """The same answer. Raises: PermanentError when there is no such list at the address."""
    if response.status != 200:
        raise PermanentError(
            f"toast.no_{what}_here",
            f"There is no list of {what} at the connection's address.",
            next_step="Check the connection's api_url.",
        )
    return response


def as_of(response: Response, asked_at: datetime) -> datetime:
    """The instant by Toast's clock up to which an answer surely knew of every change."""
    return min(response.server_time, asked_at) - LAG
