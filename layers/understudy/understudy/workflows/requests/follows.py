"""Creates follows and changes their limits. Starting and stopping stands in `follow_lifecycle`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.errors import ConflictError, LimitExceededError
from understudy.domain.follows import Follow
from understudy.domain.ids import FollowId
from understudy.domain.limit_choices import Choices, changed_choices, composed_limits, own_choices
from understudy.domain.replacing import replace
from understudy.ports.clock import Clock
from understudy.ports.copying import MarketStore
from understudy.ports.identity import IdentityStore, Ids
from understudy.ports.profiles import CopyProfiles
from understudy.ports.switches import Switch, SwitchBoard
from understudy.workflows.requests.follow_changes import OwnFollows
from understudy.workflows.requests.known_symbols import refuse_unknown_symbols
from understudy.workflows.requests.loops import refuse_loop
from understudy.workflows.requests.wallets import own_wallet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from understudy.domain.ids import UserId, WalletId
    from understudy.ports.copying import FollowState
    from understudy.workflows.requests.wanted import WantedFollow

MAX_FOLLOWS = 50


@dataclass(frozen=True, slots=True)
class Follows:
    """A user's follows, their limits included; `epoch` is the execution epoch of new ones."""

    own: OwnFollows
    identity: IdentityStore
    profiles: CopyProfiles
    markets: MarketStore
    switches: SwitchBoard
    clock: Clock
    ids: Ids
    epoch: int = 0

    def create(
        self,
        user_id: UserId,
        wanted: WantedFollow,
        first: Callable[[Follow], object] = lambda _: None,
    ) -> Follow:
        """Store a follow that copies nothing yet; `first` is done with it before it is there.

        Raises InvalidInputError, NotFoundError for the wallet, LimitExceededError for a leader
        who cannot be followed, ConflictError when the wallet follows this leader already.
        """
        wallet = own_wallet(self.identity, user_id, wanted.wallet_id)
        leader = wanted.leader.lower()
        own = changed_choices({}, wanted.limits)
        limits = composed_limits(own, self.profiles.copy_profile(user_id).limits)
        refuse_unknown_symbols(self.markets, wanted.venue, limits)
        refuse_loop(self.identity, self.own.copies, wallet.address, leader)
        if self.switches.is_on(Switch.BLACKLISTED, leader):
            raise LimitExceededError("this leader cannot be followed", code="BLACKLISTED")
        self._refuse_one_more(user_id, (wallet.wallet_id, wanted.venue, leader))
        follow = Follow(
            follow_id=FollowId(self.ids.new_id()),
            user_id=user_id,
            wallet_id=wallet.wallet_id,
            wallet_address=wallet.address,
            agent_id="",
            venue=wanted.venue,
            leader=leader,
            limits=limits,
            own_limits=tuple(sorted(own)),
            created_at_ms=self.clock.now_ms(),
            epoch=self.epoch,
        )
        first(follow)
        try:
            return self.own.directory.create(follow)
        except ConflictError as error:
            own_wallet(self.identity, user_id, wallet.wallet_id)  # it may be removed meanwhile
            raise _exists() from error

    def of_user(self, user_id: UserId) -> Sequence[Follow]:
        """List a user's follows, oldest first."""
        return self.own.directory.of_user(user_id)

    def one(self, user_id: UserId, follow_id: FollowId) -> Follow:
        """Read one follow; raises NotFoundError."""
        return self.own.state(user_id, follow_id).follow

    def change_limits(self, user_id: UserId, follow_id: FollowId, changes: Choices) -> Follow:
        """Change limits from the next trade on; None gives one back to the profile.

        Raises ConflictError when another request has changed them meanwhile.
        """
        read_first: Choices | None = None

        def changed(state: FollowState) -> Follow:
            nonlocal read_first
            before = own_choices(state.follow)
            if read_first not in (None, before):
                raise ConflictError(
                    "these limits were changed by another request meanwhile: look at the follow,"
                    " and decide again",
                    code="LIMITS_CHANGED",
                )
            read_first = before
            profile = self.profiles.copy_profile(user_id).limits
            own = changed_choices(before, changes)
            return with_limits(self.markets, state.follow, own, profile)

        return self.own.change(user_id, follow_id, changed)

    def _refuse_one_more(self, user_id: UserId, wanted: tuple[WalletId, str, str]) -> None:
        follows = self.own.directory.of_user(user_id)
        if len(follows) >= MAX_FOLLOWS:
            raise LimitExceededError(
                f"{MAX_FOLLOWS} follows are the most: delete one first", code="TOO_MANY_FOLLOWS"
            )
        if wanted in {(each.wallet_id, each.venue, each.leader) for each in follows}:
            raise _exists()


def with_limits(markets: MarketStore, follow: Follow, own: Choices, profile: Choices) -> Follow:
    """Give the follow with limits composed anew; raises InvalidInputError."""
    limits = composed_limits(own, profile)
    refuse_unknown_symbols(markets, follow.venue, limits, before=follow.limits)
    return replace(follow, limits=limits, own_limits=tuple(sorted(own)))


def _exists() -> ConflictError:
    return ConflictError(
        "this wallet follows this leader already: change that follow, or wait until it is deleted",
        code="FOLLOW_EXISTS",
    )
