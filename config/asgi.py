"""The ASGI entry point: `uvicorn config.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

from config.lanes import Lanes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = Lanes(get_asgi_application())
