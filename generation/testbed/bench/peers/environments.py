"""Where other engines are installed: a folder for each list of what is pinned, made once and found again.

Nothing that is downloaded runs while it is installed: Python packages come built, npm's scripts are not run."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from generation.testbed.installation.processes import ROOT

PINNED = ROOT / "tests" / "benchmarks" / "peers"
INSTALL_S = 240
COMPLETE = "complete"      # a file in a folder that was filled to its end


class PeerMissing(Exception):
    """An engine cannot be had here; the message is a sentence that says which and why."""


def peers_folder() -> Path:
    """Below LOCAL_DIR, so that whatever an engine keeps lies on the same disk as ours."""
    folder = Path(settings.LOCAL_DIR) / "peers"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def bare_environment(**changes: str) -> dict[str, str]:
    """Of a process that is none of ours."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(peers_folder()), "LANG": "C.UTF-8", **changes}


def python_for(who: str, pins: str) -> Path:
    """The Python of an environment with what `pins` lists, a file in `PINNED`.  PeerMissing if there is none."""
    requirements = PINNED / pins

    def install(folder: Path) -> None:
        _run(who, [sys.executable, "-m", "venv", "--without-pip", str(folder)])
        _run(who, [
            sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--quiet",
            "--disable-pip-version-check", "--only-binary", ":all:", "--require-hashes", "-r", str(requirements),
        ])

    return _made_once(who, requirements.stem, [requirements], install) / "bin" / "python"


def restate_server() -> Path:
    """The program of Restate's server.  PeerMissing without npm, and where it is not built for this machine."""
    who, pinned = "Restate", [PINNED / "restate-server" / name for name in ("package.json", "package-lock.json")]
    if shutil.which("npm") is None:
        raise PeerMissing(f"{who} is left out: its server comes with npm, which is not installed.")

    def install(folder: Path) -> None:
        folder.mkdir()
        for file in pinned:
            shutil.copy(file, folder)
        _run(who, ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)])

    folder = _made_once(who, "restate-server", pinned, install)
    built = sorted(folder.glob("node_modules/@restatedev/restate-server-*/bin/restate-server"))
    if not built:
        raise PeerMissing(f"{who} is left out: its server is not built for this kind of machine.")
    return built[0]


def _made_once(who: str, name: str, pinned: list[Path], install: Callable[[Path], None]) -> Path:
    """The folder that `install` has filled with what the files `pinned` list; those of other lists are removed."""
    missing = [file for file in pinned if not file.is_file()]
    if missing:
        raise PeerMissing(f"{who} is left out: {missing[0].relative_to(ROOT)} is not part of this installation.")
    listed = hashlib.sha256(b"".join(file.read_bytes() for file in pinned) + sys.version.encode()).hexdigest()
    folder = peers_folder() / f"{name}-{listed[:12]}"
    if not (folder / COMPLETE).exists():
        for old in peers_folder().glob(f"{name}-{'?' * 12}"):
            shutil.rmtree(old)
        install(folder)
        (folder / COMPLETE).touch()
    return folder


def _run(who: str, command: list[str]) -> None:
    try:
        subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=INSTALL_S)
    except subprocess.TimeoutExpired as late:
        raise PeerMissing(f"{who} is left out: it was not installed within {INSTALL_S} s.") from late
    except subprocess.CalledProcessError as failed:
        said = [line for line in f"{failed.stdout}\n{failed.stderr}".splitlines() if line.strip()]
        why = said[-1].strip() if said else f"exit code {failed.returncode}"
        raise PeerMissing(f"{who} is left out: it could not be installed ({why}).") from failed
