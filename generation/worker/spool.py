"""Replies on this machine's disk from the moment they arrive until the database has them.

A transaction takes milliseconds, longer on a busy machine, and a minute while the database is away: a worker that is
killed meanwhile would take along what was paid for.  What it has written is the kernel's, and survives it: the next
worker on this machine, or one that runs beside it, stores what is left.  A machine that goes down takes its spool
along, so the database remains what counts.

A file is named `worker.number.database.ENDING`.  It is locked as long as its worker needs it, and no name comes twice;
what lies in files of another database, or of another version of this product, is theirs for `KEPT_S`."""

import contextlib
import errno
import fcntl
import hashlib
import itertools
import json
import logging
import os
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from generation.services.chunks import attempts
from generation.services.chunks.attempts import ReplyRow
from generation.worker.database import AWAY

ENDING = ".replies1"       # the number is that of what a row is made of
ANY_ENDING = ".replies"
MOST_BYTES = 16 << 20      # of a file, before those that still wait move to another
KEPT_S = 7 * 86_400
_HEAD = struct.Struct("!I")
_logger = logging.getLogger(__name__)
_told = set[str]()         # files that nobody here can read


def spool_folder() -> Path:
    """Of all workers that share this installation's folder."""
    return Path(settings.LOCAL_DIR) / "replies"


class Spool:
    """What the engine `worker` keeps in `folder`.  A disk that takes nothing keeps nobody from working."""

    def __init__(self, folder: Path, worker: str) -> None:
        self._folder = folder
        self._worker = worker
        self._numbers = itertools.count()
        self._file: Path | None = None
        self._descriptor: int | None = None      # together with `_file`
        self._bytes = 0
        self._is_told = False      # that it does not work

    def open(self) -> None:
        self._try(self._open)

    def keep(self, row: ReplyRow) -> None:
        """`row` outlives this process from here on."""
        self._try(lambda: self._write([row]))

    def keep_only(self, rows: list[ReplyRow]) -> None:
        """Everything else is in the database."""
        self._try(lambda: self._shorten(rows))

    def leave_all_but(self, rows: list[ReplyRow]) -> None:
        """The database has taken nothing for too long: whoever looks next stores the others."""
        self._try(lambda: self._move(rows, is_old_needed=True))

    def close(self) -> None:
        """Nothing of it is needed any more."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.unlink()
        self.leave()

    def leave(self) -> None:
        """Whoever looks next stores what is in it."""
        descriptor, self._descriptor, self._file, self._bytes = self._descriptor, None, None, 0
        if descriptor is not None:
            os.close(descriptor)

    def _open(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while self._descriptor is None:
            file = self._folder / f"{self._worker}.{next(self._numbers)}.{_database()}{ENDING}"
            try:
                descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_RDWR | os.O_CLOEXEC, 0o600)
            except FileExistsError:      # it was left, and not recovered yet
                continue
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_there(file, descriptor):
                    self._file, self._descriptor, self._bytes = file, descriptor, 0
                    return
            except BlockingIOError:      # somebody looks already whether it is a dead worker's
                pass
            except OSError:
                file.unlink(missing_ok=True)
                os.close(descriptor)
                raise
            os.close(descriptor)

    def _write(self, rows: Iterable[ReplyRow]) -> None:
        if self._descriptor is None:
            return
        for row in rows:
            record = json.dumps(row).encode()
            record = _HEAD.pack(len(record)) + record
            written = os.write(self._descriptor, record)
            self._bytes += written
            if written < len(record):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._is_told = False

    def _shorten(self, rows: list[ReplyRow]) -> None:
        if self._descriptor is None or self._file is None:
            self._open()      # the disk may take something again
        elif not _is_there(self._file, self._descriptor):
            self._move(rows, is_old_needed=False)
        elif not rows and self._bytes:
            os.ftruncate(self._descriptor, 0)
            self._bytes = 0
        elif self._bytes > MOST_BYTES:
            self._move(rows, is_old_needed=False)

    def _move(self, rows: list[ReplyRow], *, is_old_needed: bool) -> None:
        """`rows` to a new file; they are in both before the old one goes."""
        file, descriptor = self._file, self._descriptor
        self._file = self._descriptor = None
        try:
            self._open()
            self._write(rows)
            if file is not None and not is_old_needed:
                file.unlink(missing_ok=True)
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as error:
            if not self._is_told:
                _logger.warning("replies are not kept on this machine's disk until the database has them: %s", error)
            self._is_told = True
            self.leave()


def recover(folder: Path) -> int:
    """Store the replies that dead workers left in `folder`; how many.  Any number may call at once.

    Where the database is away they stay, and it is the caller's error."""
    found = 0
    for file in _files(folder):
        if file.name.endswith(f".{_database()}{ENDING}"):
            found += _recover_one(file)
        else:
            with contextlib.suppress(OSError):
                if file.stat().st_mtime < time.time() - KEPT_S:
                    file.unlink()
    return found


def _recover_one(file: Path) -> int:
    with _left_behind(file) as descriptor:
        if descriptor is None:
            return 0
        worker = file.name.removesuffix(f".{_database()}{ENDING}").rpartition(".")[0]
        rows = list(_rows(descriptor))
        if rows:
            _store(worker, rows)
        with contextlib.suppress(OSError):      # it is found again, and then changes nothing
            file.unlink()
        return len(rows)


def _store(worker: str, rows: list[ReplyRow]) -> None:
    try:
        attempts.store_left_behind(worker, rows)
    except AWAY:
        raise
    except Exception:
        connection.close()
        if len(rows) == 1:
            _logger.exception("a reply that a dead worker left behind cannot be stored")
            return
        for row in rows:      # one of them is to blame, and only that one shall be lost
            _store(worker, [row])


def _files(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in sorted(os.listdir(folder)) if ANY_ENDING in name]
    except OSError:      # no worker has made it yet, or the disk is away: what lies there waits
        return []


@contextlib.contextmanager
def _left_behind(file: Path) -> Iterator[int | None]:
    """A descriptor of `file` while nobody else can have it; None if its worker lives, or another recovers it."""
    descriptor = None
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if descriptor is not None:
            os.close(descriptor)
        if not isinstance(error, BlockingIOError | FileNotFoundError) and file.name not in _told:
            _told.add(file.name)
            _logger.warning("what a worker left behind cannot be read: %s", error)
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _rows(descriptor: int) -> Iterator[ReplyRow]:
    """What was written whole: the end may be torn off, or be nothing but zeros where the machine lost its power."""
    with os.fdopen(os.dup(descriptor), "rb") as file:
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            size, = _HEAD.unpack(head)
            record = file.read(size)
            if len(record) < size:
                return
            try:
                job_key, attempt_id, columns = json.loads(record)
            except (TypeError, ValueError):      # what we wrote is a list of three
                return
            yield ReplyRow(job_key, attempt_id, columns)


def _is_there(file: Path, descriptor: int) -> bool:
    """Whether `file` is still what `descriptor` writes."""
    try:
        return file.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False


def _database() -> str:
    """Which database the replies belong to, as a word: another installation may use the same folder."""
    known = connection.settings_dict
    where = [str(known.get(name) or "") for name in ("HOST", "PORT", "NAME")]
    return hashlib.sha256("\0".join(where).encode()).hexdigest()[:8]
