"""What keeps chains and checkpoints promises, in memory as in the cloud."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.contract.audit.books import NOW_MS, Books
from understudy.adapters.memory.audit import InMemoryAuditChains, InMemoryCheckpointArchive
from understudy.domain.audit_chain import Change, Link, Seal, next_link
from understudy.domain.audit_checkpoints import (
    KeptCheckpoint,
    SignedCheckpoint,
    next_checkpoint,
)
from understudy.domain.errors import AuditTamperedError, ConflictError
from understudy.ports.audit import AuditChains, CheckpointArchive

if TYPE_CHECKING:
    from tests.contract.conftest import Clients

SHARD = 2
SEALS = (
    Seal("SIGNER#agent", "1#a", Change.ADDED, "hash of a row"),
    Seal("SIGNER#agent", "2#b", Change.REMOVED),
)


@dataclass
class Kept:
    """Where chains and checkpoints are kept; `hide` does what root can to a locked checkpoint."""

    chains: AuditChains
    archive: CheckpointArchive
    hide: Callable[[int], None]


@pytest.fixture(params=["memory", "moto", pytest.param("emulator", marks=pytest.mark.integration)])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "memory":
        archive = InMemoryCheckpointArchive()
        return Kept(InMemoryAuditChains(), archive, archive.hide)
    clients: Clients = request.getfixturevalue(f"{request.param}_clients")
    books = Books(clients)
    return Kept(books.chains, books.archive, books.hide_checkpoint)


def chain(kept: Kept, length: int) -> list[Link]:
    links: list[Link] = []
    for number in range(length):
        before = links[-1] if links else None
        links.append(next_link(before, SHARD, SEALS, NOW_MS + number))
        kept.chains.append(links[-1])
    return links


def signed(number: int, signature: str = "signature") -> SignedCheckpoint:
    before = signed(number - 1).checkpoint if number > 1 else None
    link = next_link(None, SHARD, SEALS, NOW_MS)
    return SignedCheckpoint(next_checkpoint(before, {SHARD: link}, NOW_MS + number), signature)


def test_a_chain_without_links_has_no_head(kept: Kept) -> None:
    assert kept.chains.head(SHARD) is None
    assert not list(kept.chains.links(SHARD))


def test_links_are_read_as_they_were_written(kept: Kept) -> None:
    links = chain(kept, 3)

    assert list(kept.chains.links(SHARD)) == links
    assert list(kept.chains.links(SHARD, after=1)) == links[1:]
    assert kept.chains.head(SHARD) == links[-1]


def test_chains_do_not_mix(kept: Kept) -> None:
    chain(kept, 1)

    assert kept.chains.head(SHARD + 1) is None


def test_of_two_writers_behind_one_head_the_second_is_refused(kept: Kept) -> None:
    (head,) = chain(kept, 1)
    kept.chains.append(next_link(head, SHARD, SEALS, NOW_MS))

    with pytest.raises(ConflictError):
        kept.chains.append(next_link(head, SHARD, SEALS[:1], NOW_MS))
    assert len(list(kept.chains.links(SHARD))) == 2


def test_the_checkpoint_put_last_is_the_latest(kept: Kept) -> None:
    assert kept.chains.latest_checkpoint() is None
    for number in (1, 2):
        kept.chains.put_checkpoint(signed(number))

    assert kept.chains.latest_checkpoint() == signed(2)


def test_a_checkpoint_is_put_once(kept: Kept) -> None:
    kept.chains.put_checkpoint(signed(1))

    with pytest.raises(ConflictError):
        kept.chains.put_checkpoint(signed(1, "another"))


def test_a_checkpoint_is_kept_once_however_often_it_is_said(kept: Kept) -> None:
    for number in (2, 1, 1):
        kept.archive.keep(signed(number))

    assert list(kept.archive.kept()) == [
        KeptCheckpoint(1, (signed(1),)),
        KeptCheckpoint(2, (signed(2),)),
    ]


def test_another_checkpoint_of_a_number_is_refused_and_changes_nothing(kept: Kept) -> None:
    kept.archive.keep(signed(1))

    with pytest.raises(AuditTamperedError):
        kept.archive.keep(signed(1, "another"))
    assert list(kept.archive.kept()) == [KeptCheckpoint(1, (signed(1),))]


def test_nothing_is_kept_over_a_marker_and_what_it_hides_is_given(kept: Kept) -> None:
    kept.archive.keep(signed(1))
    kept.hide(1)

    for again in (signed(1), signed(1, "another")):
        with pytest.raises(AuditTamperedError):
            kept.archive.keep(again)
    assert list(kept.archive.kept()) == [KeptCheckpoint(1, (signed(1),), is_hidden=True)]
