"""Ports that stay: chosen once per state folder, because queue URLs contain them."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING

from localcloud.errors import Code, LocalCloudError
from localcloud.state_folder import read_object, write_whole
from localcloud.wire import HOST

if TYPE_CHECKING:
    from localcloud.state_folder import StateFolder

# Kept states know the emulator's port by the name of its folder.
_SHOWN = {"cloud": "the emulator"}


def pinned_port(folder: StateFolder, name: str, wanted: int | None = None) -> int:
    """Return the port that `folder` keeps for `name`, choosing and noting a free one at first.

    Raises:
        LocalCloudError: PORT_IN_USE; STATE_STALE when `wanted` is not the port of the saved state.
    """
    noted = read_object(folder.ports)
    known = noted.get(name)
    if isinstance(known, int):
        return _checked(folder, name, known, wanted)
    port = wanted or _free_port()
    _refuse_taken(name, port)
    folder.root.mkdir(parents=True, exist_ok=True)
    write_whole(folder.ports, {**noted, name: port})
    return port


def _checked(folder: StateFolder, name: str, known: int, wanted: int | None) -> int:
    if wanted not in (None, known):
        raise LocalCloudError(
            Code.STATE_STALE,
            f"{folder.root} keeps port {known} for {_shown(name)}: its queue URLs contain it.",
            f"Use port {known}, or another state folder for port {wanted}.",
        )
    _refuse_taken(name, known)
    return known


def _refuse_taken(name: str, port: int) -> None:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as problem:
            raise LocalCloudError(
                Code.PORT_IN_USE,
                f"Port {port} for {_shown(name)} cannot be opened: {problem.strerror}.",
                "Stop the program that uses it, or choose another port and state folder.",
            ) from problem


def _shown(name: str) -> str:
    return _SHOWN.get(name, name)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
