"""Folders that hold just the installed packages a function may import, as links.

On AWS a function sees the runtime's packages and its layers', not a developer's environment; a
package missing from a layer's requirements is missing here too.
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from localcloud.deploy.source import invalid
from localcloud.errors import Code, LocalCloudError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RUNTIME = ("awslambdaric", "boto3")
"""What AWS's Python runtime brings: its client and the SDK."""
BYTE_CODE = "__pycache__"  # of modules that are one file
_NAME = re.compile(r"^[A-Za-z0-9._-]+")


def requirement_names(requirements: Path) -> list[str]:
    """Return the package names of a requirements file."""
    lines = (line.strip() for line in requirements.read_text(encoding="utf-8").splitlines())
    return [found.group() for line in lines if (found := _NAME.match(line)) and line[0] != "-"]


def link_packages(names: Iterable[str], folder: Path) -> Path:
    """Make `folder` hold links to the installed packages `names` and all they need; return it.

    What is there and right stays as it is: functions of a kept state may be importing it.

    Raises:
        LocalCloudError: TEMPLATE_INVALID when a named package is not installed; STATE_DAMAGED when
            something of others lies among the links.
    """
    wanted: dict[str, Path] = {}
    for distribution in _closure(names):
        for place in _top_level(distribution):
            wanted.setdefault(place.name, place)
    folder.mkdir(parents=True, exist_ok=True)
    others = [each for each in folder.iterdir() if each.name != BYTE_CODE]
    _require_links(others)
    for other in others:
        if other.name not in wanted:
            other.unlink()
    for name, place in wanted.items():
        _link(folder / name, place)
    return folder


def _require_links(places: Iterable[Path]) -> None:
    for place in places:
        if not place.is_symlink():
            raise LocalCloudError(
                Code.STATE_DAMAGED,
                f"{place} is not of our making: only links to installed packages lie there",
                f"move it away, or remove {place.parent} if nobody needs it; then run again",
            )


def _link(link: Path, place: Path) -> None:
    if link.is_symlink() and link.readlink() == place:
        return
    draft = link.with_name(f".{link.name}.draft")
    draft.unlink(missing_ok=True)
    draft.symlink_to(place)
    draft.replace(link)


def _closure(names: Iterable[str]) -> Iterator[metadata.Distribution]:
    seen: set[str] = set()
    waiting = [(name, True) for name in names]
    while waiting:
        name, is_named = waiting.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in seen:
            continue
        seen.add(key)
        distribution = _installed(name, is_named=is_named)
        if distribution is not None:
            yield distribution
            waiting += [(found, False) for found in _needs(distribution)]


def _installed(name: str, *, is_named: bool) -> metadata.Distribution | None:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError as problem:
        if is_named:
            raise invalid(f"a layer needs the package {name}, which is not installed") from problem
        return None  # a requirement for another platform or Python


def _needs(distribution: metadata.Distribution) -> Iterator[str]:
    for requirement in distribution.requires or []:
        found = _NAME.match(requirement)
        if found and "extra ==" not in requirement:
            yield found.group()


def _top_level(distribution: metadata.Distribution) -> set[Path]:
    names = {file.parts[0] for file in distribution.files or []} - {"..", BYTE_CODE}
    return {Path(str(distribution.locate_file(name))) for name in names}
