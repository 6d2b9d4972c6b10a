"""A user's copy profile and main switch: both reach every follow, from the next trade on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, NamedTuple, cast

from understudy.domain.audit import AuditEntry
from understudy.domain.errors import ConflictError, NotFoundError
from understudy.domain.follows import Follow, FollowStatus, PauseReason
from understudy.domain.limit_choices import (
    Choices,
    changed_choices,
    own_choices,
    require_whole_sizing,
)
from understudy.domain.limits import Limits
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.replacing import replace
from understudy.ports.audit import AuditTrail
from understudy.ports.clock import Clock
from understudy.ports.copying import MarketStore
from understudy.ports.profiles import CopyProfile, CopyProfiles
from understudy.ports.switches import Switch, SwitchBoard
from understudy.workflows.requests.follow_changes import OwnFollows
from understudy.workflows.requests.follow_lifecycle import FollowLifecycle
from understudy.workflows.requests.follows import with_limits
from understudy.workflows.requests.known_symbols import LISTS, refuse_unknown_symbols

if TYPE_CHECKING:
    from understudy.domain.ids import UserId
    from understudy.ports.copying import FollowState


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A profile as its user sees it."""

    limits: Annotated[Choices, Limits]
    enabled: bool


class _Symbols(NamedTuple):
    """The symbols that choices name."""

    symbols_allow: Sequence[str]
    symbols_deny: Sequence[str]


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

        Raises InvalidInputError for a sizing or a symbol that no follow can use, and where a
        follow's own values do not fit; ConflictError when the profile was replaced meanwhile. Then
        nothing has changed. Other values that do not fit together may be follows' to replace.
        """
        stored = self.profiles.copy_profile(user_id)
        chosen = changed_choices({}, limits)
        require_whole_sizing(chosen)
        before = _symbols(stored.limits)
        refuse_unknown_symbols(self.markets, HYPERLIQUID, _symbols(chosen), before)
        follows = self.own.directory.of_user(user_id)
        for follow in follows:
            with_limits(self.markets, follow, own_choices(follow), chosen)
        self._replace(stored, chosen)
        told = json.dumps(chosen, sort_keys=True, default=str)
        self._note("COPY_PROFILE_CHANGED", user_id, limits=told)
        for follow in follows:
            with suppress(NotFoundError):  # it is deleted by now, here and below: on to the next
                self.own.change(user_id, follow.follow_id, self._renewed)
        return self.profile(user_id)

    def disable(self, user_id: UserId, at_ms: int) -> ProfileView:
        """Stop all copying, as decided at `at_ms`; what is held is treated as `on_stop` says.

        It is written down last: nobody's way out waits for an audit that is away. Who is told that
        it was asks again, and it is written down then, though nothing is left to stop.
        """
        self.switches.turn(Switch.COPY_DISABLED, user_id, on=True, at_ms=at_ms)
        for follow in self.own.directory.of_user(user_id):
            with suppress(NotFoundError):
                if follow.status is FollowStatus.ACTIVE:
                    self.lifecycle.pause(user_id, follow.follow_id, PauseReason.COPY_DISABLED)
                elif follow.status is not FollowStatus.DELETING:
                    # As it is: a start, or an enabling, from before is refused, or looks again.
                    self.own.change(user_id, follow.follow_id, _as_it_is, always=True)
        self._note("COPYING_DISABLED", user_id)
        return self.profile(user_id)

    def enable(self, user_id: UserId, at_ms: int) -> ProfileView:
        """Let copying go on, as decided at `at_ms`, where only the switch had paused it.

        A follow whose agent was revoked meanwhile stays paused, for that: its start takes the next.
        Exits that are open are tried again at once, as at a start.

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
            with suppress(NotFoundError):
                self.own.change(user_id, follow.follow_id, self._resumed)
                self.lifecycle.go_on(user_id, follow.follow_id)
        return self.profile(user_id)

    def _replace(self, stored: CopyProfile, chosen: Choices) -> None:
        try:
            self.profiles.put_copy_profile(replace(stored, limits=chosen))
        except ConflictError as error:
            raise ConflictError(
                "the profile was replaced by another request meanwhile: look at"
                " GET /v1/copy/profile, and decide again",
                code="PROFILE_CHANGED",
            ) from error

    def _renewed(self, state: FollowState) -> Follow:
        # By the profile of now: a request that is slower than a newer one undoes nothing of it.
        profile = self.profiles.copy_profile(state.follow.user_id).limits
        return with_limits(self.markets, state.follow, own_choices(state.follow), profile)

    def _resumed(self, state: FollowState) -> Follow:
        follow = state.follow
        if follow.pause_reason is not PauseReason.COPY_DISABLED:
            return follow
        if self.switches.is_on(Switch.COPY_DISABLED, follow.user_id):
            return follow  # disabled again meanwhile
        if self.switches.is_on(Switch.AUTHORITY_REVOKED, follow.agent_id):
            return replace(follow, pause_reason=PauseReason.AGENT_REVOKED)
        return replace(follow, status=FollowStatus.ACTIVE, pause_reason=None)

    def _note(self, event: str, user_id: UserId, **facts: object) -> None:
        self.audit.append(AuditEntry(event, user_id, self.clock.now_ms(), facts))


def _symbols(choices: Choices) -> _Symbols:
    return _Symbols(*(cast("Sequence[str]", choices.get(name, ())) for name in LISTS))


def _as_it_is(state: FollowState) -> Follow:
    return state.follow
