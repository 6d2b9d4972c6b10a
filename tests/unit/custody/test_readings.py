"""What a batch is judged by, read from items of this version and of earlier ones."""

from __future__ import annotations

import pytest

from custody.aws import keys as at
from custody.aws.readings import readings_of
from custody.policy import Killed
from tests.unit.custody.scene import Scene
from understudy.adapters.aws.attributes import Item, attributes_of
from understudy.ports.switches import Switch


@pytest.mark.parametrize(
    ("turned", "is_on"),
    [
        ({"on": {"BOOL": True}, "on_ms": {"N": "1"}}, True),
        ({"on": {"BOOL": True}}, True),
        ({"on_ms": {"N": "1"}}, False),
        ({"on": {"BOOL": False}}, False),
        ({}, False),
    ],
)
def test_a_switch_is_on_while_its_item_says_so(turned: Item, *, is_on: bool) -> None:
    agent = Scene().agent
    switch = {**at.switch(Switch.KILL_GLOBAL, ""), **turned}

    readings = readings_of([{**at.agent(agent.agent_id), **attributes_of(agent)}, switch], [])

    assert readings.killed == {agent.agent_id: Killed(globally=is_on)}
