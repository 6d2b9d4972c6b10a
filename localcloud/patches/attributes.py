"""Reads what a patch replaces, and refuses clearly where the emulator has changed."""

from __future__ import annotations

from typing import Any

from localcloud.errors import Code, LocalCloudError


def existing(owner: object, name: str) -> Any:
    """Return the attribute `name` of `owner`.

    Raises:
        LocalCloudError: EMULATOR_CHANGED when there is none.
    """
    try:
        return getattr(owner, name)
    except AttributeError as problem:
        place = getattr(owner, "__name__", type(owner).__name__)
        raise LocalCloudError(
            Code.EMULATOR_CHANGED,
            f"the emulator has no {place}.{name}, which localcloud/patches corrects",
            "install the pinned requirements again; after a wanted upgrade, adapt the patch",
        ) from problem
