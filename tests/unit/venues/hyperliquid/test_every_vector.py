"""The vectors are all there: of a file that lost its rows no test would fail for want of them."""

from __future__ import annotations

from collections import Counter

from tests.unit.venues.hyperliquid.signing_vectors import (
    every_published,
    generated,
    published,
    published_numbers,
    published_quirk,
)

SIGNED = ("l1", "user_signed", "connection_id", "multi_sig_l1", "multi_sig_user_signed")


def test_every_generated_row_is_there() -> None:
    assert Counter(row["kind"] for row in generated("cases")) == {"l1": 271, "user_signed": 62}
    assert len(generated("float_to_wire")) == 182
    assert len(generated("slippage_price")) == 100


def test_every_published_row_is_there() -> None:
    assert {kind: len(published(kind)) for kind in (*SIGNED, "action_hash")} == {
        "l1": 32,
        "user_signed": 7,
        "connection_id": 2,
        "multi_sig_l1": 1,
        "multi_sig_user_signed": 2,
        "action_hash": 5,
    }
    assert published_quirk("builder_as_raw_bytes")["kind"] == "action_hash"
    assert len(every_published()) == 50, "a kind that nobody reads"
    assert len(published_numbers("float_to_string")) == 13


def test_every_row_of_a_kind_that_is_signed_names_a_signature() -> None:
    rows = [*generated("cases"), *published(*SIGNED)]

    assert len(rows) == 377
    assert all(row["expected"]["signature_hex"].startswith("0x") for row in rows)
