"""A bucket as the template defines it gives no checkpoint back before its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from tests.contract.audit.books import Books

LOCKED = {
    "ObjectLockEnabled": "Enabled",
    "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}},
}


@pytest.fixture
def locked(books: Books) -> Books:
    books.client("s3").put_object_lock_configuration(
        Bucket=books.bucket, ObjectLockConfiguration=LOCKED
    )
    books.history()
    return books


def test_a_locked_checkpoint_is_not_deleted_even_with_a_bypass(locked: Books) -> None:
    s3 = locked.client("s3")
    versions = s3.list_object_versions(Bucket=locked.bucket)["Versions"]

    for version in versions:
        with pytest.raises(ClientError):
            s3.delete_object(
                Bucket=locked.bucket,
                Key=version["Key"],
                VersionId=version["VersionId"],
                BypassGovernanceRetention=True,
            )


def test_a_checkpoint_hidden_by_a_marker_is_missed_and_still_there(locked: Books) -> None:
    s3 = locked.client("s3")
    first = s3.list_object_versions(Bucket=locked.bucket)["Versions"][0]
    s3.delete_object(Bucket=locked.bucket, Key=first["Key"])

    assert locked.codes() == {"CHECKPOINT_MISSING"}
    assert s3.get_object(Bucket=locked.bucket, Key=first["Key"], VersionId=first["VersionId"])


def test_a_checkpoint_that_cannot_be_kept_is_no_silent_loss(books: Books) -> None:
    books.write("FIRST")
    books.seal()
    books.archive._bucket = "no-such-bucket"

    with pytest.raises(DependencyError):
        books.checkpoint()
