"""What everybody needs who does something in a run: to ask until it works, to wait, to choose."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.simulation.loop import CrashError
from understudy.domain.errors import UnderstudyError
from understudy.domain.follows import Follow

if TYPE_CHECKING:
    from tests.simulation.world import World
    from understudy.runtime.api_services import ApiServices

TRIES = 60
AGAIN_MS = 5_000
LASTS_MS = (1_000, 5_000, 10_000, 20_000, 45_000, 90_000)
Deed = Callable[[Follow], None]


class Doer:
    """Somebody who insists on what they want."""

    def __init__(self, world: World, api: ApiServices) -> None:
        self._world = world
        self._random = world.random
        self._api = api

    def _one_of(self, choices: Any) -> Any:
        return choices[int(self._random.random() * len(choices))]

    def _note(self, kind: str) -> None:
        self._world.fates.note(kind)

    def _wait(self, choices: tuple[int, ...] = LASTS_MS) -> None:
        self._world.loop.sleep(self._one_of(choices))

    def _insist(self, ask: Callable[[], object], *, until: Callable[[], bool]) -> None:
        """Ask until what was wanted is so, whatever the answers are."""
        for _ in range(TRIES):
            try:
                ask()
            except (CrashError, UnderstudyError) as error:
                self._world.history.note(f"{self._world.loop.now_ms} user {type(error).__name__}")
            if until():
                return
            self._world.loop.sleep(AGAIN_MS)

    def _insist_until_told(
        self, ask: Callable[[], object], *, or_if: Callable[[], bool] = lambda: False
    ) -> None:
        """Ask until the answer says once that it was done, or it is seen to be unneeded."""
        told: list[object] = []
        self._insist(lambda: told.append(ask()), until=lambda: bool(told) or or_if())

    def _set(self, follow: Follow, choice: dict[str, object]) -> None:
        change = self._api.follows.change_limits
        self._insist_until_told(lambda: change(follow.user_id, follow.follow_id, choice))
