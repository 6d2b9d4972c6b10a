"""Agents: fresh keys that a user's wallet lets trade for it at a venue. Public facts only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from understudy.domain.errors import TooManyCallsError
from understudy.domain.ids import UserId, WalletId, digest_of
from understudy.domain.replacing import replace


class AgentScope(StrEnum):
    """What an agent may do; only trading can be delegated for copying."""

    TRADE_ONLY = "TRADE_ONLY"
    TRADE_AND_WITHDRAW = "TRADE_AND_WITHDRAW"


class AgentStatus(StrEnum):
    """Where an agent stands; a revoked or expired one never comes back."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"


DAY_MS = 86_400_000
ROTATED_BEFORE_END_MS = 14 * DAY_MS
# Longer than any order lives that the old agent may still have to sign.
HANDED_OVER_MS = 60_000
ASKED_AGAIN_MS = 60_000
LONGEST_NAME = 16
# The venue reads what follows this as an agent's end.
ENDS_A_NAME = "valid_until"
# A wallet needs one agent and, weeks later, a successor: ten leave room for names thought better
# of and signatures refused. Each may be a key in KMS, which costs until a month after its end.
MOST_MADE_A_DAY = 10
# Longer than any function may run: what was begun before and is not there by now never will be.
BEING_MADE_MS = 15 * 60_000
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]*[A-Za-z0-9._-])?")
_NUMBERED = re.compile(r"(?P<base>.*?)(?:-\d{1,4})?")


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent of one wallet, with what the wallet signs to approve it.

    `nonce` is pinned, so that the approval can be rebuilt exactly. `approve_by_ms` ends PENDING,
    `valid_until_ms` ends ACTIVE. Times are zero until they happen. `replaces` names the agent
    whose place it takes; `rotate_at_ms` is when a successor is prepared. From `handed_in_at_ms` on
    the venue may have its approval, whatever was answered. `checked_at_ms` is when the venue was
    asked last whether it knows the agent, `missing_since_ms` since when it does not. Its removal
    was handed in at `removal_signed_at_ms`, and seen to be done at `removed_at_ms`.
    """

    agent_id: str
    user_id: UserId
    wallet_id: WalletId
    wallet_address: str
    venue: str
    hl_chain: str
    address: str
    name: str
    scope: AgentScope
    nonce: int
    created_at_ms: int
    approve_by_ms: int
    valid_until_ms: int
    status: AgentStatus = AgentStatus.PENDING
    builder_address: str = ""
    builder_fee_tenths_bps: int = 0
    referral_code: str = ""
    approve_agent_confirmed_at_ms: int = 0
    approve_builder_fee_confirmed_at_ms: int = 0
    upstream_confirmed_at_ms: int = 0
    revoked_at_ms: int = 0
    revocation_nonce: int = 0
    replaces: str = ""
    rotate_at_ms: int = 0
    replaced_at_ms: int = 0
    checked_at_ms: int = 0
    missing_since_ms: int = 0
    removal_signed_at_ms: int = 0
    removed_at_ms: int = 0
    handed_in_at_ms: int = 0
    attend_at_ms: int = 0
    version: int = 0

    def status_at(self, now_ms: int) -> AgentStatus:
        """Give the status with its deadlines taken into account."""
        deadline = {
            AgentStatus.PENDING: self.approve_by_ms,
            AgentStatus.ACTIVE: self.valid_until_ms,
        }.get(self.status)
        if deadline is not None and now_ms >= deadline:
            return AgentStatus.EXPIRED
        return self.status

    @property
    def is_new(self) -> bool:
        """Say whether it was never stored, and is not over already."""
        return not self.version and self.status in {AgentStatus.PENDING, AgentStatus.ACTIVE}

    @property
    def attention_at_ms(self) -> int:
        """Give when it has to be looked after next, whatever its user does; 0 for never again."""
        match self.status:
            case AgentStatus.PENDING:
                return self.approve_by_ms
            case AgentStatus.ACTIVE:
                return min(each for each in self._dates() if each)
            case AgentStatus.REVOKED | AgentStatus.EXPIRED if self._may_be_listed:
                changed_at_ms = max(self.revoked_at_ms, self.removal_signed_at_ms)
                if changed_at_ms >= self.checked_at_ms:
                    return changed_at_ms + ASKED_AGAIN_MS
                return self.checked_at_ms + DAY_MS
            case _:
                return 0

    def ends_soon(self, now_ms: int) -> bool:
        """Say whether it ends within two weeks and nothing has taken its place."""
        is_near = now_ms >= self.valid_until_ms - ROTATED_BEFORE_END_MS
        return is_near and not self.replaced_at_ms and self.status_at(now_ms) is AgentStatus.ACTIVE

    def is_handed_over(self, now_ms: int) -> bool:
        """Say whether its successor has taken over so long ago that it has nothing to sign."""
        return 0 < self.replaced_at_ms <= now_ms - HANDED_OVER_MS

    @property
    def was_handed_in(self) -> bool:
        """Say whether the venue may ever have approved it, under its name."""
        return bool(self.handed_in_at_ms or self.approve_agent_confirmed_at_ms)

    @property
    def is_over(self) -> bool:
        """Say whether it has ended here, for good."""
        return self.status in {AgentStatus.REVOKED, AgentStatus.EXPIRED}

    @property
    def is_removable(self) -> bool:
        """Say whether it is over here while the venue may have its approval still."""
        return self.is_over and self._may_be_listed

    def lives_by_the_name_of(self, other: Agent) -> bool:
        """Say whether it lives and the venue may know it by the name of one that is over.

        A removal is by name: the other's would take this one away.
        """
        theirs = (other.venue, other.wallet_address, other.name)
        is_namesake = (self.venue, self.wallet_address, self.name) == theirs
        return is_namesake and self.was_handed_in and not self.is_over

    @property
    def _may_be_listed(self) -> bool:
        """Say whether the venue may still list it: its own end takes it off there as well."""
        if not self.was_handed_in or self.removed_at_ms:
            return False
        return max(self.checked_at_ms, self.revoked_at_ms) < self.valid_until_ms

    def _dates(self) -> tuple[int, ...]:
        return (
            self.valid_until_ms,
            self.checked_at_ms + DAY_MS,
            self.rotate_at_ms,
            self.replaced_at_ms and self.replaced_at_ms + HANDED_OVER_MS,
            self.missing_since_ms and self.missing_since_ms + ASKED_AGAIN_MS,
        )


@dataclass(frozen=True, slots=True)
class MadeAgents:
    """When agents were made for one address in the last day, or began to be.

    They are the address's, whoever has it; `user_id` is who asks now.
    """

    user_id: UserId
    wallet_address: str
    made_at_ms: tuple[int, ...] = ()
    version: int = 0

    def with_one_more(self, now_ms: int) -> MadeAgents:
        """Count one that is made now; raises TooManyCallsError (TOO_MANY_AGENTS)."""
        lately = sorted(at_ms for at_ms in self.made_at_ms if at_ms > now_ms - DAY_MS)
        if len(lately) >= MOST_MADE_A_DAY:
            room_at_ms = lately[-MOST_MADE_A_DAY] + DAY_MS
            raise TooManyCallsError(
                -(-(room_at_ms - now_ms) // 1000),
                f"{MOST_MADE_A_DAY} agents of a wallet are the most in a day",
                code="TOO_MANY_AGENTS",
            )
        return replace(self, made_at_ms=(*lately, now_ms))

    def waiting(self, agents: Collection[Agent], now_ms: int, since_ms: int = 0) -> int:
        """Count those of the address that wait for its signatures, or are being made.

        `agents` are the user's, read after this was: each is named by the time at which it was
        begun, so that one which is not there yet is counted before it is. None is being made that
        was begun before `since_ms`, when the address became this user's.
        """
        since_ms = max(since_ms, now_ms - BEING_MADE_MS + 1)
        own = [each for each in agents if each.wallet_address == self.wallet_address]
        begun = Counter(at_ms for at_ms in self.made_at_ms if at_ms >= since_ms)
        being_made = begun - Counter(each.created_at_ms for each in own)
        pending = sum(each.status_at(now_ms) is AgentStatus.PENDING for each in own)
        return pending + being_made.total()

    def without_one(self, made_at_ms: int) -> MadeAgents:
        """Count one no more that was not made after all."""
        left = list(self.made_at_ms)
        if made_at_ms in left:
            left.remove(made_at_ms)
        return replace(self, made_at_ms=tuple(left))


@dataclass(frozen=True, slots=True)
class SigningBounds:
    """What custody signs for an agent at most; empty `symbols_allow` is every symbol not denied."""

    max_order_notional_usdc: Decimal
    max_daily_notional_usdc: Decimal
    max_leverage: int
    price_band_bps: int
    symbols_allow: tuple[str, ...] = ()
    symbols_deny: tuple[str, ...] = ()


def making_mark(wallet_address: str) -> str:
    """Name an address, as when agents were made for it is kept, without telling which it is."""
    return digest_of("made-agents", wallet_address)[:32]


def is_agent_name(name: str) -> bool:
    """Say whether an agent can have this name: the venue would take another for more than that."""
    fits = len(name) <= LONGEST_NAME and _NAME.fullmatch(name) is not None
    return fits and ENDS_A_NAME not in name.lower()


def next_name(name: str, taken: Collection[str]) -> str:
    """Give a successor's name: the same with a number that none had before."""
    match = _NUMBERED.fullmatch(name)
    base = match["base"] if match else name
    number = 2
    while (made := f"{base[: LONGEST_NAME - len(f'-{number}')]}-{number}") in taken:
        number += 1
    return made
