"""A short storm of every kind of fault; `make soak` has long ones."""

import random

from tests.faults.storm import storm

SECONDS = 25.0


def test_nothing_is_lost_doubled_stale_or_wrong_after_a_storm() -> None:
    result = storm(random.randrange(2**32), SECONDS)
    assert not result.found
    assert len(result.did) >= SECONDS / 3
    assert result.restarts
    assert result.answers["202"]
    assert result.answers["401"]
