"""Runs a short demo and learns, from inside, every secret it makes and every place it writes to."""

from __future__ import annotations

import base64
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from cli.client import ApiClient, ApiError
from cli.followers import public_key_of
from cli.system import running_system
from cli.wallet_key import WalletKey
from custody.keys import signing_context
from localcloud.session import REGION
from tests.acceptance.needles import Secret
from tests.patience import eventually
from understudy.adapters.identity.token_keys import derive_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

    from cli.system import Plan, System
    from localcloud.stack import RunningStack

KMS, SECRETS_STORE = "cloud/state/kms.json", "cloud/state/secretsmanager.json"
WITNESS = "witness"
LANES, WAITING = "FollowerExecuteQueue", "ApproximateNumberOfMessages"
CREDENTIAL = re.compile(rb"^(AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN)=(.{16,})$", re.DOTALL)


@dataclass
class Knowledge:
    """What a run has made and where it has written, gathered while it runs.

    `more` is a recording of what the leader does after the run.
    """

    more: Path
    secrets: list[Secret] = field(default_factory=list)
    places: dict[str, bytes] = field(default_factory=dict)

    def know(self, name: str, raw: bytes, *vaults: str) -> None:
        self.secrets.append(Secret(name, raw, vaults))

    def hear_of_tokens(self, patch: pytest.MonkeyPatch) -> None:
        """Learn every wallet key that is made and every pair of tokens that a client gets."""
        make, keep = WalletKey.__init__, ApiClient._keep

        def made(key: WalletKey, secret: bytes) -> None:
            self.know("a wallet's key", secret)
            make(key, secret)

        def kept(client: ApiClient, answer: dict[str, Any]) -> None:
            signature = answer["access_token"].rpartition(".")[2]
            self.know("an access token", base64.urlsafe_b64decode(signature + "=="))
            self.know("a refresh token", bytes.fromhex(answer["refresh_token"].rpartition(".")[2]))
            keep(client, answer)

        patch.setattr(WalletKey, "__init__", made)
        patch.setattr(ApiClient, "_keep", kept)

    def tapped(self) -> Callable[..., Any]:
        """Return `running_system`, overheard: events from the start, all else before the end."""

        @contextmanager
        def tapped(plan: Plan, say: Callable[[str], None]) -> Iterator[System]:
            with running_system(plan, say) as system:
                witness_events(system.stack)
                system.stack.run_schedules()  # so that every function runs
                yield system
                provoke_refusals(system)
                leave_messages(system, self.more)
                self._read_secrets(system.stack)
                self._read_places(system.stack)

        return tapped

    def read_folder(self, folder: Path) -> None:
        """Take every file below a folder as a place."""
        for file in folder.rglob("*"):
            if file.is_file():
                self.places[str(file.relative_to(folder))] = file.read_bytes()

    def _read_secrets(self, stack: RunningStack) -> None:
        for agent_id, key in agent_keys(stack):
            self.know(f"the key of agent {agent_id}", key)
        for secret in stack.session().client("secretsmanager").list_secrets()["SecretList"]:
            self._read_token_secret(stack, secret["ARN"])
        for worker in stack.emulator.control("workers"):
            for entry in Path(f"/proc/{worker['process_id']}/environ").read_bytes().split(b"\0"):
                given = CREDENTIAL.match(entry)
                if given:
                    self.know(f"{given[1].decode()} of {worker['function']}", given[2])

    def _read_token_secret(self, stack: RunningStack, arn: str) -> None:
        text = stack.session().client("secretsmanager").get_secret_value(SecretId=arn)
        raw = text["SecretString"].encode()
        self.know("the token secret", raw, SECRETS_STORE)
        keys = derive_keys(raw)
        for name in ("access", "refresh", "pepper"):
            self.know(f"the {name} key", getattr(keys, name))

    def _read_places(self, stack: RunningStack) -> None:
        database, queues = stack.session().client("dynamodb"), stack.session().client("sqs")
        for name, table in stack.stack.tables.items():
            pages = database.get_paginator("scan").paginate(TableName=table)
            items = [plain(item) for page in pages for item in page["Items"]]
            self.places[name] = repr(items).encode()
        witness = queues.get_queue_url(QueueName=WITNESS)["QueueUrl"]
        for name, url in {**stack.stack.queue_urls, WITNESS: witness}.items():
            self.places[name] = repr(list(messages_of(queues, url))).encode()


def plain(value: Any) -> Any:
    """Write binary attributes as a reader of the table gets them."""
    return json.loads(json.dumps(value, default=lambda raw: base64.b64encode(raw).decode()))


def witness_events(stack: RunningStack) -> None:
    """Have every event of the bus copied to a queue of the test."""
    queues, events = stack.session().client("sqs"), stack.session().client("events")
    anybody = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "*",
        },
    }
    url = queues.create_queue(QueueName=WITNESS, Attributes={"Policy": json.dumps(anybody)})
    arn = queues.get_queue_attributes(QueueUrl=url["QueueUrl"], AttributeNames=["QueueArn"])
    for bus in events.list_event_buses()["EventBuses"]:
        pattern = json.dumps({"source": [{"prefix": ""}]})
        events.put_rule(Name=WITNESS, EventBusName=bus["Name"], EventPattern=pattern)
        target = {"Id": WITNESS, "Arn": arn["Attributes"]["QueueArn"]}
        events.put_targets(Rule=WITNESS, EventBusName=bus["Name"], Targets=[target])


def provoke_refusals(system: System) -> None:
    """Present a broken token, then one that is two generations old: both end in a log."""
    client = system.client()
    client.sign_in(public_key_of(99))
    spent = {"refresh_token": client._refresh_token}
    client.refresh()
    client.refresh()
    for presented in ({"refresh_token": client._refresh_token[:-1] + "x"}, spent):
        try:
            client.call("POST", "/v1/auth/refresh", presented)
        except ApiError:
            continue
        raise AssertionError("a spent or broken token was taken")


def leave_messages(system: System, recording: Path) -> None:
    """Let the leader trade on while nobody works the lanes: their messages stay."""
    stack = system.stack
    functions, queues = stack.session().client("lambda"), stack.session().client("sqs")
    name = stack.stack.functions["FollowerExecuteFunction"]
    for mapping in functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    system.bench.command("replay/load", recording=str(recording))
    system.bench.command("replay/start", speed="10")
    asked = {"QueueUrl": stack.stack.queue_urls[LANES], "AttributeNames": [WAITING]}
    eventually(lambda: queues.get_queue_attributes(**asked)["Attributes"][WAITING] != "0")


def agent_keys(stack: RunningStack) -> Iterator[tuple[str, bytes]]:
    """Open every agent's key as the signer does, with its role."""
    settings = (
        stack.session()
        .client("lambda")
        .get_function_configuration(FunctionName=stack.stack.functions["SignerFunction"])
    )
    vault = as_role(stack, settings["Role"]).client("kms", endpoint_url=stack.endpoint_url)
    custody = stack.session().client("dynamodb")
    for item in custody.scan(TableName=stack.stack.tables["CustodyTable"])["Items"]:
        if "ciphertext" in item:
            agent_id, version = item["agent_id"]["S"], int(item["key_version"]["N"])
            opened = vault.decrypt(
                KeyId=settings["Environment"]["Variables"]["AGENT_KEY_ID"],
                CiphertextBlob=item["ciphertext"]["B"],
                EncryptionContext=signing_context(agent_id, version),
            )
            yield agent_id, opened["Plaintext"]


def as_role(stack: RunningStack, role: str) -> Any:
    assumed = stack.session().client("sts").assume_role(RoleArn=role, RoleSessionName="probe")
    granted = assumed["Credentials"]
    return boto3.Session(
        granted["AccessKeyId"], granted["SecretAccessKey"], granted["SessionToken"], REGION
    )


def messages_of(queues: Any, url: str) -> Iterator[dict[str, Any]]:
    """Take every message that can be taken from a queue."""
    while True:
        taken = queues.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages", [])
        if not taken:
            return
        yield from taken
