from pathlib import Path
from signal import SIGTERM

import pytest

from tests.children import TAXPOYNT, child
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")


def test_a_worker_that_is_told_to_stop_ends_well(tmp_path: Path) -> None:
    argv = [*TAXPOYNT, "worker", "--queues", "reports", "--concurrency", "1"]
    with child(argv, log=tmp_path / "worker.log") as worker:
        until(lambda: worker.says(" ready."), what="the worker", timeout_s=60)
        worker.signal(SIGTERM)
        until(lambda: not worker.alive, what="the worker's end", timeout_s=60)
        assert worker.code == 0
