"""Verbs: the only Celery code. `celery -A tasks …` finds the application here."""

from celery import Celery

app = Celery("taxpoynt")
app.config_from_object("celeryconfig")
