"""Whoever has root's rights on the tables, and no key, changes nothing that verification misses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from understudy.adapters.aws.audit_chains import checkpoint_in, checkpoint_text
from understudy.adapters.aws.audit_items import item_of, row_of
from understudy.adapters.aws.audit_stamps import KmsStamps
from understudy.domain.audit import Actor
from understudy.domain.audit_chain import Change, Link, Row, Seal, next_link, shard_of
from understudy.domain.audit_checkpoints import SignedCheckpoint
from understudy.domain.audit_verification import AuditFinding, Code

if TYPE_CHECKING:
    from tests.contract.audit.books import Books
    from understudy.adapters.aws.attributes import Item


def test_an_audit_left_alone_has_no_findings(books: Books) -> None:
    books.history()

    verdict = books.verdict()

    assert (verdict.findings, verdict.rows, verdict.checkpoints) == ((), 7, 2)


def test_rows_sealed_twice_are_no_finding(books: Books) -> None:
    books.history()
    books.seal()

    assert not books.codes()


def test_a_row_too_young_to_be_sealed_is_no_finding(books: Books) -> None:
    books.history()
    books.write("NOW")

    verdict = books.verdict()

    assert (verdict.findings, verdict.waiting) == ((), 1)


@pytest.mark.parametrize(
    "change",
    [
        {"event": {"S": "SOMETHING_ELSE"}},
        {"at_ms": {"N": "1"}},
        {"facts": {"M": {"size": {"S": "0.1"}}}},
        {"correlation_id": {"S": "copy-2"}},
        {"expires_on": {"N": "1"}},
        {"actor": {"S": "operator"}},
    ],
)
def test_a_changed_row_is_found(books: Books, change: Item) -> None:
    books.history()
    books.put({**books.items()[0], **change})

    assert {"ROW_CHANGED", "ROW_FORGED"} <= books.codes()


def test_a_removed_row_is_found(books: Books) -> None:
    books.history()
    books.delete(books.items()[3])

    assert books.codes() == {"ROW_REMOVED"}


def test_two_rows_that_changed_places_are_found(books: Books) -> None:
    books.history()
    first, second = books.items()[:2]
    keys = ("pk", "sk")
    books.put({**first, **{name: second[name] for name in keys}})
    books.put({**second, **{name: first[name] for name in keys}})

    verdict = books.verdict()

    changed = [each for each in verdict.findings if each.code == "ROW_CHANGED"]
    assert len(changed) == 2


def test_a_row_put_into_the_past_is_found(books: Books) -> None:
    books.history()
    forged = {**books.items()[0], "sk": {"S": "1790000000002#forged"}}
    books.put(forged)

    assert books.codes() == {"ROW_FORGED", "ROW_NOT_SEALED"}


def test_a_row_put_in_now_is_found_though_the_stream_seals_it(books: Books) -> None:
    books.history()
    now = str(books.clock.now_ms())
    forged = {**books.items()[0], "sk": {"S": f"{now}#forged"}, "at_ms": {"N": now}}
    books.put(forged)
    books.seal([forged])

    assert books.codes() == {"ROW_FORGED"}


@pytest.mark.parametrize("actor", list(Actor))
def test_what_a_writer_stamped_among_anothers_rows_is_found_with_who_it_was(
    books: Books, actor: Actor
) -> None:
    books.history()
    stamps = KmsStamps(books.client("kms"), books.row_key, actor)
    now_ms = books.clock.now_ms()
    others = [each for each in Actor if each is not actor]
    rows = [
        Row(f"{other.upper()}#a-subject", f"{now_ms}#put-in", {"event": "X", "at_ms": now_ms})
        for other in others
    ]
    items = [item_of(stamps.stamped(row)) for row in rows]
    for item in items:
        books.put(item)
    books.seal(items)

    assert set(books.verdict().findings) == {
        AuditFinding(
            Code.ROW_MISPLACED,
            f"{' / '.join(row.key)}: {actor} wrote it among the rows of another",
        )
        for row in rows
    }


@pytest.mark.parametrize("lost", ["mac", "writer", "actor"])
def test_a_row_without_its_writers_stamp_is_found(books: Books, lost: str) -> None:
    books.history()
    item = books.items()[0]
    bare = {name: value for name, value in item.items() if name != lost}
    books.put({**bare, "sk": {"S": f"{books.clock.now_ms()}#bare"}})

    assert "ROW_FORGED" in books.codes()


def test_a_writer_cannot_speak_for_another(books: Books) -> None:
    books.history()
    item = books.items()[0]
    books.put({**item, "actor": {"S": "operator"}, "writer": {"S": "c29tZXRoaW5n"}})

    assert "ROW_FORGED" in books.codes()


def test_a_change_that_was_taken_back_is_found(books: Books) -> None:
    books.history()
    changed = {**books.items()[0], "event": {"S": "SOMETHING_ELSE"}}
    books.seal([changed], change="MODIFY")
    books.seal([books.items()[0]], change="MODIFY")

    assert books.codes() == {"ROW_CHANGED"}


def test_the_last_rows_removed_with_their_links_are_found_by_the_checkpoint(books: Books) -> None:
    books.history()
    last = books.links()[-1]
    for pk, sk, *_ in json.loads(last["seals"]["S"]):
        books.delete({"pk": {"S": pk}, "sk": {"S": sk}})
    books.delete_link(last)

    assert books.codes() == {"CHAIN_CUT"}


def test_a_link_removed_from_the_middle_is_found(books: Books) -> None:
    books.history()
    books.delete_link(_of_a_long_chain(books)[0])

    assert "CHAIN_BROKEN" in books.codes()


def test_two_links_that_changed_places_are_found(books: Books) -> None:
    books.history()
    first, second = _of_a_long_chain(books)[:2]
    books.put_link({**first, "sk": second["sk"]})
    books.put_link({**second, "sk": first["sk"]})

    assert "CHAIN_BROKEN" in books.codes()


def test_a_row_taken_out_of_its_link_is_found(books: Books) -> None:
    books.history()
    link = books.links()[0]
    fewer = json.loads(link["seals"]["S"])[1:]
    books.put_link({**link, "seals": {"S": json.dumps(fewer)}})

    assert "CHAIN_BROKEN" in books.codes()


def test_a_chain_written_anew_from_its_first_link_is_found_by_the_checkpoint(books: Books) -> None:
    books.history()
    victim = books.items()[0]
    books.delete(victim)
    _rewrite_without(books, row_of(victim).key)

    assert books.codes() == {"CHAIN_REWRITTEN"}


def test_a_chain_written_anew_is_not_signed(books: Books) -> None:
    books.history()
    _rewrite_without(books, row_of(books.items()[0]).key)
    books.write("LATER")
    books.seal()

    assert books.checkpoint().number == 2


def test_a_checkpoint_that_was_changed_is_found(books: Books) -> None:
    books.history()
    _replace_checkpoint(books, 2, at_ms=1)

    assert books.codes() == {"CHECKPOINT_FORGED"}


def test_a_checkpoint_that_somebody_else_signed_is_found(books: Books) -> None:
    books.history()
    kms = books.client("kms")
    other = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    books.signer._key_id = other["KeyId"]
    books.write("LATER")
    books.seal()
    books.checkpoint()

    assert books.codes() == {"CHECKPOINT_FORGED"}


@pytest.mark.parametrize("number", [1, 2])
def test_a_checkpoint_that_is_gone_is_found(books: Books, number: int) -> None:
    books.history()
    books.hide_checkpoint(number)

    assert books.codes() == {"CHECKPOINT_MISSING"}


def _of_a_long_chain(books: Books) -> list[Item]:
    """Give the links of a chain that has two and more."""
    books.seal()
    books.checkpoint()
    chains: dict[str, list[Item]] = {}
    for link in books.links():
        chains.setdefault(link["pk"]["S"], []).append(link)
    return max(chains.values(), key=len)


def _rewrite_without(books: Books, key: tuple[str, str]) -> None:
    """Make a chain anew without a row, every hash right, as whoever knows the rules could."""
    shard, before = shard_of(key[0]), None
    for link in list(books.chains.links(shard)):
        kept = [seal for seal in link.seals if seal.key != key]
        kept = kept or [Seal("SIGNER#nobody", "none", Change.ADDED)]
        before = next_link(before, shard, kept, link.at_ms)
        _overwrite(books, before)


def _overwrite(books: Books, link: Link) -> None:
    (item,) = (
        each
        for each in books.links()
        if (each["pk"]["S"], int(each["number"]["N"])) == (f"CHAIN#{link.shard}", link.number)
    )
    books.delete_link(item)
    books.chains.append(link)


def _name(number: int) -> str:
    return f"checkpoints/{number:012d}.json"


def _replace_checkpoint(books: Books, number: int, **changes: Any) -> None:
    s3 = books.client("s3")
    kept = s3.get_object(Bucket=books.bucket, Key=_name(number))["Body"].read().decode()
    plain: dict[str, Any] = {**json.loads(kept), **changes}
    changed: SignedCheckpoint = checkpoint_in(json.dumps(plain))
    s3.put_object(Bucket=books.bucket, Key=_name(number), Body=checkpoint_text(changed).encode())
