"""Keeps a worker alive when Redis goes away while messages are unacknowledged, and when a message is none.

Celery 5.7.0 closes the channel's connection on the way, and kombu's Redis transport then asks the
closed connection for its host: an AttributeError that nobody takes for a connection error, so the
worker exits.  With a closed connection there is nothing to acknowledge; Redis gives the message back
after the visibility timeout, and a second doorbell is harmless.

What was pushed into the queue and is no message (no JSON, no delivery tag, a number of a million digits) makes
kombu raise in the worker's loop, which ends the worker.  It is logged and dropped instead: a doorbell carries
nothing that could be lost.  `tests/processes` shows whether either is still needed."""

import logging
from collections.abc import Callable
from typing import Any

from kombu.transport.redis import Channel, QoS

_logger = logging.getLogger(__name__)
_NO_MESSAGE = (ValueError, KeyError, TypeError, RecursionError)


def _is_closed(qos: Any) -> bool:     # Any: kombu is untyped
    return getattr(qos.channel.connection, "client", None) is None


def _unless_closed(original: Callable[..., Any]) -> Callable[..., Any]:     # Any: kombu is untyped
    def guarded(self: Any, tag: Any, *args: Any, **kwargs: Any) -> Any:     # Any: kombu is untyped
        return None if _is_closed(self) else original(self, tag, *args, **kwargs)

    return guarded


def install() -> None:
    """Once for a process, before its worker starts."""
    qos: Any = QoS
    qos.ack = _unless_closed(qos.ack)
    qos.reject = _unless_closed(qos.reject)
    original = qos.restore_unacked

    def restore_unacked(self: Any, client: Any = None) -> Any:     # Any: kombu is untyped
        if client is None and _is_closed(self):
            self._delivered.clear()
            return None
        return original(self, client)

    qos.restore_unacked = restore_unacked
    _drop_what_cannot_be_read()


def _drop_what_cannot_be_read() -> None:
    channel: Any = Channel
    original = channel._brpop_read

    def read(self: Any, **options: Any) -> Any:     # Any: kombu is untyped
        try:
            return original(self, **options)
        except self.connection_errors:
            raise
        except _NO_MESSAGE as error:
            _logger.error("a message that cannot be read was dropped: %s", type(error).__name__)
            return True

    channel._brpop_read = read
