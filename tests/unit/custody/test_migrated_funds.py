"""An old key is kept until the chain shows at the new address what lay at the old one."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from custody.migration.legacy import LegacyUser, Stage, WalletKind
from tests.fakes.legacy import InMemoryChain
from tests.unit.custody.test_migration import WORTH, Scene

if TYPE_CHECKING:
    from custody.authorities import DigestSigner

MOVED = (WalletKind.EOA, WalletKind.PROXY)  # a SAFE's funds stay where they are


class OnTheWay(InMemoryChain):
    """A chain where `lost` of what leaves a wallet is not at the other one, or not yet."""

    def __init__(self, lost: Decimal) -> None:
        super().__init__()
        self.lost = lost

    def move_everything(self, user: LegacyUser, key: DigestSigner) -> None:
        super().move_everything(user, key)
        self.worth[user.new_address] -= self.lost


def of_kind(scene: Scene, kind: WalletKind) -> LegacyUser:
    return next(each for each in scene.store.users.values() if each.kind is kind)


@pytest.mark.parametrize("kind", MOVED)
@pytest.mark.parametrize("lost", [WORTH, Decimal("0.01")], ids=["everything", "a part"])
def test_what_left_and_did_not_arrive_keeps_the_old_key(kind: WalletKind, lost: Decimal) -> None:
    scene = Scene(chain=OnTheWay(lost))

    for _ in range(3):
        outcomes = {each.user_id: each for each in scene.run()}
        scene.after_the_quarantine()

    user = of_kind(scene, kind)
    assert scene.chain.worth[user.wallet_address] == 0
    assert outcomes[user.user_id].failure == "DEPENDENCY_UNAVAILABLE"
    assert user.stage is Stage.WALLET_CREATED
    assert user.sealed_key
    assert user.user_id not in scene.desk.orders


@pytest.mark.parametrize("kind", MOVED)
def test_what_arrives_later_is_gone_on_with_and_not_sent_again(kind: WalletKind) -> None:
    scene = Scene(chain=OnTheWay(WORTH))
    scene.run()
    scene.chain.worth[of_kind(scene, kind).new_address] += WORTH

    scene.run()

    assert of_kind(scene, kind).stage is Stage.TRANSFERRED
    assert scene.chain.sent[of_kind(scene, kind).user_id] == 1
