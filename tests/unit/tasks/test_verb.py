import logging

import pytest
from celery import Celery
from structlog.testing import CapturingLogger

from config.errors import PermanentError, TransientError
from tasks import verb

app = Celery("verbs", task_cls="tasks.verb:Verb", set_as_current=False)


@app.task(name="try.passing")
def passing() -> None:
    raise TransientError("database.away", "The database can't be reached just now.")


@app.task(name="try.lasting")
def lasting() -> None:
    raise PermanentError("x", "It broke.")


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> CapturingLogger:
    capturing = CapturingLogger()
    monkeypatch.setattr(verb, "log", capturing)
    return capturing


def test_what_passes_by_itself_is_one_calm_line(
    log: CapturingLogger, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        passing.apply()
    [call] = log.calls
    assert (call.method_name, call.kwargs["code"]) == ("warning", "database.away")
    assert not caplog.records


def test_what_does_not_is_an_error_with_its_place(
    log: CapturingLogger, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        lasting.apply()
    assert not log.calls
    [record] = caplog.records
    assert record.levelname == "ERROR"
    assert record.exc_info
