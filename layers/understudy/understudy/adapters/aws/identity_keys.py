"""The keys of the table `identity`. Pure.

`USER#id` holds PROFILE, COPY_PROFILE, WALLET#id, AGENT#id, REMOVED#address, IDENTITY#name#subject
and the names of sessions, SESSION#id: all that is one user's is found from there; of one who is
gone DEPARTURE, until all else is gone too. `ADDRESS#address`, `PROVIDER#name#subject`,
`SESSION#id`, `NONCE#nonce`, `MADE#mark` and `EVERYBODY` hold one item each. Every read
is by key, of one user's partition, or of the agents and deletions that are due (index `attended`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.adapters.aws.attributes import number
from understudy.adapters.aws.keys import key
from understudy.domain.agents import making_mark

if TYPE_CHECKING:
    from understudy.adapters.aws.attributes import Item
    from understudy.domain.identity import AuthMethod
    from understudy.domain.ids import UserId, WalletId

USER = "USER#"
WALLET = "WALLET#"
AGENT = "AGENT#"
IDENTITY = "IDENTITY#"
PROFILE = "PROFILE"
DEPARTURE = "DEPARTURE"
REMOVED = "REMOVED#"
SESSION = "SESSION#"
ATTENDED = "AGENT"
CLOSING = "CLOSING"

# The table deletes an item some time after `expires_on`; until then every read looks at the clock.
_KEPT_AFTER_END_SECONDS = 86_400


def ending(at_ms: int) -> Item:
    """Give the attribute by which an item goes, a day after its end."""
    return {"expires_on": number(at_ms // 1000 + _KEPT_AFTER_END_SECONDS)}


def user_partition(user_id: UserId) -> str:
    """Name the partition of one user."""
    return USER + user_id


def user(user_id: UserId) -> Item:
    """Give the key of a user."""
    return key(user_partition(user_id), PROFILE)


def departure(user_id: UserId) -> Item:
    """Give the key of what says that a user is gone, and something of theirs may not be."""
    return key(user_partition(user_id), DEPARTURE)


def copy_profile(user_id: UserId) -> Item:
    """Give the key of a user's copy profile."""
    return key(user_partition(user_id), "COPY_PROFILE")


def wallet(user_id: UserId, wallet_id: WalletId) -> Item:
    """Give the key of a user's wallet."""
    return key(user_partition(user_id), WALLET + wallet_id)


def removed_wallet(user_id: UserId, of: str) -> Item:
    """Give the key of what says that a user has removed the wallet with this address."""
    return key(user_partition(user_id), REMOVED + of)


def address(of: str) -> Item:
    """Give the key of what says whose an address is: one user's alone."""
    return key(f"ADDRESS#{of}", "OWNER")


def provider_identity(provider: AuthMethod, subject: str) -> Item:
    """Give the key of what says whom a provider's subject is here."""
    return key(f"PROVIDER#{provider.value}#{subject}", "IDENTITY")


def identity_of_user(user_id: UserId, provider: AuthMethod, subject: str) -> Item:
    """Give the key of what says that a provider's subject is this user."""
    return key(user_partition(user_id), f"{IDENTITY}{provider.value}#{subject}")


def agent(user_id: UserId, agent_id: str) -> Item:
    """Give the key of a user's agent."""
    return key(user_partition(user_id), AGENT + agent_id)


def made_agents(wallet_address: str) -> Item:
    """Give the key of when agents were made for an address, by a mark: it outlives the user."""
    return key(f"MADE#{making_mark(wallet_address)}", "AGENTS")


def session(session_id: str) -> Item:
    """Give the key of a session."""
    return key(SESSION + session_id, "SESSION")


def session_of_user(user_id: UserId, session_id: str) -> Item:
    """Give the key of what says that a session is this user's."""
    return key(user_partition(user_id), SESSION + session_id)


def everybody() -> Item:
    """Give the key of what says up to when everybody's sessions are over."""
    return key("EVERYBODY", "SESSIONS")


def nonce(of: str) -> Item:
    """Give the key of a sign-in nonce."""
    return key(f"NONCE#{of}", "NONCE")
