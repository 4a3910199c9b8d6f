import pickle

import pytest

from config.errors import Fault, PermanentError, SkippedRecord, TransientError


@pytest.mark.parametrize("kind", [Fault, TransientError, PermanentError, SkippedRecord])
def test_an_error_says_what_happened_and_what_to_do_next(kind: type[Fault]) -> None:
    fault = kind("till.away", "The till is away.", next_step="Wait.")
    assert (fault.code, fault.sentence, fault.next_step) == (
        "till.away",
        "The till is away.",
        "Wait.",
    )
    assert str(fault) == "The till is away. Wait."


def test_without_a_next_step_the_sentence_stands_alone() -> None:
    assert str(PermanentError("x", "It broke.")) == "It broke."


def test_the_intents_are_never_mistaken_for_each_other() -> None:
    kinds = (TransientError, PermanentError, SkippedRecord)
    assert not any(issubclass(a, b) for a in kinds for b in kinds if a is not b)


def test_a_transient_error_may_name_its_wait() -> None:
    assert TransientError("x", "Later.").retry_after_s is None
    assert TransientError("x", "Later.", retry_after_s=7).retry_after_s == 7


class _PlaceError(TransientError):
    """Made with what no other fault is made with."""

    def __init__(self, place: str) -> None:
        super().__init__("place.away", f"{place} is away.", next_step="Wait.", retry_after_s=3)
        self.place = place


def test_a_fault_goes_from_process_to_process_as_it_is() -> None:
    for fault in (_PlaceError("Rome"), PermanentError("x", "It broke.", next_step="Mend it.")):
        again = pickle.loads(pickle.dumps(fault))
        assert (type(again), str(again), vars(again)) == (type(fault), str(fault), vars(fault))
