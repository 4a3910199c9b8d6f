"""An installation for the tests of one module."""

from collections.abc import Iterator

import pytest

from tests.integration.up.installation import Installation, installation


@pytest.fixture(scope="module")
def place() -> Iterator[Installation]:
    with installation() as made:
        yield made
