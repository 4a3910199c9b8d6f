"""How long tests run that may take any time: a moment in `make test`, longer in a soak.

python -m pytest tests/faults --hypothesis-profile=soak --hypothesis-show-statistics
"""

from hypothesis import settings

SOAK = "soak"
_LONGER = 40


def examples(usual: int) -> int:
    """How many examples to try under the profile that was asked for."""
    return usual * _LONGER if settings.get_current_profile_name() == SOAK else usual


def lasts_s(usual: float, *, longer: float) -> float:
    """How long a fault lasts, in seconds: `longer` under the profile that was asked for."""
    return longer if settings.get_current_profile_name() == SOAK else usual
