"""What the roles of audit_seal, of audit_checkpoint and of its schedule are for."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from cli.checkpoint_key import verifier_of
from tests.permissions.cast import new_user
from tests.permissions.dead_letters import keeps_failures, keeps_what_cannot_start
from tests.permissions.logs import leaves_a_log
from tests.permissions.publishing import given_up_soon
from understudy.adapters.aws import keys
from understudy.adapters.aws.attributes import number, text
from understudy.adapters.aws.audit_chains import DynamoAuditChains
from understudy.adapters.aws.audit_checkpoints import S3CheckpointArchive
from understudy.adapters.aws.audit_stamps import KmsStampReader
from understudy.adapters.aws.audit_table import DynamoAuditRows
from understudy.adapters.clock import SystemClock
from understudy.domain.audit_chain import SHARDS, Change
from understudy.domain.audit_verification import AuditFinding
from understudy.workflows.requests.audit_verification import AuditBooks, verify_audit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.system import System
    from tests.permissions.stage import Stage

SEAL, CHECKPOINT = "AuditSealFunction", "AuditCheckpointFunction"
SEALED_SECONDS = 25.0
WINDOW_SECONDS = 1
NO_LINK = "999999999999"


def what_the_audit_takes_is_sealed_and_in_order(stage: Stage) -> None:
    user, since_ms, before = new_user(stage), stage.now_ms(), _findings(stage)
    user.sign_in()

    stage.wait("the sign-in is sealed", lambda: _sealed_since(stage, since_ms), SEALED_SECONDS)
    assert _findings(stage) == before


def a_batch_that_fails_is_kept(stage: Stage) -> None:
    with _unreadable_heads(stage), given_up_soon(stage, SEAL):
        keeps_failures(stage, "AuditSealDeadLetterQueue", new_user(stage).sign_in)
    # What the queue kept is a place in the stream: without this those rows stay unsealed for good.
    keys = {row.key for row in books(stage).rows.rows()}
    with _stream_read_anew(stage):
        stage.wait(
            "what was given up is sealed",
            lambda: keys <= sealed(stage, Change.ADDED),
            SEALED_SECONDS,
        )


def its_log_is_written(stage: Stage) -> None:
    leaves_a_log(stage, SEAL, lambda: stage.invoke(SEAL, {"Records": []}))


def the_chains_are_signed_and_locked_away(stage: Stage) -> None:
    since_ms = stage.now_ms()
    new_user(stage).sign_in()
    stage.wait("the sign-in is sealed", lambda: _sealed_since(stage, since_ms), SEALED_SECONDS)

    stage.invoke(CHECKPOINT, {})

    *_, kept = books(stage).archive.kept()
    (last,) = kept.versions
    assert last is not None
    assert last.checkpoint.at_ms > since_ms
    assert books(stage).verifier.is_signed(last)


def a_checkpoint_that_fails_is_kept(stage: Stage) -> None:
    with _unreadable_heads(stage):
        keeps_failures(stage, "AuditCheckpointDeadLetterQueue", lambda: stage.begin(CHECKPOINT, {}))


def its_own_log_is_written(stage: Stage) -> None:
    leaves_a_log(stage, CHECKPOINT, lambda: stage.invoke(CHECKPOINT, {}))


def a_checkpoint_is_made_by_the_schedule(stage: Stage) -> None:
    since_ms = stage.now_ms()
    new_user(stage).sign_in()
    stage.wait("the sign-in is sealed", lambda: _sealed_since(stage, since_ms), SEALED_SECONDS)

    stage.system.stack.run_schedules()

    stage.wait("a checkpoint is made", lambda: _latest_ms(stage) > since_ms)


def a_checkpoint_that_cannot_be_begun_is_kept(stage: Stage) -> None:
    schedule = f"{CHECKPOINT}EveryFiveMinutes"
    keeps_what_cannot_start(stage, schedule, "AuditCheckpointDeadLetterQueue")


def seal_soon(system: System) -> None:
    """Let the running system gather rows for a second, not for ten, before it seals them."""
    client = system.stack.session().client("lambda")
    name = system.stack.stack.functions[SEAL]
    (mapping,) = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    client.update_event_source_mapping(
        UUID=mapping["UUID"], MaximumBatchingWindowInSeconds=WINDOW_SECONDS
    )


def books(stage: Stage) -> AuditBooks:
    """Give the whole audit with the root key."""
    kms, names = stage.client("kms"), settings_of(stage, CHECKPOINT)
    stamps = KmsStampReader(kms, settings_of(stage, "ApiFunction")["AUDIT_ROW_KEY_ID"])
    public = kms.get_public_key(KeyId=names["CHECKPOINT_KEY_ID"])["PublicKey"]
    return AuditBooks(
        rows=DynamoAuditRows(stage.table("AuditTable"), stamps),
        chains=DynamoAuditChains(stage.table("AuditChainTable")),
        archive=S3CheckpointArchive(stage.client("s3"), names["CHECKPOINT_BUCKET"]),
        verifier=verifier_of(public),
    )


def settings_of(stage: Stage, function: str) -> dict[str, str]:
    """Give a function's environment."""
    name = stage.system.stack.stack.functions[function]
    found = stage.client("lambda").get_function_configuration(FunctionName=name)
    return dict(found["Environment"]["Variables"])


def sealed(stage: Stage, change: Change) -> set[tuple[str, str]]:
    """Give the keys of all rows of which the chains have this change."""
    chains = books(stage).chains
    links = (link for shard in range(SHARDS) for link in chains.links(shard))
    return {seal.key for link in links for seal in link.seals if seal.change is change}


def _sealed_since(stage: Stage, since_ms: int) -> bool:
    heads = (books(stage).chains.head(shard) for shard in range(SHARDS))
    return any(
        int(seal.sort[:13]) >= since_ms and seal.partition.startswith("API#")
        for head in heads
        if head is not None
        for seal in head.seals
    )


def _findings(stage: Stage) -> tuple[AuditFinding, ...]:
    return verify_audit(books(stage), SystemClock()).findings


def _latest_ms(stage: Stage) -> int:
    latest = books(stage).chains.latest_checkpoint()
    return latest.checkpoint.at_ms if latest else 0


@contextmanager
def _stream_read_anew(stage: Stage) -> Iterator[None]:
    """Have the function read the stream from its beginning too, as the runbook makes it again."""
    client, name = stage.client("lambda"), stage.system.stack.stack.functions[SEAL]
    (mapping,) = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    anew = client.create_event_source_mapping(
        FunctionName=name,
        EventSourceArn=mapping["EventSourceArn"],
        StartingPosition="TRIM_HORIZON",
        BatchSize=mapping["BatchSize"],
    )
    try:
        yield
    finally:
        client.delete_event_source_mapping(UUID=anew["UUID"])


@contextmanager
def _unreadable_heads(stage: Stage) -> Iterator[None]:
    """Put behind every chain what is no link."""
    table = stage.table("AuditChainTable")
    at = [keys.key(f"CHAIN#{shard}", NO_LINK) for shard in range(SHARDS)]
    for key in at:
        table.put({**key, "seals": text("none"), "number": number(0)})
    try:
        yield
    finally:
        delete: Any = partial(table.client.delete_item, TableName=table.name)
        for key in at:
            delete(Key=key)


OF_SEALING = (
    its_log_is_written,
    what_the_audit_takes_is_sealed_and_in_order,
    a_batch_that_fails_is_kept,
)
OF_CHECKPOINTS = (
    its_own_log_is_written,
    the_chains_are_signed_and_locked_away,
    a_checkpoint_that_fails_is_kept,
)
OF_THE_SCHEDULE = (
    a_checkpoint_is_made_by_the_schedule,
    a_checkpoint_that_cannot_be_begun_is_kept,
)
CHECKS = OF_SEALING + OF_CHECKPOINTS + OF_THE_SCHEDULE
