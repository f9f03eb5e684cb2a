"""The ASGI entry point: `uvicorn config.asgi:application`.

A server that tells of its start and end (ASGI lifespan) gets a standby: a web process notices dead workers."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

from config.request_threads import RequestThreads

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

_requests = RequestThreads(get_asgi_application())


async def application(scope: Any, receive: Any, send: Any) -> None:     # Any: as ASGI has it
    if scope["type"] != "lifespan":
        await _requests(scope, receive, send)
        return
    from generation.worker import standby  # once Django is set up

    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            standby.start()
            await send({"type": "lifespan.startup.complete"})
        else:
            standby.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
