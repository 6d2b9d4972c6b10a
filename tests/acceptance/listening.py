"""Which addresses processes listen on, as the kernel lists them."""

from __future__ import annotations

import socket
import struct
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LISTEN = "0A"
UNCONNECTED = "07"


def listening_addresses(process_ids: Iterable[int]) -> set[tuple[str, int]]:
    """Return the host and port of every socket that these processes hold open to be reached."""
    held = {inode for process_id in process_ids for inode in _sockets_of(process_id)}
    tables = (("tcp", LISTEN), ("tcp6", LISTEN), ("udp", UNCONNECTED), ("udp6", UNCONNECTED))
    return {
        address
        for table, state in tables
        for address, inode in _rows(Path("/proc/net") / table, state)
        if inode in held
    }


def listening_processes(port: int) -> set[int]:
    """Return the ids of the processes that hold a TCP port of this machine open to be reached.

    A port is numbers that the kernel gives to anybody: who asks whether one could be opened hears
    of every connection that happens to go out from it.
    """
    inodes = {
        inode
        for table in ("tcp", "tcp6")
        for (_, number), inode in _rows(Path("/proc/net") / table, LISTEN)
        if number == port
    }
    return {
        int(entry.name)
        for entry in Path("/proc").glob("[0-9]*")
        if inodes and not inodes.isdisjoint(_sockets_of(int(entry.name)))
    }


def _sockets_of(process_id: int) -> Iterator[str]:
    for descriptor in _descriptors_of(process_id):
        try:
            target = str(descriptor.readlink())
        except OSError:  # closed in between
            continue
        if target.startswith("socket:["):
            yield target.removeprefix("socket:[").removesuffix("]")


def _descriptors_of(process_id: int) -> list[Path]:
    try:
        return list(Path(f"/proc/{process_id}/fd").iterdir())
    except OSError:  # it ended in between, or is not ours
        return []


def _rows(table: Path, state: str) -> Iterator[tuple[tuple[str, int], str]]:
    for row in table.read_text(encoding="ascii").splitlines()[1:]:
        fields = row.split()
        if fields[3] == state:
            host, _, port = fields[1].partition(":")
            yield (_host(host), int(port, 16)), fields[9]


def _host(words: str) -> str:
    raw = b"".join(
        struct.pack("=I", int(words[start : start + 8], 16)) for start in range(0, len(words), 8)
    )
    family = socket.AF_INET if len(raw) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, raw)
