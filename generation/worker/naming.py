"""Errors, claims and workers, in words that may be stored."""

import os
import re
import secrets
import socket
from pathlib import Path

from generation.services.chunks.claim import Claim
from generation.telemetry.redaction import clean


def named(error: Exception) -> str:
    """An unexpected error in one line, without secrets."""
    return clean(f"{type(error).__name__}: {error}")[:500]


def ids_of(claim: Claim) -> dict[str, int]:
    """For the log: what an error concerns."""
    return {"job_id": claim.job_id, "chunk_id": claim.chunk_id, "attempt_id": claim.attempt_id}


def worker_name() -> str:
    """`host-namespace:pid:random`.  Two containers may share a host name and a pid, but not the namespace."""
    try:
        namespace = re.sub(r"\D", "", str(Path("/proc/self/ns/pid").readlink()))
    except OSError:
        namespace = "0"
    return f"{socket.gethostname()[:60]}-{namespace}:{os.getpid()}:{secrets.token_hex(3)}"
