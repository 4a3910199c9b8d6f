"""Whatever merchants write, COPY brings it into a column as it was said."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from models import bulk
from models.session import unit_of_work
from models.storable import storable
from tests.copying import copying
from tests.factories import at

pytestmark = pytest.mark.usefixtures("database")

# Everything that tells fields and rows apart or escapes, beside what people write.
_ODD = ["\\", "\n", "\r", "\t", "\x00", "\x1d", "\x1e", "\x1f", "\ud800", "é", "漢", "N", "."]
_TEXTS = st.text(st.sampled_from(_ODD) | st.characters(), max_size=12)
_ROWS = st.lists(
    st.tuples(
        _TEXTS,
        st.none() | _TEXTS,
        st.none() | st.booleans(),
        st.none() | st.decimals(-(10**6), 10**6, places=4),
        st.none() | st.integers(0, 10**6).map(at),
        _TEXTS.map(lambda said: said.encode(errors="replace")),
    ),
    min_size=1,
    max_size=5,
)
_COLUMNS = ("name", "note", "yes", "amount", "moment", "vendor")


@pytest.fixture(scope="module")
def session(database: str) -> Iterator[Session]:
    with copying(), unit_of_work() as opened:
        opened.execute(
            text(
                "CREATE TEMP TABLE odd (id serial, name text NOT NULL, note text, yes boolean, "
                "amount numeric(18, 4), moment timestamptz, vendor text NOT NULL)"
            )
        )
        yield opened


def _stored(session: Session, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    session.execute(text("DELETE FROM odd"))
    tails = [row[-1] for row in rows]
    bulk.copy(session, "odd", _COLUMNS, [row[:-1] for row in rows], tails)
    found = session.execute(text(f"SELECT {', '.join(_COLUMNS)} FROM odd ORDER BY id"))
    return [tuple(row) for row in found]


def _kept(value: Any) -> Any:
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    return storable(value) if isinstance(value, str) else value


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=_ROWS)
def test_every_value_arrives_as_it_was_said(session: Session, rows: list[tuple[Any, ...]]) -> None:
    assert _stored(session, rows) == [tuple(map(_kept, row)) for row in rows]


@pytest.mark.parametrize(
    "name", ["\\N", "\\.", "None", "a\x1fb", "a\x1eb", "\x1d", "\x1d\x1d", "\\x1f", ""]
)
def test_text_that_means_something_to_copy_is_text(session: Session, name: str) -> None:
    row = (name, name, None, Decimal("1E+2"), None, name.encode())
    (stored,) = _stored(session, [row])
    assert (stored[0], stored[1], stored[3], stored[5]) == (name, name, 100, name)


def test_bytes_that_are_no_utf_8_are_replaced(session: Session) -> None:
    (stored,) = _stored(session, [("a", None, None, None, None, b"Z\xfcrich \xc3\xa9")])
    assert stored[-1] == "Z\N{REPLACEMENT CHARACTER}rich é"
