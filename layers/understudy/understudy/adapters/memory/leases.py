"""Leases in memory."""

from __future__ import annotations

from threading import Lock

from understudy.ports.leases import Lease


class InMemoryLeases:
    """Implements `Leases` in memory."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._leases: dict[str, Lease] = {}

    def read(self, name: str) -> Lease | None:
        """Read a lease, whoever holds it."""
        return self._leases.get(name)

    def write(self, lease: Lease, *, seen_token: int) -> bool:
        """Store a lease while the stored token is `seen_token`."""
        with self._lock:
            stored = self._leases.get(lease.name)
            if seen_token != (stored.token if stored else 0):
                return stored == lease
            self._leases[lease.name] = lease
            return True
