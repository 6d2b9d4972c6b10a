"""The older system's keys open as they were, and one that is spoilt stays its user's own affair."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import replace

import pytest

from custody.agents import owner_mark
from custody.keys import KeyUnusableError
from custody.migration.legacy import Stage
from custody.migration.legacy_keys import LegacyKeys
from custody.migration.run import Outcome
from custody.secp256k1 import address_of
from tests.fakes.legacy import SECRET, legacy_secret, legacy_user, sealed_as_before
from tests.unit.custody.test_migration import Scene


@pytest.mark.parametrize(
    "spoilt",
    [
        "",
        "no.key",
        "a.b.c",
        sealed_as_before(legacy_secret(0), "another secret"),
        sealed_as_before(legacy_secret(1)),
        sealed_as_before(b"too short, but long enough for an iv"),
        sealed_as_before(b"\0" * 32),
        sealed_as_before(b"\xff" * 32),
    ],
)
def test_a_user_whose_key_does_not_open_stays_untouched_and_blocks_no_other(spoilt: str) -> None:
    scene = Scene()
    first = replace(scene.user(), sealed_key=spoilt)
    scene.store.users[first.user_id] = first

    failed, *others = scene.run()

    assert failed == Outcome(first.user_id, Stage.LEGACY, failure="KEY_UNUSABLE")
    assert {each.stage for each in others} == {Stage.TRANSFERRED}
    assert scene.user() == first
    assert not [each for each in scene.events() if owner_mark(first.user_id) in each[0]]


def test_a_tag_that_was_cut_short_is_refused() -> None:
    iv, ciphertext, tag = legacy_user(0).sealed_key.split(".")
    cut = replace(legacy_user(0), sealed_key=f"{iv}.{ciphertext}.{tag[:8]}")

    with pytest.raises(KeyUnusableError), LegacyKeys(SECRET).opened(cut):
        pass


@pytest.mark.parametrize("moved", [1, -1])
def test_a_key_that_was_cut_in_another_place_is_refused(moved: int) -> None:
    parts = [b64decode(part) for part in legacy_user(0).sealed_key.split(".")]
    closed, cut = parts[1] + parts[2], len(parts[1]) + moved
    sealed = ".".join(b64encode(each).decode() for each in (parts[0], closed[:cut], closed[cut:]))

    with (
        pytest.raises(KeyUnusableError),
        LegacyKeys(SECRET).opened(replace(legacy_user(0), sealed_key=sealed)),
    ):
        pass


def test_the_older_systems_key_opens_as_it_was_and_is_let_go_of() -> None:
    user = legacy_user(7)

    with LegacyKeys(SECRET).opened(user) as key:
        assert address_of(key.secret) == user.owner_address

    assert key.secret == b""
    assert user.sealed_key not in repr(user)
