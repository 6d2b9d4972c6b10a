"""Signs people in with what an identity provider signed; a subject is one user for ever.

An address that belongs to somebody else is a conflict: two users are never made one. A wallet that
its user has removed here comes back by a proof of its key alone, whatever the provider still names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from understudy.domain.audit import AuditEntry
from understudy.domain.errors import ConflictError, LimitExceededError
from understudy.domain.identity import (
    AuthMethod,
    ProviderIdentity,
    User,
    Wallet,
    WalletKind,
)
from understudy.domain.ids import UserId, WalletId
from understudy.ports.audit import AuditTrail
from understudy.ports.clock import Clock
from understudy.ports.identity import (
    IdentityStore,
    Ids,
    LinkedWallet,
    ProviderClaim,
    ProviderTokens,
    ProviderVerifier,
)
from understudy.workflows.requests.sessions import Sessions
from understudy.workflows.requests.sign_in import SignedIn
from understudy.workflows.requests.wallets import (
    MOST_WALLETS,
    WalletEvent,
    address_in_use,
    retired,
)


@dataclass(frozen=True, slots=True)
class ProviderSignIn:
    """Takes the tokens of the identity providers that this service was told of."""

    store: IdentityStore
    verifiers: Mapping[AuthMethod, ProviderVerifier]
    sessions: Sessions
    clock: Clock
    ids: Ids
    audit: AuditTrail

    def verify(self, provider: AuthMethod, tokens: ProviderTokens) -> SignedIn:
        """Open a session for whom the provider vouches for.

        Raises LimitExceededError for a provider that is not configured and for a person without
        a usable wallet, NotAllowedError for tokens that do not let in, ConflictError for a wallet
        of another user, DependencyError.
        """
        verifier = self.verifiers.get(provider)
        if verifier is None:
            raise LimitExceededError(
                f"this service takes no sign-in with {provider.name.capitalize()}",
                code="PROVIDER_NOT_CONFIGURED",
            )
        claim = verifier.verify(tokens, self.clock.now_ms())
        _check_wallets(claim)
        wallet = self._wallet(provider, claim)
        return SignedIn(self.sessions.open(wallet, provider), wallet)

    def _wallet(self, provider: AuthMethod, claim: ProviderClaim) -> Wallet:
        known = self.store.provider_identity(provider, claim.subject)
        if known is None:
            try:
                return self._new_user(provider, claim)
            except ConflictError:  # the same subject signs in twice at once, or an address is taken
                known = self.store.provider_identity(provider, claim.subject)
        if known is None:
            raise address_in_use("unlink it at the provider")
        return self._returning(known, claim)

    def _new_user(self, provider: AuthMethod, claim: ProviderClaim) -> Wallet:
        # One look keeps it out of the audit; that an address is one user's, the store sees to.
        if any(self._holder(each.address) for each in claim.wallets):
            raise address_in_use("unlink it at the provider")
        now = self.clock.now_ms()
        identity = ProviderIdentity(provider, claim.subject, UserId(self.ids.new_id()), now)
        wallets = [self._bound(identity, linked) for linked in claim.wallets]
        # The wallet that the provider keeps for the user is the one that they will know.
        kept = (wallet for wallet in wallets if wallet.kind is not WalletKind.EOA)
        first = next(kept, wallets[0])
        user = User(identity.user_id, first.wallet_id, now, now)
        for wallet in wallets:
            self._note_linked(wallet, provider)
        self.store.create_user(user, *wallets, identity=identity)
        return first

    def _returning(self, identity: ProviderIdentity, claim: ProviderClaim) -> Wallet:
        named = self._not_removed(identity.user_id, claim)
        self._bind_new(identity, named)
        vouched = {linked.address for linked in named}
        own = [each for each in self.store.wallets(identity.user_id) if each.address in vouched]
        usable = [each for each in own if each.is_active]
        if not own:
            raise _too_many("remove one here, signed in with another wallet")
        if not usable:
            raise retired()
        user = self.store.user(identity.user_id)
        active = user.active_wallet_id if user else None
        wallet = next((each for each in usable if each.wallet_id == active), usable[0])
        seen = replace(wallet, last_seen_at_ms=self.clock.now_ms())
        self.store.record_login(identity.user_id, seen)
        return seen

    def _not_removed(self, user_id: UserId, claim: ProviderClaim) -> Sequence[LinkedWallet]:
        """Leave out what the user has removed: theirs no longer, it is nobody's conflict either."""
        removed = {each.address for each in self.store.removed_wallets(user_id)}
        named = [each for each in claim.wallets if each.address not in removed]
        if not named:
            raise ConflictError(
                "you have removed every wallet here that the provider names: sign in with another"
                " one, and link it again by its signature",
                code="WALLET_REMOVED",
            )
        return named

    def _bind_new(self, identity: ProviderIdentity, named: Sequence[LinkedWallet]) -> None:
        holders = {each.address: self._holder(each.address) for each in named}
        if set(holders.values()) - {None, identity.user_id}:
            raise address_in_use("unlink it at the provider")
        unbound = [each for each in named if holders[each.address] is None]
        if not unbound:
            return
        # What does not fit stays unbound: it keeps nobody out who comes with what is bound. One
        # look keeps it out of the audit; that no more are bound than may be, the store counts.
        room = max(0, MOST_WALLETS - len(self.store.wallets(identity.user_id)))
        with suppress(LimitExceededError):
            for linked in unbound[:room]:
                self._bind(identity, linked)

    def _bind(self, identity: ProviderIdentity, linked: LinkedWallet) -> None:
        wallet = self._bound(identity, linked)
        # First, for what is bound is not bound again: it may be there twice, never not.
        self._note_linked(wallet, identity.provider)
        try:
            self.store.add_wallet(wallet, MOST_WALLETS, is_proven=False)
        except ConflictError as error:
            # Nobody's: removed in this very moment, and so not bound again.
            if self._holder(linked.address) not in {None, identity.user_id}:
                raise address_in_use("unlink it at the provider") from error

    def _holder(self, address: str) -> UserId | None:
        wallet = self.store.wallet_of_address(address)
        return wallet.user_id if wallet else None

    def _note_linked(self, wallet: Wallet, by: AuthMethod) -> None:
        facts = {
            "wallet_id": wallet.wallet_id,
            "connector": wallet.connector.value,
            "auth_method": by.value,
        }
        now = self.clock.now_ms()
        self.audit.append(AuditEntry(WalletEvent.WALLET_LINKED, wallet.user_id, now, facts))

    def _bound(self, identity: ProviderIdentity, linked: LinkedWallet) -> Wallet:
        now, is_privy = self.clock.now_ms(), identity.provider is AuthMethod.PRIVY
        return Wallet(
            wallet_id=WalletId(self.ids.new_id()),
            user_id=identity.user_id,
            address=linked.address,
            connector=linked.connector,
            created_at_ms=now,
            last_seen_at_ms=now,
            kind=linked.kind,
            privy_wallet_id=linked.provider_wallet_id if is_privy else "",
            privy_user_id=identity.subject if is_privy else "",
        )


def _check_wallets(claim: ProviderClaim) -> None:
    if not claim.wallets:
        raise LimitExceededError(
            "the provider names no Ethereum wallet of yours: create or link one there first",
            code="NO_WALLET",
        )
    if len(claim.wallets) > MOST_WALLETS:
        raise _too_many("unlink some at the provider")


def _too_many(remedy: str) -> LimitExceededError:
    return LimitExceededError(
        f"at most {MOST_WALLETS} wallets can be linked: {remedy}", code="TOO_MANY_WALLETS"
    )
