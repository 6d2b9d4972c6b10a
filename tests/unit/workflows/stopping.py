"""A user's follow that is stopped over the API, beside whatever goes on with its orders."""

from __future__ import annotations

from typing import Any

from tests.fakes.api import ApiWorld
from tests.fakes.requests import started
from understudy.domain.ids import FollowId
from understudy.domain.receipts import Receipt


class Stage:
    """A user's follow that has begun, stopped and started over the API."""

    def __init__(self, **limits: Any) -> None:
        self.api = ApiWorld()
        self.token = self.api.token()
        self.api.delegate(self.token)
        self.follow = FollowId(started(self.api, self.token, **limits))
        self.world = self.api.world
        self.world.pump()
        self.world.clock.advance(1000)

    def ask(self, method: str, what: str = "", body: Any = None) -> None:
        """Ask for something of the follow, and have it done."""
        assert self.tell(method, f"/v1/follows/{self.follow}{what}", body) == 200
        self.world.pump()

    def tell(self, method: str, path: str, body: Any = None) -> int:
        """Ask for something, and leave what it causes to others; gives the answer's status."""
        return self.api.request(method, path, body, self.token).status

    def sweep(self, minutes: int) -> None:
        """Let minutes pass with their sweeps."""
        for _ in range(minutes):
            self.world.pass_time(60)
            self.world.sweep()

    @property
    def held(self) -> int:
        """Give what the account holds at the venue."""
        return int(self.world.held_at_venue(self.follow))

    @property
    def newest(self) -> Receipt:
        """Give the newest receipt."""
        return self.world.receipts(self.follow)[-1]
