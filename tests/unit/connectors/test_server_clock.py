"""The platform's clock, known from replies that only tell whole seconds."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connectors.base import server_clock
from connectors.base.server_clock import ServerClock

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LENGTHS = st.integers(0, 2_000).map(lambda ms: timedelta(milliseconds=ms))


def test_before_the_first_reply_it_is_ours():
    assert ServerClock().offset == timedelta()


@given(
    ahead=st.integers(-7_200_000, 7_200_000).map(lambda ms: timedelta(milliseconds=ms)),
    calls=st.lists(st.tuples(LENGTHS, LENGTHS, LENGTHS), min_size=1, max_size=30),
)
def test_the_offset_is_never_further_off_than_the_first_reply_allows(
    ahead: timedelta, calls: list[tuple[timedelta, timedelta, timedelta]]
):
    clock, now, worst = ServerClock(), START, None
    for pause, there, back in calls:
        sent = now + pause
        stamped = (sent + there + ahead).replace(microsecond=0)
        now = sent + there + back
        clock.measure(sent=sent, received=now, stamped=stamped)
        bound = (there + back + timedelta(seconds=1)) / 2
        worst = bound if worst is None else min(worst, bound)
        assert abs(clock.offset - ahead) <= worst


def test_what_is_remembered_of_addresses_is_bounded():
    server_clock.remember("http://a", timedelta(hours=1))
    assert server_clock.last_known("http://a") == timedelta(hours=1)
    assert server_clock.last_known("http://b") == timedelta()
    for number in range(2_000):
        server_clock.remember(f"http://{number}", timedelta())
    assert server_clock.last_known("http://a") == timedelta()
    assert len(server_clock._last) <= 1_000


def test_a_clock_that_was_set_is_believed_anew():
    clock = ServerClock()
    clock.measure(sent=START, received=START, stamped=START)
    clock.measure(sent=START, received=START, stamped=START + timedelta(hours=1))
    assert abs(clock.offset - timedelta(hours=1)) <= timedelta(seconds=1)
