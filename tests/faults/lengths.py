"""How long the random tests run: a moment in `make test`, as long as it takes in a soak.

python -m pytest tests/faults --hypothesis-profile=soak --hypothesis-show-statistics
"""

from hypothesis import settings

SOAK = "soak"
_LONGER = 40


def examples(usual: int) -> int:
    """How many examples to try under the profile that was asked for."""
    return usual * _LONGER if settings.get_current_profile_name() == SOAK else usual
