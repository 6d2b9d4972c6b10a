"""So many wallets and no more: also when another one is linked at the same time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from cli.wallet_key import WalletKey
from tests.fakes.api import ApiWorld
from tests.fakes.identity import BOB, CountedIds
from tests.unit.api.test_wallets import link, proof
from understudy.domain.errors import LimitExceededError
from understudy.domain.identity import Connector
from understudy.domain.ids import WalletId
from understudy.workflows.requests.wallet_proofs import SignedMessage
from understudy.workflows.requests.wallets import MOST_WALLETS

CAROL = WalletKey(b"\x03" * 32)


@dataclass(kw_only=True)
class Meanwhile(CountedIds):
    """Ids whose giving lets somebody else act in between."""

    act: Callable[[], None] = lambda: None

    def new_id(self) -> str:
        self.act()
        return super().new_id()


def test_twenty_wallets_are_the_most(api: ApiWorld, token: str) -> None:
    user_id = api.request("GET", "/v1/me", None, token).body["user"]["user_id"]
    (own,) = api.identity.wallets(user_id)
    for number in range(18):  # with the one signed in with: nineteen
        name, address = f"w{number}", f"0x{number:040x}"
        wallet = replace(own, wallet_id=WalletId(name), address=address)
        api.identity.add_wallet(wallet, MOST_WALLETS, is_proven=True)

    assert link(api, token).status == 201
    answer = link(api, token, CAROL)

    assert len(api.identity.wallets(user_id)) == 20
    assert (answer.status, answer.code) == (422, "TOO_MANY_WALLETS")


def test_a_wallet_that_is_linked_in_between_counts_too(api: ApiWorld, token: str) -> None:
    user_id = api.request("GET", "/v1/me", None, token).body["user"]["user_id"]
    (own,) = api.identity.wallets(user_id)
    *fitting, last = (
        replace(own, wallet_id=WalletId(f"w{number}"), address=f"0x{number:040x}")
        for number in range(MOST_WALLETS - 1)
    )
    for wallet in fitting:
        api.identity.add_wallet(wallet, MOST_WALLETS, is_proven=True)
    query = {"address": BOB.address}
    nonce = api.request("GET", "/v1/wallets/nonce", None, token, query).body["nonce"]
    sent = proof(api, BOB, nonce)
    signed = SignedMessage(sent["address"], sent["message"], sent["signature"])
    ids = Meanwhile(act=lambda: api.identity.add_wallet(last, MOST_WALLETS, is_proven=True))

    with pytest.raises(LimitExceededError) as caught:
        replace(api.services.wallet_links, ids=ids).link(user_id, signed, Connector.REOWN)

    assert caught.value.code == "TOO_MANY_WALLETS"
    assert len(api.identity.wallets(user_id)) == MOST_WALLETS
