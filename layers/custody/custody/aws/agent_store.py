"""`AgentStore` on DynamoDB: every change of an agent stands or falls with its audit entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custody.agents import Agent, AgentStatus, Bounds, Policy, tombstone_of
from custody.aws import keys as at
from custody.aws.bounds import keep_bounds
from custody.aws.readings import bounds_in
from custody.aws.tables import TableNames
from understudy.adapters.aws.attributes import Item, attributes_of, number, record_of, text
from understudy.adapters.aws.audit_stamps import KmsStamps
from understudy.adapters.aws.audit_trail import stamped_item
from understudy.adapters.aws.operations import Operation, put, put_new
from understudy.adapters.aws.table import Table, transact
from understudy.adapters.aws.turns import Turns
from understudy.domain.audit import AuditEntry
from understudy.ports.switches import Switch

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# A key that nobody approves within a day is thrown away by the table.
_PENDING_KEPT_SECONDS = 86_400
_UNCHANGED = "policy_version = :version"
_MAY_BE_BOUNDED = "attribute_exists(pk) AND #status <> :revoked"


class DynamoAgentStore:
    """Implements `AgentStore`."""

    def __init__(self, client: DynamoDBClient, tables: TableNames, stamps: KmsStamps) -> None:
        self._client = client
        self._tables = tables
        self._stamps = stamps
        self._custody = Table(client, tables.custody)

    def create(self, agent: Agent, first: Policy, audit: AuditEntry) -> None:
        """Store a new agent, and bound its wallet if that is new too."""
        item = {
            **at.agent(agent.agent_id),
            **attributes_of(agent),
            "expires_on": number(agent.created_at_ms // 1000 + _PENDING_KEPT_SECONDS),
        }
        bounding = keep_bounds(self._tables.custody, agent.wallet_mark, Bounds(first))
        self._write(put_new(self._tables.custody, item), audit, bounding)

    def agent(self, agent_id: str) -> Agent | None:
        """Read an agent."""
        item = self._custody.get(at.agent(agent_id))
        return record_of(Agent, item) if item else None

    def bounds(self, agent: Agent) -> Bounds | None:
        """Read the bounds of an agent's wallet."""
        item = self._custody.get(at.policy(agent.wallet_mark))
        return bounds_in(item) if item else None

    def activate(self, agent: Agent, audit: AuditEntry) -> None:
        """Make a pending agent active."""
        self._write(
            self._change(
                agent,
                {"status": text(AgentStatus.ACTIVE)},
                remove="expires_on",
                condition="#status = :pending",
                values={":pending": text(AgentStatus.PENDING)},
            ),
            audit,
        )

    def revoke(self, agent: Agent, audit: AuditEntry) -> None:
        """Make an agent revoked, destroy its ciphertext and forget whose it was."""
        kept, was = attributes_of(tombstone_of(agent)), attributes_of(agent)
        self._write(
            self._change(
                agent,
                {name: value for name, value in kept.items() if value != was.get(name)},
                remove="ciphertext, expires_on",
                condition="attribute_exists(pk)",
                values={},
            ),
            audit,
        )

    def set_policy(self, agent: Agent, before: Bounds, policy: Policy, audit: AuditEntry) -> None:
        """Change the bounds of an agent's wallet."""
        values = {
            ":policy": {"M": attributes_of(policy)},
            ":next": number(before.version + 1),
            ":version": number(before.version),
        }
        change: Operation = {
            "Update": {
                "TableName": self._tables.custody,
                "Key": at.policy(agent.wallet_mark),
                "UpdateExpression": "SET policy = :policy, policy_version = :next",
                "ConditionExpression": _UNCHANGED,
                "ExpressionAttributeValues": values,
            }
        }
        self._write(change, audit, self._if_not_revoked(agent))

    def turn(
        self, switch: Switch, subject: str, *, on: bool, at_ms: int, audit: AuditEntry
    ) -> None:
        """Turn a kill switch on or off."""
        turns = Turns(self._tables.custody, at.switch(switch, subject), at.ON)
        turns.turn(lambda change: self._write(change, audit), on=on, at_ms=at_ms)

    def _write(self, change: Operation, audit: AuditEntry, *more: Operation) -> None:
        entry = put(self._tables.audit, stamped_item(audit, self._stamps))
        transact(self._client, [change, entry, *more])

    def _change(
        self, agent: Agent, sets: Item, *, remove: str, condition: str, values: Item
    ) -> Operation:
        assigned = ", ".join(f"#{name} = :{name}" for name in sets)
        return {
            "Update": {
                "TableName": self._tables.custody,
                "Key": at.agent(agent.agent_id),
                "UpdateExpression": f"SET {assigned} REMOVE {remove}",
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {f"#{name}": name for name in sets},
                "ExpressionAttributeValues": {
                    **{f":{name}": value for name, value in sets.items()},
                    **values,
                },
            }
        }

    def _if_not_revoked(self, agent: Agent) -> Operation:
        # It writes what is there: to check alone, the role would need one more permission.
        return {
            "Update": {
                "TableName": self._tables.custody,
                "Key": at.agent(agent.agent_id),
                "UpdateExpression": "SET agent_id = :agent_id",
                "ConditionExpression": _MAY_BE_BOUNDED,
                "ExpressionAttributeNames": {"#status": "status"},
                "ExpressionAttributeValues": {
                    ":agent_id": text(agent.agent_id),
                    ":revoked": text(AgentStatus.REVOKED),
                },
            }
        }
