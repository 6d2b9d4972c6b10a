"""Looks after the agents that are due."""

from __future__ import annotations

from typing import Any

from understudy.adapters.correlation import correlated
from understudy.runtime.agent_upkeep import build
from understudy.runtime.observability import logger
from understudy.workflows.agent_upkeep import look_after_agents


def handler(event: dict[str, Any], context: Any) -> None:
    """Do what is due; what fails is logged and due again in the next run."""
    with correlated(context.aws_request_id):
        attended = look_after_agents(build())
    for agent_id, code in attended.left.items():
        logger("agent_upkeep").warning("an agent is still due", agent_id=agent_id, code=code)
