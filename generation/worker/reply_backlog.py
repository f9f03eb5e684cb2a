"""Replies that are here, and not stored yet.  While there are some, nothing more is asked."""

import threading
from collections.abc import Callable


class ReplyBacklog:
    """Replies `arrived` and are `over`; `on_clear` is told when none is behind any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._behind = 0
        self.on_clear: Callable[[], object] = lambda: None

    @property
    def behind(self) -> int:
        return self._behind

    def arrived(self) -> None:
        with self._lock:
            self._behind += 1

    def over(self, replies: int) -> None:
        """So many were stored, or given up."""
        with self._lock:
            self._behind -= replies
            is_clear = not self._behind
        if is_clear:
            self.on_clear()
