"""Kills what an installation has started when its starter is gone: `python -m generation.testbed.installation.reaper`.

It is told of each process group by a line (`+pid`, `-pid`) on its stdin, whose other end is the starter's alone: when
that dies, however it happens, the pipe closes, and no worker goes on working for nobody."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


class Reaper:
    """A child process, from the first `watch` to `dismiss`."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "generation.testbed.installation.reaper"], cwd=ROOT, stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
        )

    def watch(self, pid: int) -> None:
        self._tell(f"+{pid}")

    def forget(self, pid: int) -> None:
        self._tell(f"-{pid}")

    def dismiss(self) -> None:
        """End it; whoever it still watches ends, too."""
        assert self._child.stdin is not None, "it was made with a pipe"
        with contextlib.suppress(BrokenPipeError):
            self._child.stdin.close()
        self._child.wait(10)

    def _tell(self, line: str) -> None:
        assert self._child.stdin is not None, "it was made with a pipe"
        with contextlib.suppress(BrokenPipeError):
            self._child.stdin.write(f"{line}\n")
            self._child.stdin.flush()


def main() -> None:
    watched: set[int] = set()
    for line in sys.stdin:
        pid = int(line[1:])
        (watched.add if line[0] == "+" else watched.discard)(pid)
    for pid in watched:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
