"""Whoever was signing in while their wallet was removed is left with no session."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.identity import BOB
from tests.unit.api.test_wallets import linked, remove
from understudy.domain.errors import ConflictError
from understudy.domain.identity import AuthMethod

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.api import ApiWorld
    from understudy.domain.identity import Session
    from understudy.ports.wallets import WalletStore

    Act = Callable[[], None]


def nothing() -> None:
    """Let nothing happen."""


def is_bobs_and_lives(session: Session) -> bool:
    return session.wallet_address == BOB.address.lower() and not session.revoked_at_ms


class Meanwhile:
    """Wallets around whose change, named here, somebody else acts."""

    def __init__(
        self, wallets: WalletStore, name: str, before: Act = nothing, after: Act = nothing
    ) -> None:
        self.wallets, self.name, self.before, self.after = wallets, name, before, after

    def __getattr__(self, name: str) -> Any:
        change = getattr(self.wallets, name)

        def changed(*args: Any) -> None:
            self.before()
            change(*args)
            self.after()

        return changed if name == self.name else change


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("change", ["retire_wallet", "remove_wallet"])
def test_no_sign_in_outlives_the_removal_of_its_wallet(
    api: ApiWorld, token: str, change: str, when: str
) -> None:
    wallet_id = linked(api, token)
    coming = api.identity.wallets_by_address[BOB.address.lower()]
    late: list[str] = []

    def come_in() -> None:
        """Finish a sign-in that had found the wallet bound."""
        with suppress(ConflictError):
            late.append(api.services.sessions.open(coming, AuthMethod.SIWE).access_token)

    links = api.services.wallet_links
    acting: Any = Meanwhile(links.wallets, change, **{when: come_in})
    api.services.wallet_links = replace(links, wallets=acting)

    assert remove(api, token, wallet_id).status == 200
    come_in()
    codes = {api.request("GET", "/v1/me", None, each).code for each in late}
    assert codes <= {"SESSION_ENDED"}
    assert bool(late) == ((change, when) == ("retire_wallet", "before"))
    assert not [each for each in api.identity.sessions(coming.user_id) if is_bobs_and_lives(each)]


def test_a_removal_ends_what_came_in_while_another_request_had_linked_the_wallet_again(
    api: ApiWorld, token: str
) -> None:
    wallet_id = linked(api, token)
    coming = api.identity.wallets_by_address[BOB.address.lower()]
    links = api.services.wallet_links

    def relinked_entered_and_retired() -> None:
        links.wallets.restore_wallet(coming.user_id, coming.wallet_id)
        api.services.sessions.open(coming, AuthMethod.SIWE)
        links.wallets.retire_wallet(coming.user_id, coming.wallet_id)

    acting: Any = Meanwhile(links.wallets, "remove_wallet", before=relinked_entered_and_retired)
    api.services.wallet_links = replace(links, wallets=acting)

    assert remove(api, token, wallet_id).status == 200
    assert not [each for each in api.identity.sessions(coming.user_id) if is_bobs_and_lives(each)]
