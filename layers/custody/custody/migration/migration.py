"""Takes one user from stage to stage: first the effect, then the stage with its audit entry.

Every effect can be asked for again, and is looked for first, so a run that broke off anywhere is
run again. Nothing is handed over before the new authority has signed a challenge. The old key is
destroyed last: proven by an order, proven on chain, and quarantined.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from custody.keys import KeyUnusableError
from custody.migration.legacy import LegacyUser, Stage, WalletKind, reached
from custody.secp256k1 import recovered
from understudy.domain.errors import DependencyError, NotAllowedError, NotFoundError
from understudy.domain.ids import digest_of
from understudy.domain.money import ZERO

if TYPE_CHECKING:
    from custody.authorities import Authority
    from custody.migration.legacy import NewKey
    from custody.migration.legacy_keys import LegacyKeys
    from custody.migration.ports import Chain, LegacyStore, OrderDesk
    from understudy.ports.clock import Clock

QUARANTINE_MS = 7 * 86_400_000


class Migration:
    """The steps of one user."""

    def __init__(
        self,
        store: LegacyStore,
        keys: LegacyKeys,
        authority: Authority,
        chain: Chain,
        desk: OrderDesk,
        clock: Clock,
    ) -> None:
        self._store = store
        self._keys = keys
        self._authority = authority
        self._chain = chain
        self._desk = desk
        self._clock = clock
        self._steps = {
            Stage.LEGACY: self._start,
            Stage.STARTED: self._create_wallet,
            Stage.WALLET_CREATED: self._transfer,
            Stage.TRANSFERRED: self._destroy,
            Stage.DESTROYED: self._complete,
        }

    def go_on(self, user_id: str) -> LegacyUser:
        """Take a user as far as it goes now: to the end, or into the quarantine.

        Raises KeyUnusableError, NotAllowedError or NotFoundError for what an operator must look
        at, DependencyError and ConflictError for what running it again may help.
        """
        while True:
            user = known(self._store, user_id)
            if user.stage is Stage.COMPLETED or self._is_in_quarantine(user):
                return user
            moved = self._steps[user.stage](user)
            now_ms = self._clock.now_ms()
            self._store.advance(user, moved, reached(moved, now_ms), now_ms)

    def _is_in_quarantine(self, user: LegacyUser) -> bool:
        is_transferred = user.stage is Stage.TRANSFERRED
        return is_transferred and self._clock.now_ms() < user.quarantine_ends_ms

    def _start(self, user: LegacyUser) -> LegacyUser:
        with self._keys.opened(user):  # a user whose key is spoilt stays untouched
            worth = self._chain.worth_of(user.wallet_address)
        return replace(user, stage=Stage.STARTED, worth=worth)

    def _create_wallet(self, user: LegacyUser) -> LegacyUser:
        wanted = user.new_key
        key = self._authority.make(wanted.agent_id, wanted.key_version)
        created = replace(
            user,
            stage=Stage.WALLET_CREATED,
            new_address=key.address,
            new_key_id=key.key_id,
            new_ciphertext=key.ciphertext,
        )
        self._require_it_signs(created.new_key)
        return created

    def _transfer(self, user: LegacyUser) -> LegacyUser:
        if not self._has_left(user):
            # Days may lie between the two steps, and what was handed over cannot be taken back.
            self._require_it_signs(user.new_key)
            self._hand_over(user)
        if not (self._has_left(user) and self._has_arrived(user)):
            raise DependencyError("the chain does not show the transfer yet: run again")
        with self._authority.opened(user.new_key) as key:
            proof = self._desk.proven_by_an_order(user, key)
        if not proof:
            raise KeyUnusableError("no order proves the new authority")
        ends_ms = self._clock.now_ms() + QUARANTINE_MS
        return replace(user, stage=Stage.TRANSFERRED, proof=proof, quarantine_ends_ms=ends_ms)

    def _require_it_signs(self, new: NewKey) -> None:
        """Raise KeyUnusableError unless the authority signs as the address that it gave."""
        challenge = bytes.fromhex(digest_of("migration-challenge", new.agent_id, new.address))
        with self._authority.opened(new) as key:
            signed = key.signature_of(challenge)
        if recovered(challenge, signed.r, signed.s, new.address) is None:
            raise KeyUnusableError("the new wallet signs as another address than its own")

    def _hand_over(self, user: LegacyUser) -> None:
        with self._keys.opened(user) as key:
            if user.kind is WalletKind.SAFE:
                self._chain.change_owner(user, key)
            else:
                self._chain.move_everything(user, key)

    def _destroy(self, user: LegacyUser) -> LegacyUser:
        # Gas, or what was sent to the wrong one of both addresses, opens by this key alone too.
        if not self._has_left(user) or self._chain.worth_of(user.owner_address) != ZERO:
            raise NotAllowedError(
                "something lies at the old wallet or its owner's own address: move it, run again",
                code="LEGACY_KEY_NEEDED",
            )
        return replace(user, stage=Stage.DESTROYED, sealed_key="")

    def _complete(self, user: LegacyUser) -> LegacyUser:
        return replace(user, stage=Stage.COMPLETED)

    def _has_left(self, user: LegacyUser) -> bool:
        """Say whether the wallet needs the old key no more, as the chain has it."""
        if user.kind is WalletKind.SAFE:
            return self._chain.owner_of(user.wallet_address) == user.new_address
        return self._chain.worth_of(user.wallet_address) == ZERO

    def _has_arrived(self, user: LegacyUser) -> bool:
        if user.kind is WalletKind.SAFE:
            return True
        return self._chain.worth_of(user.new_address) >= user.worth


def known(store: LegacyStore, user_id: str) -> LegacyUser:
    """Read a user; raises NotFoundError."""
    user = store.read(user_id)
    if user is None:
        raise NotFoundError("there is no such legacy user: import the older system's users first")
    return user
