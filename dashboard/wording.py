"""How pages put things: money with its currency, instants in their zone, states in words."""

from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from markupsafe import Markup

from connectors import platforms
from dashboard.bills import untied
from dashboard.readable import readable_json
from documents import figures
from models.connection import CONNECTED, CONNECTING, DELAYED, NEEDS_ATTENTION
from models.contact_keys import phone_shown
from models.inbox_event import DONE, PARKED, PENDING
from models.order import CHANGED, DUE, ISSUED
from models.stock import IN_STOCK, LOW, OUT
from models.sync_run import FAILED, RUNNING, WAITING


def money(value: Decimal | None, currency: str) -> Markup:
    """An amount with its currency, for a right-aligned cell."""
    if value is None:
        return Markup("–")
    return Markup('<span class="money">{}<span class="currency">{}</span></span>').format(
        figures.amount(value, currency), currency
    )


def instant(value: datetime | None, zone: str = "UTC", *, year: bool = False) -> Markup:
    """An instant in `zone`, to the second; UTC on hover."""
    if value is None:
        return Markup("–")
    local = value.astimezone(_zone(zone))
    text = local.strftime("%-d %b %Y, %H:%M:%S" if year else "%-d %b %H:%M:%S")
    return Markup(
        '<time datetime="{}" title="{} UTC">{}<span class="zone">{}</span></time>'
    ).format(figures.instant(value), _utc(value), text, local.strftime("%Z"))


def age(value: datetime | None, now: datetime) -> Markup:
    """How long ago, kept up to date by the page's script."""
    if value is None:
        return Markup("–")
    return Markup('<time datetime="{}" title="{} UTC" data-age>{}</time>').format(
        figures.instant(value), _utc(value), _ago((now - value).total_seconds())
    )


def lag(value: datetime | None, now: datetime) -> Markup:
    """How far behind something is."""
    if value is None:
        return Markup("–")
    return Markup('<time datetime="{}" title="complete until {} UTC" data-lag>{}</time>').format(
        figures.instant(value), _utc(value), span((now - value).total_seconds())
    )


def span(seconds: float) -> str:
    """A length of time in its largest unit: `42 s`, `3 min`, `5 h`, `2 d`."""
    seconds = max(0.0, seconds)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def precise(seconds: float) -> str:
    """A short wait with its fraction: `40 ms`, `1.4 s`; longer ones as `span`."""
    if abs(seconds) < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if abs(seconds) < 10 else span(seconds)


def day(value: date | None) -> Markup:
    """A date: `22 Nov 2026`."""
    if value is None:
        return Markup("–")
    text = value.strftime("%-d %b %Y")
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), text)


def count(value: int, most: int | None = None) -> str:
    """A number of things; beyond `most` nobody counted on."""
    return f"{value:,}+" if most is not None and value >= most else f"{value:,}"


# Colour only stands beside the word; what isn't listed is neither good nor bad.
_TONES = {
    **dict.fromkeys((CONNECTED, DONE, ISSUED, IN_STOCK), "good"),
    **dict.fromkeys((CONNECTING, DELAYED, PENDING, DUE, WAITING, RUNNING, LOW), "busy"),
    **dict.fromkeys((NEEDS_ATTENTION, PARKED, FAILED, CHANGED, OUT), "bad"),
}


def state(word: str) -> Markup:
    """A state in words with a dot of its tone beside it."""
    return Markup('<span class="state {}">{}</span>').format(_TONES.get(word, "idle"), word)


# What money was taken for that is no sale now.
_NO_SALES = {
    **dict.fromkeys(("TOAST_CARD_SELL", "TOAST_CARD_RELOAD"), "gift card"),
    "HOUSE_ACCOUNT_PAY_BALANCE": "account paid off",
}


def no_sale(kind: str) -> str:
    """What a line that is no sale was, by its kind."""
    return f"{_NO_SALES.get(kind, 'sold for later')}, no sale"


def pair(value: str) -> tuple[str, str]:
    """A choice whose value is its own label."""
    return value, value


@cache
def platform_title(name: str) -> str:
    """How a platform calls itself."""
    known = platforms().get(name)
    return known.title if known else name


@cache
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _ago(seconds: float) -> str:
    return "just now" if seconds < 1 else f"{span(seconds)} ago"


def _utc(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


FILTERS: dict[str, Callable[..., Any]] = {
    "age": age,
    "amount": figures.amount,
    "count": count,
    "day": day,
    "instant": instant,
    "lag": lag,
    "money": money,
    "no_sale": no_sale,
    "pair": pair,
    "phone": phone_shown,
    "percent": figures.percent,
    "precise": precise,
    "quantity": figures.quantity,
    "readable_json": readable_json,
    "untied": untied,
    "state": state,
}
