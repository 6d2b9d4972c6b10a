"""A follow that is made after a restore has nothing to be rebuilt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.fakes.requests import created
from understudy.domain.ids import FollowId
from understudy.runtime.api_services import assemble

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld

EPOCH = 1_800_000_000_000


def test_a_new_follow_is_of_the_epoch_that_is_deployed(api: ApiWorld, token: str) -> None:
    api.services = assemble(replace(api.ports(), epoch=EPOCH), api.referral_code, api.dependencies)

    follow = FollowId(created(api, token))

    assert api.world.table.follows[follow].epoch == EPOCH
