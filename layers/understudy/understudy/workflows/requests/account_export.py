"""Everything that is stored about a user, as one answer; receipts come in pages of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from understudy.domain.agents import Agent
from understudy.domain.audit import AboutUser, AuditEntry, AuditRecord
from understudy.domain.follows import Account, Budget, Follow, Ledger
from understudy.domain.identity import ProviderIdentity, RemovedWallet, User, Wallet
from understudy.domain.intents import Intent
from understudy.domain.limit_choices import Choices
from understudy.domain.limits import Limits
from understudy.domain.receipts import Receipt
from understudy.ports.accounts import AccountStore
from understudy.ports.agents import AgentRegistry
from understudy.ports.audit import AuditExtracts, AuditTrail
from understudy.ports.clock import Clock
from understudy.ports.copying import CopyStore
from understudy.ports.directory import FollowDirectory
from understudy.ports.identity import IdentityStore
from understudy.ports.profiles import CopyProfiles
from understudy.ports.sessions import SessionStore
from understudy.ports.switches import Switch, SwitchBoard
from understudy.workflows.requests.session_endings import SessionView, session_view
from understudy.workflows.requests.wallets import person

if TYPE_CHECKING:
    from understudy.domain.ids import UserId

RECEIPTS_PER_PAGE = 200
ELSEWHERE = (
    "the audit: more than 200 entries about you or an agent, what operators did; ask the operator",
    "custody: the sealed keys of your agents, which nobody can read out, and their policies",
    "logs for 30 days and counts of calls for an hour, without your address",
    "for two days, after a deletion too, when agents were made for each of your wallets, by a hash",
    "backups, for 35 days",
)


@dataclass(frozen=True, slots=True)
class FollowExport:
    """A follow with its money and what it holds by symbol; deleted ones are marked so."""

    follow: Follow
    budget: Budget
    ledgers: Mapping[str, Ledger]


@dataclass(frozen=True, slots=True)
class CopiesExport:
    """A page of receipts, newest first, with their pinned orders; `cursor` is '' at the end."""

    receipts: tuple[Receipt, ...]
    orders: tuple[Intent, ...]
    cursor: str


@dataclass(frozen=True, slots=True)
class AccountExport:
    """All that is stored about a user. On later pages only `copies` has something."""

    exported_at_ms: int
    copies: CopiesExport
    user: User | None = None
    wallets: tuple[Wallet, ...] = ()
    removed_wallets: tuple[RemovedWallet, ...] = ()
    identities: tuple[ProviderIdentity, ...] = ()
    sessions: tuple[SessionView, ...] = ()
    agents: tuple[Agent, ...] = ()
    copy_limits: Annotated[Choices, Limits] = field(default_factory=dict)
    switches: Mapping[str, bool] = field(default_factory=dict)
    follows: tuple[FollowExport, ...] = ()
    accounts: tuple[Account, ...] = ()
    audit: tuple[AuditRecord, ...] = ()
    elsewhere: tuple[str, ...] = ELSEWHERE


@dataclass(frozen=True, slots=True)
class AccountExports:
    """Reads what is stored. That somebody took it is in the audit before it is given."""

    identity: IdentityStore
    stored_sessions: SessionStore
    stored_accounts: AccountStore
    registry: AgentRegistry
    profiles: CopyProfiles
    switches: SwitchBoard
    copies: CopyStore
    directory: FollowDirectory
    audit: AuditTrail
    extracts: AuditExtracts
    clock: Clock

    def of_user(self, user_id: UserId, cursor: str = "") -> AccountExport:
        """Give everything with the newest receipts, or with a cursor the receipts after it.

        Raises InvalidInputError for a cursor that is not this user's.
        """
        if not cursor:
            self.audit.append(AuditEntry("ACCOUNT_EXPORTED", user_id, self.clock.now_ms(), {}))
        copies, now_ms = self._copies(user_id, cursor), self.clock.now_ms()
        if cursor:
            return AccountExport(now_ms, copies)
        found, agents = person(self.identity, user_id), tuple(self.registry.agents(user_id))
        about = AboutUser(user_id, tuple(agent.agent_id for agent in agents))
        return AccountExport(
            exported_at_ms=now_ms,
            copies=copies,
            user=found.user,
            wallets=found.wallets,
            removed_wallets=tuple(self.identity.removed_wallets(user_id)),
            identities=tuple(self.stored_accounts.identities(user_id)),
            sessions=tuple(session_view(each) for each in self.stored_sessions.sessions(user_id)),
            agents=agents,
            copy_limits=self.profiles.copy_profile(user_id).limits,
            switches=self._switches(user_id),
            follows=tuple(self._follows(user_id)),
            accounts=tuple(self._accounts(found.wallets)),
            audit=self.extracts.of(about).records,
        )

    def _copies(self, user_id: UserId, cursor: str) -> CopiesExport:
        page = self.directory.logs(user_id, limit=RECEIPTS_PER_PAGE, cursor=cursor)
        named = [(each.follow_id, leg.intent_id) for each in page.items for leg in each.legs]
        orders = self.copies.intents(named) if named else ()
        return CopiesExport(page.items, tuple(orders), page.cursor)

    def _switches(self, user_id: UserId) -> Mapping[str, bool]:
        about_users = (Switch.KILL_USER, Switch.COPY_DISABLED, Switch.FLAGGED)
        return {each.value: self.switches.is_on(each, user_id) for each in about_users}

    def _follows(self, user_id: UserId) -> Sequence[FollowExport]:
        named = (each.follow_id for each in self.directory.ever_of_user(user_id))
        states = [state for each in named if (state := self.copies.follow_state(each))]
        return [FollowExport(each.follow, each.budget, each.ledgers) for each in states]

    def _accounts(self, wallets: Sequence[Wallet]) -> Sequence[Account]:
        read = (self.copies.account(wallet.wallet_id) for wallet in wallets)
        return [account for account in read if account is not None]
