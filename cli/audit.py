"""`understudy audit verify`: whether anything in the audit was changed, removed or put in."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from cli.checkpoint_key import PublicKeyVerifier, verifier_of
from cli.counting import counted
from cli.files import require_writable, write_json
from cli.ops.place import STACK, Place, Stack, failures_explained, find_place, name_stack
from understudy.adapters.aws.audit_chains import DynamoAuditChains
from understudy.adapters.aws.audit_checkpoints import S3CheckpointArchive
from understudy.adapters.aws.audit_stamps import KmsStampReader
from understudy.adapters.aws.audit_table import DynamoAuditRows
from understudy.adapters.aws.table import Table
from understudy.adapters.clock import SystemClock
from understudy.workflows.requests.audit_verification import AuditBooks, verify_audit

if TYPE_CHECKING:
    from understudy.domain.audit_verification import AuditVerdict

MOST_SHOWN = 50

app = typer.Typer(
    name="audit",
    help="Look after the audit of a running system, here or on AWS.",
    callback=name_stack,
)


@app.command("verify")
def verify(
    json: Annotated[Path | None, typer.Option(help="Write the verdict, whole, to FILE.")] = None,
    public_key: Annotated[
        Path | None, typer.Option(help="Trust this key of the checkpoints: PEM, DER, aws's JSON.")
    ] = None,
    stack: Stack = STACK,
) -> int:
    """Read the whole audit and say what is amiss; ends with 1 if anything is."""
    require_writable(json)
    given = verifier_of(public_key.read_bytes()) if public_key else None
    with failures_explained():
        place = find_place(stack)
        verdict = verify_audit(books_of(place, given or _verifier(place)), SystemClock())
    if json is not None:
        write_json(json, asdict(verdict))
    _show(verdict)
    return int(bool(verdict.findings))


def books_of(place: Place, verifier: PublicKeyVerifier) -> AuditBooks:
    """Give everything that verification reads."""
    dynamodb = place.client("dynamodb")
    return AuditBooks(
        rows=rows_of(place),
        chains=DynamoAuditChains(Table(dynamodb, place.resource("AuditChainTable"))),
        archive=S3CheckpointArchive(place.client("s3"), place.resource("CheckpointBucket")),
        verifier=verifier,
    )


def rows_of(place: Place) -> DynamoAuditRows:
    """Give the rows, and what knows a genuine one."""
    stamps = KmsStampReader(place.client("kms"), place.resource("AuditRowKey"))
    return DynamoAuditRows(Table(place.client("dynamodb"), place.resource("AuditTable")), stamps)


def _verifier(place: Place) -> PublicKeyVerifier:
    """Take the deployed key; who does not trust the account names a file instead."""
    answer = place.client("kms").get_public_key(KeyId=place.resource("CheckpointKey"))
    return verifier_of(answer["PublicKey"])


def _show(verdict: AuditVerdict) -> None:
    for finding in verdict.findings[:MOST_SHOWN]:
        _say(f"{finding.code.value:<20} {finding.where}")
    hidden = len(verdict.findings) - MOST_SHOWN
    if hidden > 0:
        _say(f"{hidden} more: write them to a file with --json")
    amiss = counted(len(verdict.findings), "finding") if verdict.findings else "nothing is amiss"
    _say(
        f"audit: {counted(verdict.rows, 'row')} ({verdict.waiting} not sealed yet), "
        f"{counted(verdict.links, 'link')}, {counted(verdict.checkpoints, 'checkpoint')}: {amiss}"
    )


def _say(line: str) -> None:
    Console(soft_wrap=True, highlight=False, markup=False).print(line)
