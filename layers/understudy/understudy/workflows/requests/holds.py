"""An operator's stop of a user holds account and wallets: nobody sheds it by coming back as new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.errors import ConflictError
from understudy.ports.switches import Switch, SwitchBoard

if TYPE_CHECKING:
    from understudy.domain.ids import UserId

# Operators alone turn these. The user's own switch holds nobody, nor does what stops everybody.
HOLDING = (Switch.FLAGGED, Switch.KILL_USER)


@dataclass(frozen=True, slots=True)
class Holds:
    """Knows whom operators have stopped."""

    switches: SwitchBoard

    def refuse_held(self, user_id: UserId) -> None:
        """Raise ConflictError (USER_STOPPED) for a user whom an operator has stopped.

        What was under way before goes on. Raises DependencyError when nobody can say.
        """
        if any(self.switches.is_on(switch, user_id) for switch in HOLDING):
            raise ConflictError(
                "an operator has stopped you: until that is lifted your account is not deleted and"
                " your wallets stay. GET /v1/me says what stands: ask the operator to lift it."
                " GET /v1/me/export stays open",
                code="USER_STOPPED",
            )
