"""The published and the generated signing vectors, read exactly; and the signer that ships."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from custody.secp256k1 import SigningKey
from understudy.adapters.venues.hyperliquid.constants import Chain

FOLDER = Path(__file__).resolve().parents[3] / "vectors" / "hyperliquid"

Row = dict[str, Any]


def published(*kinds: str) -> list[Row]:
    """Read the published vectors of some kinds but the one that is never sent."""
    return [row for row in every_published() if row["kind"] in kinds and "quirk" not in row]


def published_quirk(quirk: str) -> Row:
    """Read the published vector that is marked as peculiar in this way."""
    [found] = [row for row in every_published() if row.get("quirk") == quirk]
    return found


def published_numbers(name: str) -> list[Row]:
    """Read the published numbers with their wire texts."""
    return json.loads((FOLDER / "signing.json").read_text())[name]


def generated(name: str) -> list[Row]:
    """Read one list of the generated vectors."""
    with gzip.open(FOLDER / "oracle.json.gz", "rt") as file:
        return json.load(file)[name]


def generated_cases(kind: str) -> list[Row]:
    """Read the generated signing cases of one kind."""
    return [case for case in generated("cases") if case["kind"] == kind]


def every_published() -> list[Row]:
    """Read all published vectors."""
    rows: list[Row] = json.loads((FOLDER / "signing.json").read_text(), parse_float=Decimal)[
        "vectors"
    ]
    return rows


def chain_of(row: Row) -> Chain:
    """Say for which network a vector was signed."""
    return Chain.MAINNET if row["is_mainnet"] else Chain.TESTNET


def signature(private_key: str, digest: bytes) -> str:
    """Sign a digest as the signer does, and write r, s and v as the vectors do."""
    signed = SigningKey(bytes.fromhex(private_key.removeprefix("0x"))).signature_of(digest)
    return f"0x{signed.r:064x}{signed.s:064x}{signed.v:02x}"


def name_of(row: Row) -> str:
    """Name a vector in a test's report."""
    return str(row["id"])
