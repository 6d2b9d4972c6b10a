"""Who may do a thing that one should do at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Lease:
    """A right held until `until_ms`; `token` rises with every new holder.

    `leaving` says that the holder's time ends and a successor may take over.
    """

    name: str
    holder: str
    token: int
    until_ms: int
    leaving: bool = False


class Leases(Protocol):
    """Stored leases."""

    def read(self, name: str) -> Lease | None:
        """Read a lease, whoever holds it."""
        ...

    def write(self, lease: Lease, *, seen_token: int) -> bool:
        """Store a lease while the stored token is `seen_token` (0: there is none yet)."""
        ...
