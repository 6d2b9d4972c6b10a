"""What the migration needs of the world; all raise DependencyError when it does not answer."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, Protocol

from custody.migration.legacy import LegacyUser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custody.authorities import DigestSigner
    from understudy.domain.audit import AuditEntry


class UsersPage(NamedTuple):
    """Ids of one page of users, and where the next begins ('' when there is none)."""

    user_ids: Sequence[str]
    next_page: str


class LegacyStore(Protocol):
    """The older system's users, and how far each is."""

    def add(self, user: LegacyUser, audit: AuditEntry) -> bool:
        """Take a user over from the older system with its audit entry, both or neither.

        False when the user is there already.
        """
        ...

    def page(self, start: str) -> UsersPage:
        """Read a page of users; '' is the first."""
        ...

    def read(self, user_id: str) -> LegacyUser | None:
        """Read a user consistently."""
        ...

    def advance(self, was: LegacyUser, now: LegacyUser, audit: AuditEntry, at_ms: int) -> None:
        """Store the next stage with its audit entry, both or neither.

        Raises ConflictError when the user is at another stage meanwhile or their new key was sealed
        anew, or when a key is to be destroyed before its quarantine has ended.
        """
        ...


class Chain(Protocol):
    """What is so on chain, and the two things that change it. Changes may be asked for twice."""

    def owner_of(self, wallet_address: str) -> str:
        """Give the lower-case address of a wallet's owner."""
        ...

    def worth_of(self, address: str) -> Decimal:
        """Give all that an address holds, in USDC."""
        ...

    def change_owner(self, user: LegacyUser, key: DigestSigner) -> None:
        """Make the new address the owner of the wallet."""
        ...

    def move_everything(self, user: LegacyUser, key: DigestSigner) -> None:
        """Move what the wallet holds to the new address."""
        ...


class OrderDesk(Protocol):
    """Proves an authority by using it: an order that the venue takes, and its cancellation."""

    def proven_by_an_order(self, user: LegacyUser, key: DigestSigner) -> str:
        """Give the id of this user's order that the venue accepted, the same one if repeated."""
        ...
