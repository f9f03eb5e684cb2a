"""The Celery app.  A message is a doorbell: losing one delays work, it never loses any.

Why each setting is what it is stands in the comments of `config/settings.py`."""

import os
from typing import Any

from celery import Celery, signals

from config import kombu_patch

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

kombu_patch.install()
app = Celery("coursewright")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["generation"])


@signals.setup_logging.connect
def keep_the_process_log(**_signal: Any) -> None:     # Any: what the signal carries
    """Being heard is enough: Celery then leaves the logging as the settings made it, formats and levels."""
