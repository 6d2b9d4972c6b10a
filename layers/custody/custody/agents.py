"""An agent: one fresh key that may trade for one wallet, and the policy of that wallet. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from understudy.domain.ids import digest_of


class AgentStatus(StrEnum):
    """Where an agent stands; a revoked one never comes back."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    REVOKED = "REVOKED"


class AuthorityKind(StrEnum):
    """What holds an agent's key and signs with it; stored with the agent, for good."""

    KMS_WRAPPED = "KMS_WRAPPED"  # sealed by KMS in our table, opened in the signer for a batch
    KMS_RESIDENT = "KMS_RESIDENT"  # made in KMS and never outside of it
    SERVER_WALLET = "SERVER_WALLET"  # at a provider, who signs with it in parts
    DEVELOPMENT = "DEVELOPMENT"  # worked out from the agent's id; on the local stage alone


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be signed for a wallet. Money is notional in USDC; days are UTC.

    `price_band_bps` bounds how far a limit price may lie from the mark. An empty `symbols_allow`
    allows every market that is not in `symbols_deny`; both bind what increases a position.
    """

    max_order_notional: Decimal
    max_daily_notional: Decimal
    max_leverage: int
    price_band_bps: int
    symbols_allow: tuple[str, ...] = ()
    symbols_deny: tuple[str, ...] = ()

    def allows(self, symbol: str) -> bool:
        """Say whether positions of this symbol may be opened or increased."""
        if symbol in self.symbols_deny:
            return False
        return not self.symbols_allow or symbol in self.symbols_allow


@dataclass(frozen=True, slots=True)
class Bounds:
    """A wallet's policy on a venue, which every agent of that wallet signs under.

    `version` counts how often it was changed.
    """

    policy: Policy
    version: int = 0


@dataclass(frozen=True)
class Agent:
    """A key's public facts and its ciphertext (empty once it is revoked).

    `key_id` names the key that seals the ciphertext, or the agent's own where that is elsewhere.
    The builder's fee is what the wallet was asked to approve with the agent; '' is none.

    Without slots: the wallet's mark, a hash that each step of signing asks for, is worked out once.
    """

    agent_id: str
    user_id: str
    wallet_id: str
    wallet_address: str
    venue: str
    agent_name: str
    address: str
    ciphertext: bytes = field(default=b"", repr=False)
    key_version: int = 1
    status: AgentStatus = AgentStatus.PENDING
    created_at_ms: int = 0
    authority: AuthorityKind = AuthorityKind.KMS_WRAPPED
    key_id: str = ""
    builder_address: str = ""
    builder_fee_tenths_bps: int = 0

    @cached_property
    def wallet_mark(self) -> str:
        """Name the wallet that it trades for, as bounds and days are kept by it."""
        return wallet_mark(self.venue, self.wallet_address)


GONE = "-"


def tombstone_of(agent: Agent) -> Agent:
    """Give what is kept of a revoked agent: its id and its key's name, that neither comes again.

    Whose it was is gone; its address can be recognised by who knows it, and not be read.
    """
    return replace(
        agent,
        status=AgentStatus.REVOKED,
        ciphertext=b"",
        user_id=GONE,
        wallet_id=GONE,
        wallet_address=GONE,
        agent_name=GONE,
        address=address_mark(agent.agent_id, agent.address),
    )


def address_mark(subject: str, address: str) -> str:
    """Name an address of a subject without telling it: no two subjects have the same mark."""
    return digest_of("address-mark", subject, address)


def owner_mark(user_id: str) -> str:
    """Name a user without telling who it is."""
    return digest_of("agent-owner", user_id)[:16]


def wallet_mark(venue: str, address: str) -> str:
    """Name a wallet on a venue without telling which it is."""
    return digest_of("bounded-wallet", venue, address)[:32]


def agent_id_for(user_id: str, unique: str) -> str:
    """Name a new agent so that its owner's kill switch can be read together with the agent."""
    return f"{owner_mark(user_id)}-{unique}"


def owner_mark_of(agent_id: str) -> str:
    """Give the owner's mark that an agent's id carries."""
    return agent_id.partition("-")[0]
