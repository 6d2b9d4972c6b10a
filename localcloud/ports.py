"""Ports that stay: chosen once per state folder, because queue URLs contain them."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING

from localcloud.errors import Code, LocalCloudError
from localcloud.state_folder import HIGHEST_PORT, read_object, write_whole
from localcloud.wire import HOST

if TYPE_CHECKING:
    from collections.abc import Collection

    from localcloud.state_folder import StateFolder

CLOUD = "cloud"
_SHOWN = {CLOUD: "the emulator"}  # kept states know its port by the name of its folder


def pinned_port(folder: StateFolder, name: str, wanted: int | None = None) -> int:
    """Return the port that `folder` keeps for `name`, choosing and noting a free one at first.

    A kept one that is taken, or named for something else, is chosen anew, unless what is saved
    contains it.

    Raises:
        LocalCloudError: PORT_IN_USE; STATE_STALE when `wanted` is not the port of the saved state.
    """
    noted = kept_ports(folder)
    kept = noted.pop(name, None)
    if kept is not None and stays(folder, name):
        require_same(folder, name, kept, wanted)
        otherwise = f"name another folder with --state; to begin anew, remove {folder.root}"
        return _opened(name, kept, otherwise)
    if wanted is None and kept is not None and _is_free(kept, besides=noted.values()):
        return kept
    port = _opened(
        name, wanted or _free_port(besides=noted.values()), "name another one with --port"
    )
    folder.root.mkdir(parents=True, exist_ok=True)
    write_whole(folder.ports, {**noted, name: port})
    return port


def kept_ports(folder: StateFolder) -> dict[str, int]:
    """Return the ports that `folder` keeps, by name; what is no port is as good as not kept.

    The emulator's is the one that what is saved contains, whatever is noted.
    """
    noted = read_object(folder.ports).items()
    kept = {
        name: port
        for name, port in noted
        if isinstance(port, int) and port is not True and 0 < port <= HIGHEST_PORT
    }
    saved = folder.saved_port
    return kept if saved is None else {**kept, CLOUD: saved}


def stays(folder: StateFolder, name: str) -> bool:
    """Tell whether what is saved contains the port kept for `name`: queue URLs do."""
    return name == CLOUD and folder.has_saved()


def obstacle(port: int) -> str | None:
    """Say why a port of this machine cannot be opened, None if it can."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as problem:
            return problem.strerror
    return None


def require_same(folder: StateFolder, name: str, kept: int, wanted: int | None) -> None:
    """Raise LocalCloudError STATE_STALE for another port than the one in what is saved."""
    if wanted not in (None, kept):
        raise LocalCloudError(
            Code.STATE_STALE,
            f"{folder.root} keeps port {kept} for {_shown(name)}: its queue URLs contain it",
            f"use port {kept}, or another folder with --state for port {wanted}",
        )


def _opened(name: str, port: int, otherwise: str) -> int:
    problem = obstacle(port)
    if problem is not None:
        raise LocalCloudError(
            Code.PORT_IN_USE,
            f"port {port} for {_shown(name)} cannot be opened: {problem}",
            f"stop the program that uses it, or {otherwise}",
        )
    return port


def _shown(name: str) -> str:
    return _SHOWN.get(name, name)


def _is_free(port: int, besides: Collection[int]) -> bool:
    return port not in besides and obstacle(port) is None


def _free_port(besides: Collection[int]) -> int:
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
        return _free_port(besides) if port in besides else port
