"""The ASGI entry point: `uvicorn config.asgi:application`.

A server that tells of its start and end (ASGI lifespan) gets a lookout: a web process notices dead workers."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

from config.lanes import Lanes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

_requests = Lanes(get_asgi_application())


async def application(scope: Any, receive: Any, send: Any) -> None:     # Any: as ASGI has it
    if scope["type"] != "lifespan":
        await _requests(scope, receive, send)
        return
    from generation.engine import lookout  # once Django is set up

    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            lookout.start()
            await send({"type": "lifespan.startup.complete"})
        else:
            lookout.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
