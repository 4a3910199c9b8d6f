"""An installation a scenario."""

from collections.abc import Iterator

import pytest

from tests.installation import Installation, installed


@pytest.fixture
def installation() -> Iterator[Installation]:
    """Servers and tables of a new home."""
    with installed() as made:
        yield made
