"""The ASGI entry point: `uvicorn config.asgi:application`.

A server that tells of its start and end (ASGI lifespan) gets a standby: a web process notices dead workers."""

import os
from typing import Any

import django
from django.conf import settings

from config.request_threads import Handler
from config.turns import RequestTurns

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from generation.api import crowding  # noqa: E402     # once Django is set up

_turns = RequestTurns(settings.REQUESTS_AT_ONCE, settings.REQUEST_WAIT_S) if settings.REQUESTS_AT_ONCE else None
_handler = Handler(_turns, crowding.too_late)
_requests = crowding.StreamPlaces(_handler, _handler.refuse)


async def application(scope: Any, receive: Any, send: Any) -> None:     # Any: as ASGI has it
    if scope["type"] != "lifespan":
        await _requests(scope, receive, send)
        return
    from generation.worker import standby

    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            standby.start()
            await send({"type": "lifespan.startup.complete"})
        else:
            standby.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
