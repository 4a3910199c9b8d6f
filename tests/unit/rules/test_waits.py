from rules.waits import backoff


def test_each_failure_doubles_the_wait_up_to_a_quarter_of_an_hour() -> None:
    waits = [backoff(failures).total_seconds() for failures in range(10)]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    assert backoff(10**9).total_seconds() == 900
