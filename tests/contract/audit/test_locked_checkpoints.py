"""A bucket as the template defines it gives no checkpoint back before its time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

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


def test_an_end_that_is_cut_off_together_with_its_checkpoint_is_found(locked: Books) -> None:
    _cut_after_the_first_checkpoint(locked)

    verdict = locked.verdict()

    assert (verdict.rows, verdict.checkpoints) == (5, 2)
    assert {each.code for each in verdict.findings} == {"CHAIN_CUT", "CHECKPOINT_MISSING"}


def test_an_audit_that_is_gone_altogether_is_found(locked: Books) -> None:
    _remove_all(locked)

    verdict = locked.verdict()

    assert (verdict.rows, verdict.links, verdict.checkpoints) == (0, 0, 2)
    assert {each.code for each in verdict.findings} == {"CHAIN_CUT", "CHECKPOINT_MISSING"}


@pytest.mark.parametrize("number", [1, 2])
def test_what_is_written_later_covers_no_cut(locked: Books, number: int) -> None:
    (_remove_all if number == 1 else _cut_after_the_first_checkpoint)(locked)
    known = locked.items()
    locked.write("LATER", "STILL LATER")
    locked.seal([item for item in locked.items() if item not in known])

    assert locked.checkpoint() == (number, (), (number,))
    codes = locked.codes()
    assert "CHECKPOINT_MISSING" in codes
    assert codes & {"CHAIN_CUT", "CHAIN_REWRITTEN"}


def test_over_a_hidden_checkpoint_the_next_are_made_and_it_stays_told(locked: Books) -> None:
    locked.hide_checkpoint(2)
    told = [locked.checkpoint() for _ in range(2)]
    locked.write("LATER")
    locked.seal()

    assert told == [(2, (), (2,))] * 2
    assert locked.checkpoint() == (3, (), (2,))
    assert locked.codes() == {"CHECKPOINT_MISSING"}


@pytest.mark.parametrize(
    "body", ["", "no json", "[]", '{"number": 1}', '{"heads": 3}', "\xff", "4"]
)
def test_what_root_puts_over_a_checkpoint_is_found_and_hides_nothing(
    locked: Books, body: str
) -> None:
    locked.client("s3").put_object(
        Bucket=locked.bucket, Key="checkpoints/000000000002.json", Body=body.encode("latin-1")
    )

    assert locked.codes() == {"CHECKPOINT_FORGED"}
    _cut_after_the_first_checkpoint(locked)
    assert "CHAIN_CUT" in locked.codes()


def test_a_checkpoint_that_lies_under_another_number_is_found(locked: Books) -> None:
    s3 = locked.client("s3")
    first = s3.get_object(Bucket=locked.bucket, Key="checkpoints/000000000001.json")["Body"].read()
    s3.put_object(Bucket=locked.bucket, Key="checkpoints/999999999999.json", Body=first)

    found = {each.code: each.where for each in locked.verdict().findings}
    assert found == {
        "CHECKPOINT_FORGED": "checkpoint 999999999999",
        "CHECKPOINT_MISSING": "checkpoint 3 to 999999999998",
    }


def test_versions_and_markers_are_found_on_whatever_page_they_are(locked: Books) -> None:
    locked.hide_checkpoint(1)
    locked.client("s3").meta.events.register(
        "provide-client-params.s3.ListObjectVersions", _one_at_a_time
    )

    kept = list(locked.archive.kept())
    assert [(each.number, len(each.versions), each.is_hidden) for each in kept] == [
        (1, 1, True),
        (2, 1, False),
    ]


def test_a_checkpoint_that_cannot_be_kept_is_no_silent_loss(books: Books) -> None:
    books.write("FIRST")
    books.seal()
    books.archive._bucket = "no-such-bucket"

    with pytest.raises(DependencyError):
        books.checkpoint()


def _cut_after_the_first_checkpoint(books: Books) -> None:
    """Take away as root what came after the first checkpoint, and that there was a second one."""
    s3 = books.client("s3")
    first = s3.get_object(Bucket=books.bucket, Key="checkpoints/000000000001.json")
    heads = json.loads(first["Body"].read())["heads"]
    for link in books.links():
        shard = link["pk"]["S"].split("#")[1]
        if int(link["number"]["N"]) > heads.get(shard, [0])[0]:
            for pk, sk, *_ in json.loads(link["seals"]["S"]):
                books.delete({"pk": {"S": pk}, "sk": {"S": sk}})
            books.delete_link(link)
    books.forget_checkpoint(2)
    books.hide_checkpoint(2)


def _remove_all(books: Books) -> None:
    for item in books.items():
        books.delete(item)
    for link in books.links():
        books.delete_link(link)
    for number in (1, 2):
        books.forget_checkpoint(number)
        books.hide_checkpoint(number)


def _one_at_a_time(params: dict[str, Any], **_: Any) -> dict[str, Any]:
    return {**params, "MaxKeys": 1}
