import click
import pytest

from cli.worker import _served


@pytest.mark.parametrize(
    ("wanted", "served"),
    [
        ("toast.events,toast.sync", ["toast.events", "toast.sync"]),
        ("*.bulk, invoice", ["toast.bulk", "invoice"]),
        ("toast.sync,toast.sync", ["toast.sync"]),
    ],
)
def test_queues_are_named_or_matched(wanted: str, served: list[str]) -> None:
    assert _served(wanted) == served


@pytest.mark.parametrize("wanted", ["nope", "toast.events,*.nope", ""])
def test_what_matches_no_queue_is_refused(wanted: str) -> None:
    with pytest.raises(click.BadParameter, match=r"There are: toast\.events"):
        _served(wanted)
