from datetime import timedelta

from rules.waits import backoff, spread


def test_each_failure_doubles_the_wait_up_to_a_quarter_of_an_hour() -> None:
    waits = [backoff(failures).total_seconds() for failures in range(10)]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    assert backoff(10**9).total_seconds() == 900


def test_a_wait_is_spread_over_a_tenth_more_and_never_less() -> None:
    told = timedelta(minutes=1)
    spreads = [spread(told, chance).total_seconds() for chance in (0.0, 0.5, 1.0)]
    assert spreads == [60, 63, 66]
