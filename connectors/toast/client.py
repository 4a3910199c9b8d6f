"""Toast for one connection: what the runtime calls, each in a line or two."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from connectors.base.contract import (
    Cursor,
    Health,
    Http,
    Listing,
    Outcome,
    Page,
    Period,
    Record,
    Request,
    Response,
    Tokens,
    Window,
)
from connectors.base.platform import Bucket
from connectors.toast import account, limits, outcomes, places
from connectors.toast.streams import READERS
from rules.facts import Noun


class Toast:
    """One organization's account at Toast; made from the loaded settings."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.base_url: str = settings["api_url"]
        self.credentials: Sequence[str] = (settings["client_id"], settings["client_secret"])
        self._restaurants: Sequence[str] = settings.get("restaurants") or ()
        self._whole_groups = bool(settings.get("whole_groups"))
        interval = _history_interval(self.base_url, settings.get("history_interval_s"))
        self.buckets: Mapping[str, Bucket] = limits.buckets(interval)
        self.logins_an_hour: int | None = settings.get("logins_an_hour", account.LOGINS_AN_HOUR)
        self._signed_with: Tokens | None = None

    def login(self, http: Http) -> Tokens:
        """A token for all restaurants of the account."""
        return account.login(http, *self.credentials)

    def sign(self, request: Request, tokens: Tokens) -> Mapping[str, str]:
        """The token, and the one restaurant that the call is about."""
        self._signed_with = tokens
        headers = {"Authorization": f"Bearer {tokens.access}"}
        if request.location:
            headers["Toast-Restaurant-External-ID"] = request.location
        return headers

    def probe(self, http: Http) -> Health:
        """Look at the first restaurant, or the list of them; the token used tells the rest.

        No login of its own: Toast frowns on more than two an hour.
        """
        places.touch(http, self._restaurants)
        return account.health(self._signed_with or Tokens("", account=self.credentials[0]))

    def locations(self, http: Http) -> Listing:
        """The restaurants named in the settings, or all that the account can list."""
        return places.read(http, self._restaurants, whole_groups=self._whole_groups)

    def changes(
        self, http: Http, stream: str, location: str, cursor: Cursor | None, now: datetime
    ) -> Iterator[Page]:
        """Pages of what changed since `cursor`, or of all there is where that can't be asked."""
        return READERS[stream].changes(http, location, cursor, now)

    def windows(
        self, stream: str, location: str, period: Period, now: datetime
    ) -> Sequence[Window]:
        """What holds a period's records; nothing where only the present can be read."""
        return READERS[stream].windows(location, period, now)

    def history(self, http: Http, window: Window, resume: Cursor | None) -> Iterator[Page]:
        """Pages of one window, as far apart as Toast asks for."""
        buckets = [name for name in limits.HISTORY if name in self.buckets]
        return READERS[window.stream].history(http, window, resume, buckets)

    def fetch(self, http: Http, stream: str, location: str, ids: Sequence[str]) -> Iterator[Record]:
        """Records by id; one that Toast doesn't know yields nothing."""
        return READERS[stream].fetch(http, location, ids)

    def bundle(
        self, http: Http, stream: str, location: str, ids: Sequence[str]
    ) -> Iterator[tuple[str, Sequence[Record]]]:
        """The order alone: it holds all that an invoice needs."""
        for record in READERS[stream].fetch(http, location, ids):
            yield record.id, (record,)

    def read(self, record: Record) -> Noun:
        """A record in our words."""
        return READERS[record.stream].read(record)

    def classify(self, request: Request, response: Response | Exception) -> Outcome:
        """What an answer means."""
        return outcomes.classify(request, response)

    def readings(self, response: Response) -> Mapping[str, tuple[int, datetime]]:
        """Calls left per bucket."""
        return limits.readings(response)


def _history_interval(base_url: str, stated_s: float | None) -> timedelta:
    """Toast's own hosts want history calls apart; a stand-in doesn't care."""
    if stated_s is not None:
        return timedelta(seconds=stated_s)
    host = urlsplit(base_url).hostname or ""
    courteous = host == "toasttab.com" or host.endswith(".toasttab.com")
    return limits.HISTORY_INTERVAL if courteous else timedelta()
