"""The Celery app.  A message is a doorbell: losing one delays work, it never loses any.

Why each setting is what it is stands in the comments of `config/settings.py`."""

import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# At a worker's start Celery would run all of Django's checks, for half a second, and throw away what they say.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")

app = Celery("coursewright")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["generation"])


@app.on_after_configure.connect
def mend_the_transport(sender: Celery, **_signal: Any) -> None:     # Any: what the signal carries
    """Before the first connection, and only where there is a Redis: its client takes a third of a second to import."""
    if str(sender.conf.broker_url).startswith(("redis:", "rediss:")):
        from config import kombu_patch

        try:
            kombu_patch.install()
        except Exception as problem:      # Celery would only log it, and the worker go on without
            raise SystemExit(f"config/kombu_patch.py does not fit this kombu: {problem}") from problem


@signals.setup_logging.connect
def keep_the_process_log(**_signal: Any) -> None:     # Any: what the signal carries
    """Being heard is enough: Celery then leaves the logging as the settings made it, formats and levels."""
