"""Whatever goes well or wrong, no secret is read in a log, an answer or a table."""

import logging

import pytest

from tests.conformance.live.reading import read, read_well
from tests.conformance.live.stand import Stand
from tests.integration.cli.typed import run
from tests.integration.tasks.asked import ask

pytestmark = pytest.mark.usefixtures("database")


def test_no_secret_is_read_anywhere(
    stand: Stand, stream: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    stand.fill(stream)
    read_well(stand, stream)
    for rule in ({"kind": "status", "status": 401}, {"kind": "html", "status": 502}):
        stand.fail({"route": stand.route(stream), **rule})
        read(stand, stream)
    stand.fail()
    said = run("connections", "--json")
    printed = capfd.readouterr()
    texts = [caplog.text, said.out, said.err, printed.out, printed.err, *_tables()]
    assert len(texts[0]) > 100
    secrets = stand.secrets()
    assert len(secrets) >= 2
    for secret in secrets:
        assert len(secret) > 10
        for text in texts:
            assert secret not in text
            assert secret.encode().hex() not in text


def _tables() -> list[str]:
    """All rows of each table, as text."""
    names = ask("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    assert len(names) > 10
    return [
        "\n".join(row.held for row in ask(f'SELECT x::text AS held FROM "{each.table_name}" x'))
        for each in names
    ]
