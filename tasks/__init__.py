"""Verbs: the only Celery code. `celery -A tasks …` finds the application here."""

import logging
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init

app = Celery("taxpoynt", task_cls="tasks.verb:Verb")
app.config_from_object("celeryconfig")

# Each says a line or two a task at INFO; what a task did is in its own line.
_CHATTY = ("celery.app.trace", "celery.beat", "celery.worker.strategy", "celery.redirected")


@setup_logging.connect
def _log_our_way(**_: Any) -> None:
    from config.logging import configure
    from config.settings import settings

    if not logging.getLogger().handlers:
        configure(settings().log_level, part="worker")
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


@worker_init.connect
def _look_at_the_ground(**_: Any) -> None:
    """Refuse to run where work would be lost. Raises: SystemExit with the reasons."""
    from tasks import preflight

    preflight.insist(preflight.findings())
