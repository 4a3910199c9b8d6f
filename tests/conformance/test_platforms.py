"""What every platform promises, from its visiting card to its errors."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from marshmallow import ValidationError

from config.errors import SkippedRecord
from connectors import platforms
from connectors.base.contract import (
    LOCATIONS,
    Connector,
    Delivery,
    Do,
    Request,
    Response,
    Webhook,
)
from connectors.base.platform import Platform
from tests.conformance.samples import deliveries, named_deliveries, settings_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ASK = Request("GET", "/anything")

pytestmark = pytest.mark.parametrize(
    "platform", list(platforms().values()), ids=lambda platform: platform.name
)


def connected(platform: Platform) -> Connector:
    return platform.connect(platform.settings().load(settings_of(platform)))


def receiver(platform: Platform) -> Webhook:
    assert platform.webhook is not None
    return platform.webhook


def test_it_declares_itself(platform: Platform):
    assert platforms()[platform.name] is platform
    assert platform.name == platform.name.lower()
    assert platform.title
    assert platform.kind in ("crm", "pos")
    assert platform.api_version
    assert platform.streams


def test_its_facts_have_dated_sources(platform: Platform):
    assert platform.sources
    for source in platform.sources:
        assert source.title
        assert source.url.startswith("https://")
        assert date.fromisoformat(source.read_on) <= NOON.date() + timedelta(days=365)


def test_its_limits_are_usable(platform: Platform):
    assert platform.buckets
    for name, bucket in platform.buckets.items():
        assert bucket.name == name
        assert bucket.per in ("connection", "location", "host")
        assert bucket.capacity > 0
        assert bucket.window > timedelta()
        assert 0 < bucket.share <= 1
    assert set(connected(platform).buckets) <= set(platform.buckets)


def test_each_stream_covers_late_rows(platform: Platform):
    for name, stream in platform.streams.items():
        assert stream.name == name
        assert stream.version_of
        assert stream.overlap + stream.hold_back > timedelta()
        assert stream.first_reach > timedelta()


def test_unknown_settings_are_refused_by_name(platform: Platform):
    with pytest.raises(ValidationError, match="colour"):
        platform.settings().load({**settings_of(platform), "colour": "red"})


def test_its_secret_settings_exist_and_stay_out_of_sight(platform: Platform):
    assert platform.secret_settings <= set(platform.settings().fields)
    connector, settings = connected(platform), settings_of(platform)
    assert platform.secret_settings <= set(settings)
    for name in platform.secret_settings:
        assert str(settings[name]) not in repr(connector)


def test_a_signed_delivery_is_authentic(platform: Platform):
    webhook = receiver(platform)
    for delivery in deliveries(platform):
        secrets = webhook.secrets(settings_of(platform), delivery)
        assert webhook.verify(delivery, secrets).ok
        assert webhook.verify(delivery, ["another", *secrets]).ok


def test_each_kind_of_delivery_is_understood_or_set_aside(platform: Platform):
    webhook, connector = receiver(platform), connected(platform)
    for name, delivery in named_deliveries(platform).items():
        if name.startswith("unknown_"):
            with pytest.raises(SkippedRecord) as caught:
                webhook.parse(delivery)
            assert caught.value.next_step
            continue
        for hint in webhook.parse(delivery):
            assert hint.id
            assert hint.stream in {LOCATIONS, *platform.streams}
            if hint.record is not None:
                assert (hint.record.stream, hint.record.id) == (hint.stream, hint.id)
                assert connector.read(hint.record)


def test_a_bad_signature_is_refused(platform: Platform):
    webhook = receiver(platform)
    for delivery in deliveries(platform):
        secrets = list(webhook.secrets(settings_of(platform), delivery))
        changed = replace(delivery, body=delivery.body + b" ")
        for forged, tried in (
            (changed, secrets),
            (delivery, ["another"]),
            (delivery, []),
            (delivery, [""]),
            (replace(delivery, headers={}), secrets),
        ):
            verdict = webhook.verify(forged, tried)
            assert not verdict.ok
            assert verdict.reason
            assert not any(secret in verdict.reason for secret in secrets)


def test_without_a_secret_nothing_is_accepted(platform: Platform):
    webhook, bare = receiver(platform), {**settings_of(platform), "webhook_secret": None}
    for delivery in deliveries(platform):
        assert not webhook.verify(delivery, webhook.secrets(bare, delivery)).ok


def test_the_same_body_has_the_same_delivery_id(platform: Platform):
    webhook = receiver(platform)
    names = [webhook.identify(delivery).delivery_id for delivery in deliveries(platform)]
    again = [webhook.identify(Delivery({}, each.body)).delivery_id for each in deliveries(platform)]
    assert names == again
    assert len(set(names)) == len(names) > 0


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"{", b"\xff\xfe", b"[" * 100_000])
def test_any_body_can_be_named_and_is_refused_in_words(platform: Platform, body: bytes):
    webhook, delivery = receiver(platform), Delivery({}, body)
    named = webhook.identify(delivery)
    assert named.delivery_id
    assert named.event_type
    with pytest.raises(SkippedRecord) as caught:
        webhook.parse(delivery)
    assert caught.value.sentence


@pytest.mark.parametrize(
    ("status", "body", "do"),
    [
        (200, b"[]", Do.OK),
        (401, b"{}", Do.REFRESH),
        (404, b"{}", Do.MISSING),
        (429, b"{}", Do.WAIT),
        (500, b"{}", Do.RETRY),
        (503, b"<html></html>", Do.RETRY),
        (200, b"<html></html>", Do.RETRY),
        (200, b'[{"cut', Do.RETRY),
        (418, b"{}", Do.BUG),
    ],
)
def test_answers_map_to_what_to_do(platform: Platform, status: int, body: bytes, do: Do):
    outcome = connected(platform).classify(ASK, Response(status, {}, body, NOON))
    assert outcome.do is do
    assert do in (Do.OK, Do.MISSING) or (outcome.code and outcome.sentence and outcome.next_step)


@pytest.mark.parametrize("cut", [TimeoutError(), ConnectionError()])
def test_a_call_without_an_answer_is_tried_again(platform: Platform, cut: Exception):
    outcome = connected(platform).classify(ASK, cut)
    assert outcome.do is Do.RETRY
    assert outcome.code
    assert outcome.sentence
