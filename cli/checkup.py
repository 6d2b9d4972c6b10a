"""The checks of `understudy doctor`: each looks at one thing and changes nothing."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from cli.bootstrap import OLDEST_PYTHON, STAMP
from cli.places import ROOT, STATE, TEMPLATE
from localcloud.deploy.source import read_source
from localcloud.errors import LocalCloudError
from localcloud.state_folder import StateFolder, read_object
from localcloud.wire import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

FREE_BYTES = 1_000_000_000
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
INSTALL = "run `make demo` again: it installs what is pinned"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw; a problem has a remedy."""

    name: str
    text: str
    remedy: str = ""


def findings(port: int | None = None) -> Iterator[Finding]:
    """Give every check's finding, in the order in which to put things right."""
    yield python_version(sys.version_info[:2])
    yield environment(Path(sys.prefix))
    yield packages(ROOT / "requirements" / "demo.txt")
    yield template(TEMPLATE)
    for place in (ROOT, STATE, Path(tempfile.gettempdir())):
        yield writable(place)
        yield free_space(place)
    yield from ports(STATE, port)


def python_version(found: tuple[int, ...]) -> Finding:
    """Look at the running Python."""
    text = ".".join(str(number) for number in found)
    remedy = "" if found >= OLDEST_PYTHON else "install Python 3.11 or newer: make demo PYTHON=..."
    return Finding("python", text, remedy)


def environment(prefix: Path) -> Finding:
    """Look whether the environment was made to its end."""
    if (prefix / STAMP).is_file():
        return Finding("environment", str(prefix))
    return Finding("environment", f"{prefix} is half-made or not ours", "run `make demo` again")


def packages(requirements: Path) -> Finding:
    """Compare what is installed with what is pinned."""
    try:
        pins = PINNED.findall(requirements.read_text(encoding="utf-8"))
    except OSError as error:
        return Finding("packages", f"{requirements.name}: {error.strerror}", "restore the file")
    wrong = [name for name, version in pins if _installed(name) != version]
    if not wrong:
        return Finding("packages", f"{len(pins)} as pinned")
    return Finding("packages", f"missing or other: {', '.join(wrong[:5])}", INSTALL)


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def template(path: Path) -> Finding:
    """Look whether the template can be read."""
    try:
        read_source(path)
    except LocalCloudError as error:
        return Finding("template", error.message, error.remedy)
    except OSError as error:
        return Finding("template", f"{path.name}: {error.strerror}", "restore the file")
    return Finding("template", path.name)


def writable(place: Path) -> Finding:
    """Look whether a folder, or the one it would be made in, can be written."""
    name = f"writing to {place.name}"
    existing = _existing(place)
    if os.access(existing, os.W_OK | os.X_OK):
        return Finding(name, str(place))
    return Finding(name, f"{existing} cannot be written", "make it writable for this user")


def free_space(place: Path) -> Finding:
    """Look how much room there is."""
    name = f"space for {place.name}"
    free = shutil.disk_usage(_existing(place)).free
    text = f"{free / FREE_BYTES:.1f} GB free"
    return Finding(name, text, "" if free >= FREE_BYTES else "free about 1 GB")


def _existing(place: Path) -> Path:
    return place if place.exists() else _existing(place.parent)


def ports(state: Path, wanted: int | None) -> Iterator[Finding]:
    """Look whether the ports that the state keeps, and a wanted one, are free."""
    kept = read_object(StateFolder(state).ports)
    chosen = {**kept, **({"--port": wanted} if wanted else {})}
    for name, number in chosen.items():
        remedy = "" if is_free(number) else "stop the program that uses it (perhaps `make up`)"
        yield Finding(f"port for {name}", str(number), remedy)
    if not chosen:
        yield Finding("ports", "none is kept: free ones are chosen")


def is_free(port: int) -> bool:
    """Say whether a port of this machine can be opened."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
