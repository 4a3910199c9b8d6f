"""What `connect` takes for Toast, and what it refuses in which words."""

from typing import Any

import pytest
from marshmallow import ValidationError

from connectors.toast.client import Toast
from connectors.toast.settings import ToastSettings

GIVEN: dict[str, Any] = {
    "api_url": "https://ws-api.toasttab.com",
    "client_id": "us",
    "client_secret": "top-secret",
}


def loaded(**more: Any) -> dict[str, Any]:
    return dict(ToastSettings().load({**GIVEN, **more}))


def test_little_is_needed():
    assert loaded()["webhook_secret"] is None
    assert loaded()["restaurants"] == []


def test_what_pasting_leaves_at_the_ends_is_taken_off():
    found = loaded(api_url=" https://a.example/ ", client_id="us\n", client_secret=" s ")
    assert (found["api_url"], found["client_id"], found["client_secret"]) == (
        "https://a.example",
        "us",
        "s",
    )


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "http://127.0.0.1:8000", "http://[::1]:1", "https://a.example"]
)
def test_these_addresses_will_do(url: str):
    assert loaded(api_url=url)["api_url"] == url


@pytest.mark.parametrize(
    "url",
    ["http://a.example", "http://127.0.0.1.a.example", "ftp://localhost", "a.example", "", "https://",
     "https://u:p@a.example", "https://a.example?x=1"],
)  # fmt: skip
def test_other_addresses_are_refused(url: str):
    with pytest.raises(ValidationError) as caught:
        loaded(api_url=url)
    assert "api_url" in caught.value.messages_dict


@pytest.mark.parametrize("secret", ["a", ["a", "b"], {"order_updated": "a", "stock": ["b", "c"]}])
def test_webhook_secrets_may_be_one_several_or_by_category(secret: object):
    assert loaded(webhook_secret=secret)["webhook_secret"] == secret


@pytest.mark.parametrize("secret", ["", " ", [], [""], {}, {"stock": ""}, {"stock": []}, 5, [5]])
def test_empty_webhook_secrets_are_refused(secret: object):
    with pytest.raises(ValidationError, match="secret"):
        loaded(webhook_secret=secret)


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": ""},
        {"client_secret": None},
        {"restaurants": ["a b"]},
        {"restaurants": "x"},
        {"restaurants": ["a\n"]},
        {"history_interval_s": -1},
        {"history_interval_s": "NaN"},
    ],
)
def test_wrong_values_are_refused(wrong: dict[str, Any]):
    with pytest.raises(ValidationError):
        loaded(**wrong)


def test_unknown_names_are_refused_in_a_sentence_without_their_values():
    with pytest.raises(ValidationError) as caught:
        loaded(secret="top-secret", colour=1)
    assert caught.value.messages_dict["colour"] == [
        "Toast has no setting called colour; it takes api_url, client_id, client_secret,"
        " webhook_secret, restaurants, whole_groups, history_interval_s, logins_an_hour."
    ]
    assert "secret" in caught.value.messages_dict
    assert "top-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({}, 5),
        ({"api_url": "http://localhost:1"}, None),
        ({"api_url": "https://toasttab.com.example"}, None),
        ({"history_interval_s": 0}, None),
        ({"api_url": "http://localhost:1", "history_interval_s": 0.5}, 0.5),
    ],
)
def test_history_calls_keep_apart_at_toast_itself(given: dict[str, Any], seconds: float | None):
    bucket = Toast(loaded(**given)).buckets.get("history")
    assert (bucket.window.total_seconds() if bucket else None) == seconds
    assert bucket is None or (bucket.spaced and bucket.capacity == 1)
