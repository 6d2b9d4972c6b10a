"""Lanes: what one wallet signs goes one after the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from understudy.domain.follows import Account
from understudy.domain.ids import WalletId
from understudy.domain.intents import MOST_NONCE_AHEAD_MS
from understudy.domain.replacing import replace


@dataclass(frozen=True, slots=True)
class LeverageSetting:
    """A symbol's leverage and margin mode as we set them at the venue last.

    They are known if the venue confirmed them: at `set_ms`, else 0. A change to them that it has
    not answered may take effect until `unsure_until_ms`, behind one that it confirmed too.
    """

    leverage: int
    isolated: bool = False
    set_ms: int = 0
    unsure_until_ms: int = 0

    def is_known_as(self, leverage: int, *, isolated: bool) -> bool:
        """Say whether the venue has confirmed these two."""
        return bool(self.set_ms) and self.is_for(leverage, isolated=isolated)

    def is_for(self, leverage: int, *, isolated: bool) -> bool:
        """Say whether these two were asked for, confirmed or not."""
        return (self.leverage, self.isolated) == (leverage, isolated)


@dataclass(frozen=True)
class Lane:
    """Everything one wallet signs, in order: the last nonce given out, in ms.

    No entry is ordered before `entries_rest_until_ms`. The venue keeps leverage and margin mode by
    account: `settings` has what was set, by symbol, whichever of the wallet's follows it was for.
    A symbol that is not in it may have any: what somebody else may have changed is forgotten.
    """

    wallet_id: WalletId
    nonce: int = 0
    entries_rest_until_ms: int = 0
    settings: Mapping[str, LeverageSetting] = field(default_factory=dict)
    version: int = 0

    def with_setting(self, symbol: str, setting: LeverageSetting) -> Lane:
        """Give the lane with what was set for a symbol."""
        return replace(self, settings={**self.settings, symbol: setting})

    def forgetting(self, symbols: Collection[str]) -> Lane:
        """Give the lane without knowledge of what symbols have, but of what may still land."""
        kept = {
            symbol: replace(each, set_ms=0) if symbol in symbols else each
            for symbol, each in self.settings.items()
            if symbol not in symbols or each.unsure_until_ms
        }
        return replace(self, settings=kept)

    def as_shown(self, account: Account) -> Lane:
        """Give the lane without what a later reading of its account contradicts."""
        if not account.leverages:  # it shows those of positions alone
            return self
        wrong = {
            symbol
            for symbol, each in self.settings.items()
            if _is_contradicted(symbol, each, account)
        }
        return self.forgetting(wrong) if wrong else self

    def next_nonce(self, now_ms: int) -> int:
        """Give a nonce above every earlier one and not below the clock.

        One that a wrong clock left further ahead than the signer signs was never used: the lane
        goes on from the clock, or its exits would wait until time has caught up.
        """
        if self.nonce >= now_ms + MOST_NONCE_AHEAD_MS:
            return now_ms
        return max(now_ms, self.nonce + 1)


def _is_contradicted(symbol: str, known: LeverageSetting, account: Account) -> bool:
    shown = account.leverages.get(symbol)
    if shown is None or not known.set_ms or account.read_at_ms <= known.set_ms:
        return False
    return not known.is_for(shown, isolated=symbol in account.isolated)
