"""The switches that operators turn: kill switches, blacklist, flags.

Whatever stops people is done at once and then written down; whatever lets them go on is written
down first. Either can be asked for again when only half of it was done.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass

from understudy.domain.errors import InvalidInputError, NotFoundError
from understudy.domain.ids import UserId
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.accounts import AccountStore
from understudy.ports.agents import SignerSwitches
from understudy.ports.identity import IdentityStore
from understudy.ports.switches import Switch, SwitchBoard
from understudy.workflows.requests.operators import Deed, OperatorRecord

VENUES = (HYPERLIQUID,)
KILLS = (Switch.KILL_GLOBAL, Switch.KILL_VENUE, Switch.KILL_USER)
OF_USERS = (Switch.KILL_USER, Switch.FLAGGED)
_VENUES = " or ".join(VENUES)
_ADDRESS = re.compile(r"0x[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class SwitchView:
    """How a switch stands for its subject."""

    switch: Switch
    subject: str
    on: bool


@dataclass(frozen=True, slots=True)
class OperatorSwitches:
    """Turns the switches on the copy path and, for kill switches, in the signer as well.

    Who is flagged reads why.
    """

    identity: IdentityStore
    accounts: AccountStore
    board: SwitchBoard
    signer: SignerSwitches
    record: OperatorRecord

    def turn(self, deed: Deed, switch: Switch, subject: str, *, on: bool) -> SwitchView:
        """Turn a switch; raises InvalidInputError or NotFoundError for a subject it cannot have.

        A kill reaches the copy path although the signer does not answer, and the other way round;
        the error is then raised all the same. Raises ConflictError (NEWER_DECISION) for an off that
        was decided before an on.
        """
        named = self._subject_of(switch, subject)
        event = f"{switch.name}_{'ON' if on else 'OFF'}"
        if not on:
            self.record.note(event, named or switch.value, deed)
        with ExitStack() as both:  # what is on the stack is done although the other one fails
            if switch in KILLS:
                both.callback(self.signer.turn, switch, named, on=on, at_ms=deed.at_ms)
            both.callback(self.board.turn, switch, named, on=on, at_ms=deed.at_ms)
        if on:
            self.record.note(event, named or switch.value, deed)
        if switch is Switch.FLAGGED:  # told last: it holds, and is written down, without that
            self.accounts.flag(UserId(named), deed.reason if on else "")
        return SwitchView(switch, named, on)

    def stands(self, switch: Switch, subject: str) -> SwitchView:
        """Say how a switch stands on the copy path."""
        named = self._subject_of(switch, subject)
        return SwitchView(switch, named, self.board.is_on(switch, named))

    def _subject_of(self, switch: Switch, subject: str) -> str:
        refuse_subject(switch, subject)
        if switch not in OF_USERS:
            return subject.lower()
        if self.identity.user(UserId(subject)) is None:
            raise NotFoundError("there is no user with this id", code="USER_NOT_FOUND")
        return subject


def refuse_subject(switch: Switch, subject: str) -> None:
    """Raise InvalidInputError for what no switch of this kind can be turned for."""
    mistake = _mistake(switch, subject.lower())
    if mistake:
        raise InvalidInputError(mistake, code="INVALID_SUBJECT")


def _mistake(switch: Switch, named: str) -> str:
    """Say what is wrong with a subject; '' where nothing is."""
    of_a_user = (bool(named), "name the user as the subject", "")
    known = {
        Switch.KILL_GLOBAL: (not named, "", "this switch is for everybody: leave the subject out"),
        Switch.KILL_VENUE: (
            named in VENUES,
            f"name the venue as the subject: {_VENUES}",
            f"there is no such venue: the subject is {_VENUES}",
        ),
        Switch.KILL_USER: of_a_user,
        Switch.FLAGGED: of_a_user,
        Switch.BLACKLISTED: (
            bool(_ADDRESS.fullmatch(named)),
            "name the leader's or follower's address as the subject",
            "the subject is no address: 0x and 40 hex digits",
        ),
    }.get(switch)
    if known is None:
        return "operators do not turn this switch"
    fits, without, otherwise = known
    if fits:
        return ""
    return otherwise if named else without
