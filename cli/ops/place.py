"""Where the system runs: a stack by its name, on AWS or at AWS_ENDPOINT_URL, and what is in it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from cli.addresses import is_address
from cli.errors import CommandError
from cli.ops.remedies import remedied
from localcloud.guard import guard_this_process
from localcloud.session import LocalSession
from understudy.adapters.aws.attempts import translated
from understudy.adapters.aws.audit_stamps import KmsStamps
from understudy.adapters.aws.audit_trail import DynamoAuditTrail
from understudy.adapters.aws.copy_store import DynamoCopyStore
from understudy.adapters.aws.dead_letters import Pair, SqsDeadLetters
from understudy.adapters.aws.leader_store import DynamoLeaderStore
from understudy.adapters.aws.market_store import DynamoMarketStore
from understudy.adapters.aws.table import Table
from understudy.adapters.clock import SystemClock
from understudy.domain.audit import Actor
from understudy.domain.errors import DependencyError, UnderstudyError
from understudy.workflows.requests.outlooks import OutlookPorts

STACK = "understudy"
Stack = Annotated[
    str, typer.Option("--stack", help="The stack's name, on AWS or at AWS_ENDPOINT_URL.")
]
ENDPOINT = "AWS_ENDPOINT_URL"
HERE = frozenset({"127.0.0.1", "localhost", "::1"})
SAID_BY_UP = f"for the system of `make up` export the {ENDPOINT} that it says"


class Queue(StrEnum):
    """The queues that have dead letters."""

    LEADER_LISTENER = "leader-listener"
    LEADER_FILLS = "leader-fills"
    FILL_FAN_OUT = "fill-fan-out"
    FOLLOWER_EXECUTE = "follower-execute"
    FOLLOW_RECONCILE = "follow-reconcile"
    COPY_EVENTS = "copy-events"
    ACCOUNT_ERASURE = "account-erasure"
    AGENT_UPKEEP = "agent-upkeep"
    AUDIT_SEAL = "audit-seal"
    AUDIT_CHECKPOINT = "audit-checkpoint"

    @property
    def resource(self) -> str:
        """How the names of its resources begin."""
        return self.value.title().replace("-", "")


_CREDENTIALS = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"}
)


@dataclass(frozen=True, slots=True)
class Place:
    """A deployed stack: its resources by logical id, its parameters, and how to reach them."""

    session: Any
    stack: str
    resources: Mapping[str, str]
    parameters: Mapping[str, str]

    def client(self, service: str) -> Any:
        """Give a client of a service."""
        return self.session.client(service)

    def resource(self, name: str) -> str:
        """Give the physical id of a resource; raises CommandError STACK_UNFIT."""
        if name not in self.resources:
            raise CommandError(
                "STACK_UNFIT",
                f"the stack {self.stack} has no {name}",
                "name a stack of template.yaml with --stack, as this command knows it",
            )
        return self.resources[name]

    def dead_letters(self) -> SqsDeadLetters:
        """Give the dead-letter queues."""
        pairs = {
            queue.value: Pair(
                dead=self.resource(f"{queue.resource}DeadLetterQueue"),
                source=self.resources.get(f"{queue.resource}Queue", ""),
            )
            for queue in Queue
        }
        return SqsDeadLetters(self.client("sqs"), pairs)

    def audit_trail(self) -> DynamoAuditTrail:
        """Give where operators' deeds are written."""
        stamps = KmsStamps(self.client("kms"), self.resource("AuditRowKey"), Actor.OPERATOR)
        return DynamoAuditTrail(Table(self.client("dynamodb"), self.resource("AuditTable")), stamps)

    def ports(self) -> OutlookPorts:
        """Give what explaining reads."""
        dynamodb, clock = self.client("dynamodb"), SystemClock()
        copying = Table(dynamodb, self.resource("CopyingTable"))
        markets = DynamoMarketStore(Table(dynamodb, self.resource("MarketTable")), clock)
        return OutlookPorts(
            copies=DynamoCopyStore(copying, markets),
            leaders=DynamoLeaderStore(copying),
            clock=clock,
            epoch=int(self.parameters.get("ExecutionEpoch", "0")),
        )


def name_stack(context: typer.Context, stack: Stack = STACK) -> None:
    """Take --stack for every command of a group: it may stand before the command or behind it."""
    context.default_map = _named_for_all(context.command, stack)


def _named_for_all(command: Any, stack: str) -> dict[str, Any]:
    below = getattr(command, "commands", {})
    named = {name: _named_for_all(each, stack) for name, each in below.items()}
    return {**named, "stack": stack}


def find_place(stack: str) -> Place:
    """Look a stack up; raises CommandError."""
    session = _session()
    client = session.client("cloudformation")
    try:
        described = client.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        where = os.environ.get(ENDPOINT, "AWS")
        raise CommandError(
            "STACK_NOT_FOUND",
            f"there is no stack {stack} at {where}",
            f"name it with --stack; {SAID_BY_UP}",
        ) from error
    pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
    resources = {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for page in pages
        for each in page["StackResourceSummaries"]
        if each.get("PhysicalResourceId")
    }
    given = described.get("Parameters", [])
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in given}
    return Place(session, stack, resources, parameters)


def _session() -> Any:
    """Give a session; at an address of this machine nothing of AWS is needed or reached."""
    endpoint = os.environ.get(ENDPOINT, "")
    if endpoint and not is_address(endpoint):
        remedy = f"{SAID_BY_UP}; for AWS: unset {ENDPOINT}"
        raise CommandError("ENDPOINT_INVALID", f"{ENDPOINT} is no address: {endpoint}", remedy)
    if urlsplit(endpoint).hostname not in HERE:
        return boto3.Session()
    guard_this_process()
    return boto3.Session() if "AWS_ACCESS_KEY_ID" in os.environ else LocalSession(endpoint)


@contextmanager
def failures_explained() -> Iterator[None]:
    """Turn what the cloud refuses into an error of the command."""
    try:
        yield
    except ResponseParserError as error:
        said = f"what answers at {os.environ.get(ENDPOINT, 'AWS')} is no AWS"
        raise CommandError("ENDPOINT_NOT_AWS", said, SAID_BY_UP) from error
    except (BotoCoreError, ClientError) as error:
        raise _explained(translated(error)) from error
    except UnderstudyError as error:
        raise _explained(error) from error


def _explained(error: UnderstudyError) -> CommandError:
    cause = str(error.facts.get("cause", "")) if isinstance(error, DependencyError) else ""
    where = os.environ.get(ENDPOINT, "AWS")
    if "Credential" in cause or "Token" in cause or cause in _CREDENTIALS:
        return CommandError(
            "AWS_CREDENTIALS",
            f"no credentials that {where} takes ({cause})",
            f"sign in as you do for the aws command; {SAID_BY_UP}",
        )
    if "AccessDenied" in cause:
        denied = f"these credentials may not do {error.facts.get('operation')}"
        remedy = "use a role with the actions that docs/operations.md lists"
        return CommandError("AWS_ACCESS_DENIED", denied, remedy)
    if cause == "NoRegionError":
        said = f"no {ENDPOINT} is exported, and no region of AWS is configured"
        return CommandError("AWS_REGION", said, f"{SAID_BY_UP}; for AWS: export AWS_REGION")
    if cause:
        said = f"{where} did not take a call: {cause} {error.facts.get('operation', '')}".strip()
        return CommandError("CLOUD_UNAVAILABLE", said, f"see that it is up; {SAID_BY_UP}")
    return remedied(error.code, error.message)
