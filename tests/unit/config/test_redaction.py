import io
import json
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import structlog

from config import keys, redaction
from config import logging as ours
from config.settings import read
from models import connections

PLANTED = 'pl4nted-"s\\ecret"'
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is written while every logger of the process goes through ours."""
    root = logging.getLogger()
    handlers, level, structured = list(root.handlers), root.level, structlog.get_config()
    stream = io.StringIO()
    ours.configure("DEBUG", part="test", stream=stream)
    yield stream
    structlog.configure(**structured)
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = handlers
    root.setLevel(level)


def _written(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def _nowhere(stream: io.StringIO, *secrets: str) -> None:
    text = stream.getvalue()
    assert text
    for secret in secrets:
        assert secret not in text
        assert json.dumps(secret)[1:-1] not in text


def test_a_line_is_one_object_with_its_event_level_logger_and_instant(lines: io.StringIO) -> None:
    ours.logger("shop").info("opened", rows=7, name="Café – Ọba")
    (line,) = _written(lines)
    assert line["event"] == "opened"
    assert (line["rows"], line["name"], line["level"]) == (7, "Café – Ọba", "info")
    assert (line["logger"], line["part"]) == ("shop", "test")
    assert line["at"].endswith("Z")


def test_context_follows_every_line_inside_and_none_after(lines: io.StringIO) -> None:
    log = ours.logger("shop")
    with ours.context(correlation_id="abc"):
        log.info("in")
        logging.getLogger("library").warning("too")
    log.info("out")
    assert [line.get("correlation_id") for line in _written(lines)] == ["abc", "abc", None]


@pytest.mark.parametrize(
    "name",
    [
        *("client_secret", "webhook_secret", "password", "passwd", "access_token", "Authorization"),
        *("Toast-Signature", "private_key", "privateKey", "api-key", "apikey", "Set-Cookie"),
        *("credentials", "bearer"),
    ],
)
def test_a_secretly_named_field_is_hidden_however_deep(lines: io.StringIO, name: str) -> None:
    ours.logger("shop").info("x", **{name: "hunter22"}, deep=[{"a": ({name: "hunter22"},)}])
    _nowhere(lines, "hunter22")
    (line,) = _written(lines)
    assert line[name] == redaction.HIDDEN
    assert line["deep"] == [{"a": [{name: redaction.HIDDEN}]}]


def test_a_known_secret_is_hidden_wherever_it_turns_up(lines: io.StringIO) -> None:
    redaction.remember(PLANTED)
    log = ours.logger("shop")
    event = f"event with {PLANTED}"
    log.info(event, field=f"a {PLANTED} b", deep={"x": [PLANTED]})
    log.info("object", thing=Exception(PLANTED), raw=PLANTED.encode(), several={PLANTED})
    logging.getLogger("urllib3").warning("library says %s", PLANTED)
    logging.getLogger("library").warning("extra", extra={"note": PLANTED})
    with ours.context(note=PLANTED):
        log.info("context")
    _nowhere(lines, PLANTED)
    assert "pl4nted" not in lines.getvalue()


def test_the_keys_that_seal_are_known_once_read(lines: io.StringIO, tmp_path: Path) -> None:
    read({"TAXPOYNT_SECRET_KEYS": "first-of-the-keys, older-of-the-keys"})
    kept = keys.kept_in(tmp_path)
    ours.logger("shop").info(f"first-of-the-keys, then older-of-the-keys or {kept} opens it")
    _nowhere(lines, "first-of-the-keys", "older-of-the-keys", kept)


def test_what_is_unsealed_reaches_no_log(
    lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = read({"TAXPOYNT_SECRET_KEYS": "a-key-that-seals"})
    monkeypatch.setattr(connections, "settings", lambda: given)
    held = {"client_secret": "till-pass-1", "webhook_secret": {"orders": ["till-pass-2"]}}
    connections.unseal(connections.seal(held))
    said = "they sent till-pass-1 and till-pass-2"
    ours.logger("shop").info(said, deep=[{"said": said}], thing=ValueError(said))
    _nowhere(lines, "till-pass")


def test_exceptions_and_their_causes_are_written_without_secrets(lines: io.StringIO) -> None:
    redaction.remember(PLANTED)
    inner = f"inner {PLANTED}"
    outer = f"outer {PLANTED} at postgresql://me:hunter22@db/x"
    try:
        try:
            raise ValueError(inner)  # noqa: TRY301 - what is raised is what is looked at
        except ValueError as cause:
            raise LookupError(outer) from cause
    except LookupError:
        ours.logger("shop").exception("failed")
        logging.getLogger("library").exception("failed too")
    _nowhere(lines, PLANTED, "hunter22")
    text = lines.getvalue()
    assert "pl4nted" not in text
    assert text.count("LookupError: outer [hidden]") == 2
    assert "postgresql://me:[hidden]@db/x" in text


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Authorization: Bearer abc.DEF-123", "Authorization: Bearer [hidden]"),
        ("redis://:hunter22@broker:6379/0", "redis://:[hidden]@broker:6379/0"),
        ("amqp://me:hunter22@broker//", "amqp://me:[hidden]@broker//"),
        (f"token {JWT} ends", "token [hidden] ends"),
        (f"key {PEM} ends", "key [hidden] ends"),
        ("key -----BEGIN PRIVATE KEY-----\nMIIEow", "key [hidden]"),
        ("postgresql://me:p@ss@host/db", "postgresql://me:[hidden]@host/db"),
        ("postgresql://me@there:p:a@ss@host/db", "postgresql://me@there:[hidden]@host/db"),
        ("redis://:a@b@h1,redis://:c@h2", "redis://:[hidden]@h1,redis://:[hidden]@h2"),
        ("Authorization: Basic bWU6cGFzcw==", "Authorization: Basic [hidden]"),
        ("authorization: bWU6cGFzcw== sent", "authorization: [hidden] sent"),
        ("{'Authorization': 'Basic bWU6cA=='}", "{'Authorization': '[hidden]'}"),
        ("password=hunter22 host=db port=5432", "password=[hidden] host=db port=5432"),
        ("host=db password = 'hunter 22' port=1", "host=db password = '[hidden]' port=1"),
        ("password=hun,ter)2]2 host=db", "password=[hidden] host=db"),
        ("POST /login?client_secret=a-b&x=1", "POST /login?client_secret=[hidden]&x=1"),
        ("""body='{"clientSecret":"x"}'""", """body='{"clientSecret":"[hidden]"}'"""),
        ("""{"clientSecret": "a\\"b", "y": "z"}""", """{"clientSecret": "[hidden]", "y": "z"}"""),
        (
            r'{"body": "{\"accessToken\": \"x\", \"y\": 1}"}',
            r'{"body": "{\"accessToken\": \"[hidden]\", \"y\": 1}"}',
        ),
        ("""cut off: {"password": "hun\\""", """cut off: {"password": "[hidden]\\"""),
        ("""{"webhookSecret": {"orders": ["a"]}, "y": 1}""", """{"webhookSecret": [hidden]"""),
        ("""{"apiKey": 123456}""", """{"apiKey": [hidden]"""),
    ],
)
def test_what_looks_like_a_secret_is_hidden_unasked(
    lines: io.StringIO, said: str, kept: str
) -> None:
    assert redaction.text(said) == kept
    ours.logger("shop").info(said, deep={"said": [said]})
    logging.getLogger("library").warning(said)
    one, two = _written(lines)
    assert one["event"] == two["event"] == one["deep"]["said"][0] == kept


def test_hiding_a_part_tears_no_line(lines: io.StringIO) -> None:
    ours.logger("shop").info("password=", a='ends with "secret": [', b="password=", c="token='")
    ours.logger("shop").info("numbers", n=918273645546, **{"names with hunter-of-22": 1})
    redaction.remember("918273645546", "hunter-of-22")
    ours.logger("shop").info("numbers", n=918273645546, **{"names with hunter-of-22": 1})
    torn, _, known = _written(lines)
    assert (torn["event"], torn["b"]) == ("password=", "password=")
    assert known["names with [hidden]"] == 1


def test_a_text_that_looks_like_many_secrets_takes_no_time(lines: io.StringIO) -> None:
    for piece in ("://a:", "token", "secret=", 'password":"', "a" * 5, "authorization: ", "\\"):
        before = time.monotonic()
        redaction.text(piece * 20_000)
        assert time.monotonic() - before < 2, piece


@pytest.mark.parametrize(
    "said",
    [
        "Order 12 of Ikeja at https://ws-api.toasttab.com/orders/v2/ordersBulk?page=2 read.",
        "The bearer of this cheque, eyJ or not, owes 12.50 to a@b.example.",
        "10:45 @ table 4; ratio 3:2",
        "The token: it expired. A secret is missing; no password given.",
        """{"token": null, "secret": "", "cookies": [], "password": false, "y": "z"}""",
        "password=[hidden] host=db",
        "",
    ],
)
def test_plain_text_stays_as_it_is(said: str) -> None:
    assert redaction.text(said) == said
    assert redaction.fields({"note": [said, 7, None, True]}) == {"note": [said, 7, None, True]}


def test_a_secret_never_leaves_its_tail_behind_a_shorter_one() -> None:
    redaction.remember("tail-of", "tail-of-a-longer-one")
    assert redaction.text("a tail-of-a-longer-one b") == "a [hidden] b"


def test_what_is_too_short_to_be_a_secret_hides_nothing() -> None:
    redaction.remember("abc", "", None)
    assert redaction.text("abcdef") == "abcdef"


def test_secrets_may_be_learned_while_lines_are_written() -> None:
    def learn(thread: int) -> None:
        for number in range(300):
            redaction.remember(f"learned-{thread}-{number:04d}")

    def write(_: int) -> None:
        for _each in range(300):
            redaction.text("nothing to hide here")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: learn(n) if n % 2 else write(n), range(6)))
    assert redaction.text("learned-1-0000 learned-5-0299") == "[hidden] [hidden]"
