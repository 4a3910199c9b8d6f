import pytest

from cli.pulling.progress import Progress
from config import clock


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The only time there is, in seconds."""
    now = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    return now


def test_it_tells_rows_their_rate_and_the_time_left_every_few_seconds(
    now: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with Progress("Bakery") as progress:
        # What an earlier command read took none of this one's time.
        progress.show(10, 50, 5_000)
        now[0] += 4
        progress.show(15, 50, 6_000)
        assert capsys.readouterr().err == ""
        now[0] += 6
        progress.show(20, 50, 7_500)
        assert capsys.readouterr().err == "Bakery: 40 %, 7,500 rows, 250 rows/s, 0:30 left\n"
        now[0] += 90
        progress.show(21, 50, 7_500)
        assert "rows/s, 4:24 left" in capsys.readouterr().err
        now[0] += 5
        progress.show(50, 50, 9_000)
        assert capsys.readouterr().err == "Bakery: 100 %, 9,000 rows, 38 rows/s\n"


def test_nothing_to_do_is_no_division_by_nothing(
    now: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with Progress("Bakery") as progress:
        now[0] += 5
        progress.show(0, 0, 0)
    assert capsys.readouterr().err == "Bakery: 0 %, 0 rows, 0 rows/s\n"
