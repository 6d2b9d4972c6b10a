"""The upkeep of agents, run by hand over the API on ports in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.api import ApiWorld
from tests.fakes.identity import ALICE
from tests.fakes.requests import started
from understudy.adapters.memory.bus import InMemoryBus
from understudy.workflows.agent_upkeep import Attended, UpkeepPorts, look_after_agents

if TYPE_CHECKING:
    from tests.fakes.api import Answer
    from understudy.domain.agents import Agent


class Upkeep:
    """A user with an active agent, and the schedule that is run by hand."""

    def __init__(self) -> None:
        self.api = ApiWorld()
        self.bus = InMemoryBus()
        self.agent_id = self.api.delegate(self.api.token())
        self.ports = UpkeepPorts(
            self.api.services.agents, self.api.identity, self.bus, self.api.world.clock
        )

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        return self.api.request(method, path, body, self.api.token())

    def after(self, ms: int) -> Attended:
        self.api.world.clock.advance(ms)
        return look_after_agents(self.ports)

    def agent(self, agent_id: str = "") -> Agent:
        return self.api.identity.agents_by_id[agent_id or self.agent_id]

    def successors(self) -> list[Agent]:
        return [each for each in self.api.identity.agents_by_id.values() if each.replaces]

    def confirm(self, agent_id: str) -> None:
        to_sign = self.ask("GET", f"/v1/agents/{agent_id}").body["to_sign"]
        signatures = [ALICE.sign_action(each["action"]) for each in to_sign]
        body = {"agent_id": agent_id, "signatures": signatures}
        answer = self.ask("POST", "/v1/agents/confirm", body)
        assert answer.status == 200, answer.body

    def follow(self) -> str:
        return started(self.api, self.api.token())

    def signs_for(self, follow_id: str) -> str:
        return str(self.ask("GET", f"/v1/follows/{follow_id}").body["agent_id"])
