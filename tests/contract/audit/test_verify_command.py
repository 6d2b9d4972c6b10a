"""`understudy audit verify` tells each deed of a root client, and ends with 1 for any of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cli import audit
from cli.app import main
from cli.ops.place import Place
from tests.contract.audit.books import Books
from understudy.adapters.aws.audit_items import item_of
from understudy.adapters.aws.audit_stamps import KmsStamps
from understudy.domain.audit import Actor
from understudy.domain.audit_chain import Row

if TYPE_CHECKING:
    from pathlib import Path

PLACE = ("pk", "sk")


@pytest.fixture
def verify(books: Books, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Give what runs the command on the books: its exit code and what it found."""
    resources = {
        "AuditTable": books.rows_table,
        "AuditChainTable": books.chain_table,
        "CheckpointBucket": books.bucket,
        "CheckpointKey": books.checkpoint_key,
        "AuditRowKey": books.row_key,
    }
    place = Place(SimpleNamespace(client=books.client), "understudy", resources, {})
    monkeypatch.setattr(audit, "find_place", lambda _: place)
    monkeypatch.setattr(audit, "SystemClock", lambda: books.clock)

    def run() -> tuple[int, set[str]]:
        file = tmp_path / "verdict.json"
        code = main(["audit", "verify", "--json", str(file)])
        return code, {each["code"] for each in json.loads(file.read_text())["findings"]}

    return run


def change(books: Books) -> None:
    books.put({**books.items()[0], "event": {"S": "SOMETHING_ELSE"}})


def remove(books: Books) -> None:
    books.delete(books.items()[3])


def insert(books: Books) -> None:
    books.put({**books.items()[0], "sk": {"S": "1790000000002#forged"}})


def reorder(books: Books) -> None:
    first, second = books.items()[:2]
    books.put({**first, **{name: second[name] for name in PLACE}})
    books.put({**second, **{name: first[name] for name in PLACE}})


def test_an_audit_left_alone_ends_with_0(
    books: Books, verify: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    books.history()

    assert verify() == (0, set())
    assert capsys.readouterr().out.endswith("2 checkpoints: nothing is amiss\n")


def test_a_row_that_a_writer_put_among_anothers_is_told_in_words(
    books: Books, verify: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    books.history()
    stamps = KmsStamps(books.client("kms"), books.row_key, Actor.API)
    now_ms = books.clock.now_ms()
    row = Row("SIGNER#agent-0", f"{now_ms}#x", {"event": "INTENT_SIGNED", "at_ms": now_ms})
    books.put(item_of(stamps.stamped(row)))

    assert verify() == (1, {"ROW_MISPLACED"})
    said = f"SIGNER#agent-0 / {now_ms}#x: api wrote it among the rows of another\n"
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("deed", "found"),
    [
        (change, {"ROW_CHANGED", "ROW_FORGED"}),
        (remove, {"ROW_REMOVED"}),
        (insert, {"ROW_NOT_SEALED", "ROW_FORGED"}),
        (reorder, {"ROW_CHANGED", "ROW_FORGED"}),
    ],
)
def test_a_deed_of_a_root_client_is_told_and_ends_with_1(
    books: Books,
    verify: Any,
    deed: Callable[[Books], None],
    found: set[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    books.history()
    deed(books)

    assert verify() == (1, found)
    said = capsys.readouterr().out
    assert all(code in said for code in found)
