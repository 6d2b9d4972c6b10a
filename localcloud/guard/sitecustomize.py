"""Refuses any network address that is not this machine, in every Python that finds this folder.

Pure standard library, read before anything else runs, and on the hot path: audit events that are
no connections cost one look-up.
"""

from __future__ import annotations

import os
import sys

_REPORT = "UNDERSTUDY_REFUSED_CONNECTIONS"  # the package beside this file is not there to import
_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost", "::ffff:127.0.0.1"})
_LOCAL_NAMES = _THIS_MACHINE | {"", None}
_BIND = "socket.bind"
_ADDRESS_POSITION = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    _BIND: 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
}


class NotThisMachineError(ConnectionRefusedError):
    """An attempt to reach another machine, or to be reached from one, stopped before a packet."""


def _host(address: object) -> object:
    if isinstance(address, tuple):
        address = address[0] if address else None
        return address.decode() if isinstance(address, bytes) else address
    return address


def _is_here(event: str, address: object) -> bool:
    if event == _BIND:  # no name there means every address of this machine
        return _host(address) in _THIS_MACHINE
    return _host(address) in _LOCAL_NAMES


def _refuse_other_machines(event: str, arguments: tuple[object, ...]) -> None:
    position = _ADDRESS_POSITION.get(event)
    if position is None:
        return
    address = arguments[position]
    is_path = position == 1 and isinstance(address, (str, bytes))  # AF_UNIX
    if is_path or _is_here(event, address):
        return
    refused = f"{event} to {_host(address)!r} refused"
    _note(refused)
    raise NotThisMachineError(
        f"{refused}: the local cloud talks to 127.0.0.1 only. "
        "Point the client at AWS_ENDPOINT_URL or at a simulator."
    )


def _note(refused: str) -> None:
    """Tell the run: the program may well treat the refusal as a server that is down."""
    report = os.environ.get(_REPORT)
    if report:
        program = os.path.basename(sys.argv[0]) if getattr(sys, "argv", None) else "python"  # noqa: PTH119 - pathlib is not worth its import in every cold start
        with open(report, "a", encoding="utf-8") as file:  # noqa: PTH123 - the same
            file.write(f"{refused} in process {os.getpid()} ({program})\n")


if not getattr(sys, "understudy_guard", False):
    sys.understudy_guard = True  # type: ignore[attr-defined] # a mark of ours: once per process
    sys.addaudithook(_refuse_other_machines)
