"""Refuses any network address that is not this machine, in every Python that finds this folder.

Pure standard library, read before anything else runs, and on the hot path: audit events that are
no connections cost one look-up.
"""

from __future__ import annotations

import sys

_LOCAL_NAMES = frozenset({"127.0.0.1", "::1", "localhost", "::ffff:127.0.0.1", "", None})
_ADDRESS_POSITION = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
}


class NotThisMachineError(ConnectionRefusedError):
    """An attempt to reach another machine, stopped before a packet was sent."""


def _host(address: object) -> object:
    if isinstance(address, tuple):
        address = address[0] if address else None
        return address.decode() if isinstance(address, bytes) else address
    return address


def _refuse_other_machines(event: str, arguments: tuple[object, ...]) -> None:
    position = _ADDRESS_POSITION.get(event)
    if position is None:
        return
    address = arguments[position]
    is_path = position == 1 and isinstance(address, (str, bytes))  # AF_UNIX
    if is_path or _host(address) in _LOCAL_NAMES:
        return
    raise NotThisMachineError(
        f"{event} to {_host(address)!r} refused: the local cloud talks to 127.0.0.1 only. "
        "Point the client at AWS_ENDPOINT_URL or at a simulator."
    )


if not getattr(sys, "understudy_guard", False):
    sys.understudy_guard = True  # type: ignore[attr-defined]
    sys.addaudithook(_refuse_other_machines)
