"""Who owns a symbol on a wallet: a follow, or the wallet's owner by hand since a moment. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from understudy.domain.ids import FollowId, WalletId

HAND = "HAND"


@dataclass(frozen=True, slots=True)
class SymbolOwner:
    """One follow (or the hand) owns a symbol on a wallet.

    `before` may have had it until now; the hand takes over from an earlier moment of the hand.
    """

    wallet_id: WalletId
    symbol: str
    follow_id: FollowId
    before: FollowId | None = None

    def may_follow(self, owner: FollowId | None) -> bool:
        """Say whether the symbol may become this owner's while it is another's, or free."""
        if owner is None or owner in (self.follow_id, self.before):
            return True
        return is_by_hand(self.follow_id) and is_by_hand(owner)


def by_hand(since_ms: int) -> FollowId:
    """Name the hand as of a moment: what lands late frees nothing that was taken after it."""
    return FollowId(f"{HAND} {since_ms}")


def is_by_hand(owner: FollowId | None) -> bool:
    """Say whether a symbol is held by hand."""
    return owner is not None and owner.partition(" ")[0] == HAND


def by_hand_since_ms(owner: FollowId) -> int:
    """Give since when a symbol is held by hand."""
    return int(owner.partition(" ")[2] or 0)
