"""Agents: fresh keys that a user's wallet lets trade for it at a venue. Public facts only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from understudy.domain.ids import UserId, WalletId


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


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent of one wallet, with what the wallet signs to approve it.

    `nonce` is pinned, so that the approval can be rebuilt exactly. `approve_by_ms` ends PENDING,
    `valid_until_ms` ends ACTIVE. Times of confirmation are zero until they happen.
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
