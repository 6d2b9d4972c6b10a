"""A user's copy profile and main switch: both reach every follow, from the next trade on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from understudy.domain.audit import AuditEntry
from understudy.domain.errors import ConflictError
from understudy.domain.follows import Follow, FollowStatus, PauseReason
from understudy.domain.limit_choices import Choices, changed_choices, own_choices
from understudy.domain.replacing import replace
from understudy.ports.audit import AuditTrail
from understudy.ports.clock import Clock
from understudy.ports.copying import MarketStore
from understudy.ports.profiles import CopyProfiles
from understudy.ports.switches import Switch, SwitchBoard
from understudy.workflows.requests.follow_changes import OwnFollows
from understudy.workflows.requests.follow_lifecycle import FollowLifecycle
from understudy.workflows.requests.follows import with_limits

if TYPE_CHECKING:
    from understudy.domain.ids import UserId
    from understudy.ports.copying import FollowState


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A profile as its user sees it."""

    limits: Choices
    enabled: bool


@dataclass(frozen=True, slots=True)
class CopySettings:
    """What a user sets for all follows at once."""

    profiles: CopyProfiles
    markets: MarketStore
    switches: SwitchBoard
    own: OwnFollows
    lifecycle: FollowLifecycle
    audit: AuditTrail
    clock: Clock

    def profile(self, user_id: UserId) -> ProfileView:
        """Read the profile and the main switch."""
        enabled = not self.switches.is_on(Switch.COPY_DISABLED, user_id)
        return ProfileView(self.profiles.copy_profile(user_id).limits, enabled)

    def put_profile(self, user_id: UserId, limits: Choices) -> ProfileView:
        """Replace the profile and renew the limits of every follow.

        Raises InvalidInputError when a follow's own values do not fit the new ones; then nothing
        has changed.
        """
        chosen = changed_choices({}, limits)
        follows = self.own.directory.of_user(user_id)
        for follow in follows:
            with_limits(self.markets, follow, own_choices(follow), chosen)
        stored = self.profiles.copy_profile(user_id)
        self.profiles.put_copy_profile(replace(stored, limits=chosen))
        renewed = partial(_renewed, markets=self.markets, profile=chosen)
        for follow in follows:
            self.own.change(user_id, follow.follow_id, renewed)
        return self.profile(user_id)

    def disable(self, user_id: UserId, at_ms: int) -> ProfileView:
        """Stop all copying, as decided at `at_ms`; what is held is treated as `on_stop` says."""
        self.switches.turn(Switch.COPY_DISABLED, user_id, on=True, at_ms=at_ms)
        self._note("COPYING_DISABLED", user_id)
        for follow in self.own.directory.of_user(user_id):
            if follow.status is FollowStatus.ACTIVE:
                self.lifecycle.pause(user_id, follow.follow_id, PauseReason.COPY_DISABLED)
        return self.profile(user_id)

    def enable(self, user_id: UserId, at_ms: int) -> ProfileView:
        """Let copying go on, as decided at `at_ms`, where only the switch had paused it.

        Raises ConflictError when copying was disabled by a later decision.
        """
        try:
            self.switches.turn(Switch.COPY_DISABLED, user_id, on=False, at_ms=at_ms)
        except ConflictError as error:
            raise ConflictError(
                "a newer decision exists: copying was disabled after this was asked for, or less"
                " than a second before: look at GET /v1/copy/profile, and decide again",
                code=error.code,
            ) from error
        self._note("COPYING_ENABLED", user_id)
        for follow in self.own.directory.of_user(user_id):
            self.own.change(user_id, follow.follow_id, _resumed)
        return self.profile(user_id)

    def _note(self, event: str, user_id: UserId) -> None:
        self.audit.append(AuditEntry(event, user_id, self.clock.now_ms(), {}))


def _renewed(state: FollowState, markets: MarketStore, profile: Choices) -> Follow:
    return with_limits(markets, state.follow, own_choices(state.follow), profile)


def _resumed(state: FollowState) -> Follow:
    if state.follow.pause_reason is not PauseReason.COPY_DISABLED:
        return state.follow
    return replace(state.follow, status=FollowStatus.ACTIVE, pause_reason=None)
