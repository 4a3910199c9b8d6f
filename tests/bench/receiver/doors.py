"""What our door is measured against: a bare route, the least durable one, and the usual build."""

import hmac
import os
from base64 import b64encode

import msgspec
from flask import Flask, request
from psycopg2.pool import ThreadedConnectionPool

TABLE = """
CREATE TABLE floor_deliveries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    guid text UNIQUE, body bytea, state text DEFAULT 'pending', at timestamptz DEFAULT now())
"""
_INSERT = "INSERT INTO floor_deliveries (guid, body) VALUES (%s, %s) ON CONFLICT DO NOTHING"
_ACCEPTED = ("", 202)
# What the load generator opens at most.
_LINES = 16


class _Event(msgspec.Struct):
    guid: str
    timestamp: str


_decode = msgspec.json.Decoder(_Event).decode


def bare() -> Flask:
    """A route that only answers."""
    app = Flask("bare")
    app.post("/")(lambda: _ACCEPTED)
    return app


def floor() -> Flask:
    """Verify and one INSERT, through a pool."""
    app = Flask("floor")
    # As many as connections come in: this pool closes what is given back beyond its minimum.
    pool = ThreadedConnectionPool(_LINES, _LINES, os.environ["BENCH_DSN"])

    @app.post("/")
    def take_in() -> tuple[str, int]:
        body = request.get_data(cache=False)
        event = _decode(body)
        if not _authentic(body, event.timestamp):
            return "", 401
        connection = pool.getconn()
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(_INSERT, (event.guid, body))
        finally:
            pool.putconn(connection)
        return _ACCEPTED

    return app


def usual() -> Flask:
    """Verify, insert by the ORM, send a task."""
    from tests.bench.drain.usual import accept

    app = Flask("usual")

    @app.post("/")
    def take_in() -> tuple[str, int]:
        body = request.get_data()
        event = request.get_json()
        if not _authentic(body, event["timestamp"]):
            return "", 401
        accept(event["guid"], body)
        return _ACCEPTED

    return app


def _authentic(body: bytes, timestamp: str) -> bool:
    digest = hmac.digest(os.environ["BENCH_SECRET"].encode(), body + timestamp.encode(), "sha256")
    return hmac.compare_digest(b64encode(digest).decode(), request.headers["Toast-Signature"])
