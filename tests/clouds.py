"""The cloud that tests talk to: the one at AWS_ENDPOINT_URL, else an emulator of the session.

Set and empty, the variable means AWS itself. Credentials and region are the caller's own, and what
tests make there is taken away when they end.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import botocore.session

from localcloud.emulator import Emulator
from localcloud.session import ACCESS_KEY, REGION, SECRET_KEY
from localcloud.state_folder import StateFolder
from understudy.adapters.aws.clients import MODELS

if TYPE_CHECKING:
    from pathlib import Path

ENDPOINT = "AWS_ENDPOINT_URL"
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")

TAKING_AWAY: Mapping[str, Callable[[Any, Any], object]] = {
    "dynamodb.CreateTable": lambda client, made: client.delete_table(
        TableName=made["TableDescription"]["TableName"]
    ),
    "sqs.CreateQueue": lambda client, made: client.delete_queue(QueueUrl=made["QueueUrl"]),
    "kms.CreateKey": lambda client, made: client.schedule_key_deletion(
        KeyId=made["KeyMetadata"]["KeyId"], PendingWindowInDays=7
    ),
    "secretsmanager.CreateSecret": lambda client, made: client.delete_secret(
        SecretId=made["ARN"], ForceDeleteWithoutRecovery=True
    ),
    "eventbridge.CreateEventBus": lambda client, made: _without_bus(client, made["EventBusArn"]),
}


def is_elsewhere() -> bool:
    """Say whether the caller wants these tests to reach another machine."""
    return ENDPOINT in os.environ and urlsplit(os.environ[ENDPOINT]).hostname not in THIS_MACHINE


@dataclass
class Cloud:
    """One cloud: the variables by which every client finds it, and clients of it."""

    variables: Mapping[str, str]
    known: dict[str, Any] = field(default_factory=dict)
    made: list[Callable[[], object]] = field(default_factory=list)

    def client(self, service: str) -> Any:
        """Give the client of a service; what is made with it is noted."""
        if service not in self.known:
            with _environment(self.variables):
                self.known[service] = shipped_session().create_client(service)
            self._note_what_is_made(self.known[service])
        return self.known[service]

    def take_away(self) -> None:
        """Delete what was made, the latest first."""
        while self.made:
            self.made.pop()()

    def _note_what_is_made(self, client: Any) -> None:
        for call, away in TAKING_AWAY.items():
            noted = partial(self._note, away=partial(away, client))
            client.meta.events.register(f"after-call.{call}", noted)

    def _note(self, away: Callable[[Any], object], parsed: Any, **_: Any) -> None:
        if "Error" not in parsed:
            self.made.append(partial(away, parsed))


def shipped_session() -> botocore.session.Session:
    """Give a new session whose clients are told what the functions' clients are."""
    session = botocore.session.Session()
    session.get_component("data_loader").search_paths.append(str(MODELS))
    return session


@contextmanager
def cloud_of_the_session(folder: Path) -> Iterator[Cloud]:
    """Give the caller's cloud, or an emulator that keeps its state in a folder."""
    if ENDPOINT in os.environ:
        cloud = Cloud({name: each for name, each in os.environ.items() if name.startswith("AWS_")})
        try:
            yield cloud
        finally:
            cloud.take_away()
        return
    with Emulator.start(StateFolder(folder)) as emulator:
        yield Cloud(
            {
                ENDPOINT: emulator.endpoint_url,
                "AWS_DEFAULT_REGION": REGION,
                "AWS_ACCESS_KEY_ID": ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            }
        )


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _without_bus(client: Any, arn: str) -> None:
    name = arn.rpartition("/")[2]
    for rule in client.list_rules(EventBusName=name)["Rules"]:
        targets = client.list_targets_by_rule(Rule=rule["Name"], EventBusName=name)["Targets"]
        ids = [target["Id"] for target in targets]
        client.remove_targets(Rule=rule["Name"], EventBusName=name, Ids=ids)
        client.delete_rule(Name=rule["Name"], EventBusName=name)
    client.delete_event_bus(Name=name)
