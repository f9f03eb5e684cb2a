"""The roof: settings, urls, the Celery app, ASGI and deployment.  Nobody below imports it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
