"""The schedule of account_erasure, run by hand on the ports of an API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.identity import ALICE, BOB
from understudy.adapters.memory.accounts import InMemoryAccountStore
from understudy.domain.limits import OnStop
from understudy.workflows.account_erasure import ErasurePorts, Erasures, erase_accounts
from understudy.workflows.requests.account_deletion import GOES_ON_AFTER_MS

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld
    from understudy.domain.ids import UserId


class Schedule:
    """Deletions that go on by themselves."""

    def __init__(self, api: ApiWorld) -> None:
        self.api = api
        self.closings = InMemoryAccountStore(api.identity, api.audit)
        deletion = api.services.seldom.deletion
        self.ports = ErasurePorts(deletion, api.identity, self.closings, api.world.clock)

    def after(self, ms: int = GOES_ON_AFTER_MS) -> Erasures:
        self.api.world.clock.advance(ms)
        return erase_accounts(self.ports)

    def asked(self, name: str, on_stop: OnStop = OnStop.KEEP) -> UserId:
        """Have somebody who holds nothing ask, in a request that dies when it has begun."""
        key = BOB if name == "bob" else ALICE
        self.api.sign_in(key)
        user_id = self.api.identity.wallets_by_address[key.address.lower()].user_id
        now_ms = self.api.world.clock.now_ms()
        self.closings.begin_closing(user_id, now_ms, on_stop, now_ms + GOES_ON_AFTER_MS)
        return user_id
