"""A disk that is full, for processes that run."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

from generation.testbed.installation.installation import ScratchInstallation
from tests.scenarios.test_database_trouble import full_disk


@contextmanager
def without_a_disk(installation: ScratchInstallation) -> Iterator[None]:
    """SQLite: the process may write no file.  PostgreSQL: it says so itself, of jobs and their parts."""
    if not installation.is_embedded:
        with full_disk():
            yield
        return
    pid = installation.supervisor.children[installation.web].pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
