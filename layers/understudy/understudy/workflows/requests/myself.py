"""Who the caller is, and whether an operator has stopped trading for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from understudy.domain.markets import HYPERLIQUID
from understudy.ports.identity import IdentityStore
from understudy.ports.switches import Switch, SwitchBoard
from understudy.workflows.requests.wallets import Person, person

if TYPE_CHECKING:
    from understudy.domain.ids import UserId


class Stopped(StrEnum):
    """For whom an operator has stopped trading; receipts say `kill_switch_of_` and this."""

    EVERYBODY = "everybody"
    VENUE = "venue"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Me(Person):
    """A person with every stop of trading that holds for them; () while trading goes on."""

    trading_stopped_for: tuple[Stopped, ...] = ()


@dataclass(frozen=True, slots=True)
class Myself:
    """Reads a user with their wallets and the kill switches around them."""

    identity: IdentityStore
    switches: SwitchBoard

    def show(self, user_id: UserId) -> Me:
        """Read the user; raises NotAllowedError when they are gone."""
        found = person(self.identity, user_id)
        kills = (
            (Stopped.EVERYBODY, Switch.KILL_GLOBAL, ""),
            (Stopped.VENUE, Switch.KILL_VENUE, HYPERLIQUID),
            (Stopped.USER, Switch.KILL_USER, user_id),
        )
        stopped = (who for who, switch, subject in kills if self.switches.is_on(switch, subject))
        return Me(found.user, found.wallets, tuple(stopped))
