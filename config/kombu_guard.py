"""Keeps a worker alive when Redis goes away while messages are unacknowledged.

Celery 5.7.0 closes the channel's connection on the way, and kombu's Redis transport then asks the
closed connection for its host: an AttributeError that nobody takes for a connection error, so the
worker exits.  With a closed connection there is nothing to acknowledge; Redis gives the message back
after the visibility timeout, and a second doorbell is harmless.  `tests/processes` shows whether this
is still needed."""

from collections.abc import Callable
from typing import Any

from kombu.transport.redis import QoS


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
