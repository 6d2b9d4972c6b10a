"""The checks of `understudy doctor`: each looks at one thing and changes nothing."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from cli.bootstrap import OLDEST_PYTHON, STAMP
from cli.places import ROOT, STATE, TEMPLATE
from localcloud.deploy.source import read_source
from localcloud.errors import LocalCloudError
from localcloud.ports import CLOUD, kept_ports, obstacle, require_same, stays
from localcloud.state_folder import StateFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

GIGABYTE = 1_000_000_000
FREE_BYTES = GIGABYTE
MEMORY_BYTES = 2 * GIGABYTE
"""A demo's peak is 1.2 GB, and the rest of a machine needs some too."""
PROCESSORS = 2
AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB", re.MULTILINE)
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
INSTALL = "run `make demo` again: it installs what is pinned"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw; a problem has a remedy, what is merely not good an advice."""

    name: str
    text: str
    remedy: str = ""
    advice: str = ""


def findings(port: int | None = None) -> Iterator[Finding]:
    """Give every check's finding, in the order in which to put things right."""
    yield python_version(sys.version_info[:2])
    yield environment(Path(sys.prefix))
    yield packages(ROOT / "requirements" / "demo.txt")
    yield template(TEMPLATE)
    for place in (ROOT, STATE, Path(tempfile.gettempdir())):
        yield writable(place)
        yield free_space(place)
    yield memory(_available_bytes())
    yield processors(_usable_processors())
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
    if not existing.is_dir():
        return Finding(name, f"{existing} is no folder", "move it away: a folder belongs there")
    if os.access(existing, os.W_OK | os.X_OK):
        return Finding(name, str(place))
    return Finding(name, f"{existing} cannot be written", "make it writable for this user")


def free_space(place: Path) -> Finding:
    """Look how much room there is."""
    name = f"space for {place.name}"
    free = shutil.disk_usage(_existing(place)).free
    text = f"{free / GIGABYTE:.1f} GB free"
    return Finding(name, text, "" if free >= FREE_BYTES else "free about 1 GB")


def _existing(place: Path) -> Path:
    return place if place.exists() else _existing(place.parent)


def memory(available_bytes: int | None) -> Finding:
    """Look how much memory is left; None where nobody can tell."""
    if available_bytes is None:
        return Finding("memory", "not known here")
    text = f"{available_bytes / GIGABYTE:.1f} GB available"
    advice = "the demo takes about 1.2 GB: close other programs"
    return Finding("memory", text, advice="" if available_bytes >= MEMORY_BYTES else advice)


def _available_bytes() -> int | None:
    try:
        found = AVAILABLE.search(Path("/proc/meminfo").read_text("ascii"))
    except OSError:  # no Linux
        return None
    return int(found[1]) * 1024 if found else None


def processors(count: int) -> Finding:
    """Look how many processors may be used."""
    advice = "two are advised: on one a run takes far longer"
    return Finding("processors", str(count), advice="" if count >= PROCESSORS else advice)


def _usable_processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def ports(state: Path, wanted: int | None) -> Iterator[Finding]:
    """Look whether the ports that the state keeps, and a wanted one, can be had."""
    folder = StateFolder(state)
    kept = kept_ports(folder)
    since = folder.running_since()
    if since is not None:
        began = datetime.fromtimestamp(since, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
        own = ", ".join(str(number) for number in kept.values())
        yield Finding("system", f"running since {began}, ports {own}")
    else:
        yield from (_kept_port(folder, name, number) for name, number in kept.items())
    if wanted is not None and (since is None or wanted not in kept.values()):
        yield _wanted_port(folder, kept.get(CLOUD, wanted), wanted)
    if not kept and wanted is None:
        yield Finding("ports", "none is kept: free ones are chosen")


def _wanted_port(folder: StateFolder, kept: int, wanted: int) -> Finding:
    name = "port for --port"
    try:
        if stays(folder, CLOUD):
            require_same(folder, CLOUD, kept, wanted)
    except LocalCloudError as error:
        return Finding(name, error.message, error.remedy)
    remedy = "name another one, or stop the program that uses it" if obstacle(wanted) else ""
    return Finding(name, str(wanted), remedy)


def _kept_port(folder: StateFolder, name: str, number: int) -> Finding:
    if obstacle(number) is None:
        return Finding(f"port for {name}", str(number))
    if stays(folder, name):
        remedy = f"stop the program that uses it; to begin anew, remove {folder.root}"
        return Finding(f"port for {name}", f"{number} is in use", remedy)
    return Finding(f"port for {name}", f"{number} is in use: another one will be chosen")
