"""One installation at work for all tests here: starting one costs more than most of them."""

from collections.abc import Iterator

import pytest

from tests.faults.at_work import AtWork, at_work


@pytest.fixture(scope="package")
def work() -> Iterator[AtWork]:
    """Servers, web, a worker and beat of this package's own."""
    with at_work() as made:
        yield made
