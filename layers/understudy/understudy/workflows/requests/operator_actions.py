"""What operators do to one user: look, pause and release follows, revoke agents. All is audited."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.agents import Agent
from understudy.domain.errors import ConflictError, NotFoundError
from understudy.domain.follows import Follow, PauseReason
from understudy.domain.identity import User, Wallet
from understudy.domain.ids import UserId
from understudy.domain.replacing import replace
from understudy.ports.identity import IdentityStore
from understudy.ports.switches import Switch, SwitchBoard
from understudy.workflows.requests.agents import Agents
from understudy.workflows.requests.follow_changes import OwnFollows
from understudy.workflows.requests.follow_lifecycle import FollowLifecycle
from understudy.workflows.requests.operator_switches import VENUES
from understudy.workflows.requests.operators import Deed, OperatorRecord
from understudy.workflows.requests.session_endings import SessionEndings, SessionView

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from understudy.domain.ids import FollowId
    from understudy.ports.copying import FollowState

LOOKED_AT = "USER_LOOKED_AT"


@dataclass(frozen=True, slots=True)
class Dossier:
    """A user with everything that an operator can act on; `switches` are those on against them."""

    user: User
    wallets: tuple[Wallet, ...]
    agents: tuple[Agent, ...]
    follows: tuple[Follow, ...]
    sessions: tuple[SessionView, ...]
    switches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OperatorActions:
    """Acts on users' follows and agents in an operator's name."""

    identity: IdentityStore
    agents: Agents
    own: OwnFollows
    lifecycle: FollowLifecycle
    endings: SessionEndings
    switches: SwitchBoard
    record: OperatorRecord

    def user_of(self, address: str) -> UserId:
        """Say whose an address is; raises NotFoundError."""
        wallet = self.identity.wallet_of_address(address.lower())
        if wallet is None:
            raise NotFoundError("no user has this address", code="USER_NOT_FOUND")
        return wallet.user_id

    def look(self, deed: Deed, user_id: UserId) -> Dossier:
        """Show a user; raises NotFoundError."""
        user = self._user(user_id)
        self.record.note(LOOKED_AT, user_id, deed)
        wallets = tuple(self.identity.wallets(user_id))
        follows = tuple(self.own.directory.of_user(user_id))
        return Dossier(
            user=user,
            wallets=wallets,
            agents=tuple(self.agents.of_user(user_id)),
            follows=follows,
            sessions=tuple(self.endings.living(user_id)),
            switches=self._switches_on(user_id, wallets, follows),
        )

    def pause(self, deed: Deed, follow_id: FollowId) -> Follow:
        """Pause a follow until an operator releases it; its positions go as its `on_stop` says."""
        user_id = self._owner(follow_id)
        paused = self.lifecycle.pause(user_id, follow_id, PauseReason.OPERATOR)
        self.record.note("FOLLOW_PAUSED", user_id, deed, follow_id=follow_id)
        return paused

    def release(self, deed: Deed, follow_id: FollowId) -> Follow:
        """Let a follow's owner start it again; it stays paused until they do.

        Raises ConflictError when no operator has paused it.
        """
        user_id = self._owner(follow_id)
        self.record.note("FOLLOW_RELEASED", user_id, deed, follow_id=follow_id)
        return self.own.change(user_id, follow_id, _released)

    def revoke(self, deed: Deed, user_id: UserId, agent_id: str) -> Agent:
        """Destroy an agent's key and pause its follows; raises NotFoundError."""
        with self._somebodys(user_id):
            revoked = self.agents.revoke(user_id, agent_id).agent
        self.record.note("AGENT_REVOKED", user_id, deed, agent_id=agent_id)
        return revoked

    def rotate(self, deed: Deed, user_id: UserId, agent_id: str) -> Agent:
        """Have a successor of an active agent prepared within minutes; its wallet has to sign it.

        Raises NotFoundError, and ConflictError for an agent that is not active.
        """
        with self._somebodys(user_id):
            hastened = self.agents.rotate_soon(user_id, agent_id)
        self.record.note("AGENT_ROTATED", user_id, deed, agent_id=agent_id)
        return hastened

    def _owner(self, follow_id: FollowId) -> UserId:
        state = self.own.copies.follow_state(follow_id)
        if state is None:
            raise NotFoundError("there is no follow with this id", code="FOLLOW_NOT_FOUND")
        return state.follow.user_id

    def _user(self, user_id: UserId) -> User:
        user = self.identity.user(user_id)
        if user is None:
            raise NotFoundError("there is no user with this id", code="USER_NOT_FOUND")
        return user

    @contextmanager
    def _somebodys(self, user_id: UserId) -> Iterator[None]:
        """Where nothing is found, say so if that is because there is no such user."""
        try:
            yield
        except NotFoundError:
            self._user(user_id)
            raise

    def _switches_on(
        self, user_id: UserId, wallets: Iterable[Wallet], follows: Iterable[Follow]
    ) -> tuple[str, ...]:
        listed = (*(each.address for each in wallets), *(each.leader for each in follows))
        asked = [
            (Switch.KILL_GLOBAL, ""),
            *((Switch.KILL_VENUE, venue) for venue in VENUES),
            *((each, user_id) for each in (Switch.KILL_USER, Switch.FLAGGED, Switch.COPY_DISABLED)),
            *((Switch.BLACKLISTED, address) for address in dict.fromkeys(listed)),
        ]
        return tuple(
            switch.value if subject in {"", user_id} else f"{switch.value} {subject}"
            for switch, subject in asked
            if self.switches.is_on(switch, subject)
        )


def _released(state: FollowState) -> Follow:
    if state.follow.pause_reason is not PauseReason.OPERATOR:
        raise ConflictError("no operator has paused this follow", code="FOLLOW_NOT_HELD")
    return replace(state.follow, pause_reason=PauseReason.USER)
