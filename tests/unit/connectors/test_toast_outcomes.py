"""Toast's limits and errors, from the headers and bodies that its guide shows."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from config import redaction
from connectors.base.contract import Do, Request, Response
from connectors.base.errors import NotGrantedError, fault
from connectors.toast import limits
from connectors.toast.limits import readings
from connectors.toast.outcomes import LOGIN, classify

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
ASK = Request("GET", "/orders/v2/ordersBulk", buckets=limits.ORDERS_BULK)
APIS = [
    f"{name}_api"
    for name in (
        *("orders", "menus", "config", "stock", "cashmgmt"),
        *("restaurants", "availability", "partners"),
    )
]
SIGN_IN = Request("POST", LOGIN, auth=False)


def headed(kind: str, left: int, in_s: float, **more: str) -> dict[str, str]:
    resets_at = NOW + timedelta(seconds=in_s)
    return {
        "x-toast-ratelimit-by": kind,
        "x-toast-ratelimit-remaining": str(left),
        "x-toast-ratelimit-reset": f"{resets_at.timestamp():.0f}",
        **more,
    }


def answer(status: int, headers: dict[str, str] | None = None, body: bytes = b"{}") -> Response:
    return Response(status, headers or {}, body, NOW)


@pytest.mark.parametrize(
    ("headers", "wait_s", "bucket"),
    [
        ({"retry-after": "3"}, 3, None),
        (headed("ENDPOINT", 0, 1, **{"retry-after": "3"}), 3, "ordersBulk"),
        (headed("ENDPOINT", 0, 1), 1, "ordersBulk"),
        (headed("GLOBAL", 0, 600, **{"retry-after": "1"}), 600, "global"),
        (headed("API, ACCOUNT", 0, 7), 7, "orders_api"),
        (headed("SOMETHING NEW", 0, 7), 7, None),
        ({}, None, None),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=9), usegmt=True)}, 9, None),
        ({"retry-after": "soon"}, None, None),
        ({"retry-after": "NaN"}, None, None),
        ({"retry-after": "-5"}, 0.2, None),
        ({"retry-after": "1e300"}, 3600, None),
    ],
)
def test_a_full_bucket_is_left_until_the_later_of_both_times(
    headers: dict[str, str], wait_s: float, bucket: str | None
):
    outcome = classify(ASK, answer(429, headers))
    assert (outcome.do, outcome.wait_s, outcome.bucket) == (Do.WAIT, wait_s, bucket)


@pytest.mark.parametrize(
    ("status", "body", "do"),
    [
        (401, b"{}", Do.REAUTHORISE),
        (403, b'{"message": "no"}', Do.REAUTHORISE),
        (429, b"{}", Do.WAIT),
        (403, b"<html>", Do.RETRY),
        (500, b"{}", Do.RETRY),
    ],
)
def test_a_failed_login(status: int, body: bytes, do: Do):
    outcome = classify(SIGN_IN, answer(status, body=body))
    assert outcome.do is do


def test_what_toast_says_is_passed_on_with_its_request_id():
    body = (
        b'{"status": 400, "message": "Input startDate must be before endDate", "requestId": "r-1"}'
    )
    outcome = classify(ASK, answer(400, body=body))
    assert outcome.do is Do.BUG
    assert outcome.trace == "r-1"
    assert "Input startDate must be before endDate" in outcome.sentence
    assert "r-1" in outcome.sentence


def test_of_an_answer_to_a_login_nothing_is_quoted():
    body = b'{"message": "clientSecret s3cr3t-value is malformed", "requestId": "s3cr3t-value"}'
    outcome = classify(SIGN_IN, answer(422, body=body))
    assert outcome.do is Do.BUG
    assert outcome.sentence == "Toast refused a call with status 422."


def test_what_toast_says_is_told_without_the_secrets_in_it():
    redaction.remember("a-secret-we-know")
    body = (
        b'{"message": "a-secret-we-know is odd, password=hunter2-x, Bearer abcdefgh12345",'
        b' "requestId": "r-1"}'
    )
    told = fault(classify(ASK, answer(400, body=body)))
    assert "is odd" in told.sentence
    assert "r-1" in told.sentence
    for secret in ("a-secret-we-know", "hunter2-x", "abcdefgh12345"):
        assert secret not in str(told)


def test_what_toast_says_is_bounded_and_printable():
    body = b'{"message": "' + b"x\\u0000\\n" * 5_000 + b'", "requestId": "' + b"y" * 900 + b'"}'
    outcome = classify(ASK, answer(422, body=body))
    assert len(outcome.sentence) < 400
    assert outcome.sentence.isprintable()
    assert len(outcome.trace) == 64


@pytest.mark.parametrize(("asked", "status"), [(ASK, 429), (SIGN_IN, 401), (ASK, 403)])
def test_a_request_id_is_bounded_and_printable_whatever_was_asked(asked: Request, status: int):
    outcome = classify(asked, answer(status, body=b'{"requestId": "\\n' + b"y" * 900 + b'"}'))
    assert outcome.trace == "y" * 64


def test_an_endless_error_body_is_no_error_of_ours():
    assert classify(ASK, answer(400, body=b"[" * 100_000)).do is Do.BUG
    assert classify(ASK, answer(400, body=b'{"message": 5}')).do is Do.BUG


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (headed("GLOBAL", 19, 1), {"global": 19, "address": 19}),
        (headed("GLOBAL", 9000, 300), {"global_15min": 9000, "address_15min": 9000}),
        (headed("API, ACCOUNT", 3, 1), dict.fromkeys(APIS, 3)),
        (headed("API", 9000, 300), dict.fromkeys((f"{name}_15min" for name in APIS), 9000)),
        (headed("ENDPOINT", 4, 1), {"ordersBulk": 4, "menus": 4}),
        (headed("SOMETHING", 4, 1), {}),
        ({}, {}),
        ({"x-toast-ratelimit-remaining": "x", "x-toast-ratelimit-reset": "9" * 30}, {}),
        (headed("GLOBAL", 1, 1, **{"x-toast-ratelimit-reset": "9" * 30}), {}),
    ],
)
def test_what_is_left_is_read_for_every_bucket_it_may_concern(
    headers: dict[str, str], found: dict[str, int]
):
    assert {name: left for name, (left, _) in readings(answer(200, headers)).items()} == found


@pytest.mark.parametrize(
    ("charged", "kind", "bucket"),
    [
        (limits.MENUS, "ENDPOINT", "menus"),
        (limits.MENU_METADATA, "ENDPOINT", None),
        (limits.MENUS, "API", "menus_api"),
        (limits.STOCK, "API", "stock_api"),
        (limits.PARTNERS, "GLOBAL", "address"),
        (limits.PARTNERS, "API", "partners_api"),
    ],
)
def test_only_the_bucket_that_is_full_is_left_alone(
    charged: tuple[str, ...], kind: str, bucket: str | None
):
    asked = Request("GET", "/x", buckets=charged)
    assert classify(asked, answer(429, headed(kind, 0, 1))).bucket == bucket


def test_each_call_is_charged_to_all_calls_and_to_its_api():
    assert limits.MENUS == ("global", "global_15min", "menus_api", "menus_api_15min", "menus")
    for charged in (limits.ORDERS, limits.CONFIG, limits.STOCK, limits.CASH, limits.RESTAURANTS):
        found = [limits.BUCKETS[name] for name in charged]
        assert [bucket.capacity for bucket in found] == [20, 10_000, 20, 10_000]
        assert {bucket.per for bucket in found} == {"location"}
    assert {limits.BUCKETS[name].per for name in limits.PARTNERS} == {"host"}
    assert (limits.BUCKETS["menus"].capacity, limits.BUCKETS["ordersBulk"].capacity) == (1, 5)


@pytest.mark.parametrize(
    ("path", "what", "scope"),
    [
        ("/orders/v2/ordersBulk", "the restaurant's orders", "orders:read"),
        ("/menus/v2/menus", "the restaurant's menu", "menus:read"),
        ("/stock/v1/inventory", "the restaurant's stock", "stock:read"),
        ("/config/v2/taxRates", "the restaurant's configuration", "config:read"),
        ("/cashmgmt/v1/entries", "cash entries and deposits", "cashmgmt:read"),
        ("/restaurants/v1/restaurants/r", "the restaurant's description", "restaurants:read"),
        ("/restaurant-availability/v1/availability", "takes orders online", "restaurants:read"),
    ],
)
def test_a_refusal_names_the_scope_that_is_missing(path: str, what: str, scope: str):
    told = fault(classify(Request("GET", path), answer(403)))
    assert isinstance(told, NotGrantedError)
    assert told.code == "toast.not_granted"
    assert what in told.sentence
    assert f"the scope {scope}." in told.next_step


def test_a_refusal_of_something_else_names_no_scope():
    told = fault(classify(Request("GET", "/labor/v1/jobs"), answer(403)))
    assert isinstance(told, NotGrantedError)
    assert "scope" not in told.next_step
