"""What our commands share: refusals in one sentence with an exit code, and a stop that can be hurried."""

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import Any, Self

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, ProgrammingError

from generation.checks import OURS
from generation.services.errors import Refusal

BAD_INPUT = 2          # exit codes; 0 is what was wanted, 1 is an honest "no"
INTERRUPTED = 130
SHOW_CURSOR = b"\x1b[?25h\n"      # a live bar hides it


class BadInput(CommandError):
    """Something that only the caller can mend: one sentence on stderr, no traceback, exit code 2."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, returncode=BAD_INPUT)


def refused(refusal: Refusal) -> BadInput:
    """What a service refused, with each problem on a line of its own."""
    lines = [refusal.message, *(f"  {pointer}: {sentence}" for pointer, sentence in refusal.problems)]
    return BadInput("\n".join([*lines, refusal.advice]))


class ProductCommand(BaseCommand):
    """A command whose database may be away or not prepared: it then says so, in one sentence."""

    # The others are about code; `manage.py check` and `up`, which serves, run them all.
    requires_system_checks = [OURS]
    _called_from_command_line: bool      # Django's own; the stubs do not know it

    def execute(self, *args: Any, **options: Any) -> str | None:     # Any: Django's own
        try:
            return self._execute(*args, **options)
        except BadInput as bad:
            if not self._called_from_command_line:
                raise
            # Django would put the class's name in front.
            print(bad, file=sys.stderr)
            raise SystemExit(bad.returncode) from None
        except KeyboardInterrupt:
            raise SystemExit(INTERRUPTED) from None

    def _execute(self, *args: Any, **options: Any) -> str | None:     # Any: Django's own
        try:
            return super().execute(*args, **options)
        except Refusal as refusal:
            raise refused(refusal) from refusal
        except (OperationalError, InterfaceError, ProgrammingError) as error:
            raise BadInput(f"The database does not do its part: {one_line(error)}.") from error

    def say(self, text: str = "") -> None:
        """A line on stdout, there at once also when stdout is a file."""
        print(text, flush=True)


def one_line(error: BaseException) -> str:
    """The first line of the message of `error`, without its full stop."""
    return str(error).strip().partition("\n")[0].strip().rstrip(".") or type(error).__name__


@contextlib.contextmanager
def unwinding_on_sigterm() -> Iterator[None]:
    """SIGTERM ends the block as Ctrl-C does: what was started inside is ended on the way out."""

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)      # once is enough
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class StopRequests:
    """Ctrl-C and SIGTERM, counted: the first asks to stop, the second to hurry, the third just ends.

    The handler sets plain attributes.  An `Event` would take a lock that the interrupted thread may hold."""

    def __init__(self, on_first: Callable[[], None] = lambda: None) -> None:
        self._on_first = on_first
        self._count = 0
        self._before: dict[int, Any] = {}     # Any: whatever handlers are

    @property
    def is_asked(self) -> bool:
        return self._count > 0

    @property
    def is_urgent(self) -> bool:
        return self._count > 1

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._received)
        return self

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _received(self, number: int, frame: FrameType | None) -> None:
        self._count += 1
        if self._count == 1:
            self._on_first()
        if self._count > 2:
            if sys.stdout.isatty():
                os.write(sys.stdout.fileno(), SHOW_CURSOR)
            os._exit(128 + number)
