"""Finds a secret in whatever form it may have been written down."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from checks.leaks import PATTERNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SECRET_SHAPED = re.compile(PATTERNS["secret"].pattern.encode())
# What is no secret although it is 32 bytes: ids, hashes, marks and the seals of the audit's rows.
PUBLIC = re.compile(
    rb"\b(?:\w+_id|\w*hash|\w+_mark|content|previous|INSERT)\W+(?:S\W+)?(?:0x)?"
    rb"([0-9a-f]{64})(?![0-9a-fA-F])"
)


@dataclass(frozen=True)
class Secret:
    """A secret by its name, and the files in which alone it has to lie: its vault's own."""

    name: str
    raw: bytes = field(repr=False)
    vaults: tuple[str, ...] = ()


def forms_of(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Give every way to write some bytes down, each by its name."""
    yield "raw", raw
    yield "hex", raw.hex().encode()
    yield "HEX", raw.hex().upper().encode()
    yield "separated hex", raw.hex(":").encode()
    yield "decimal", str(int.from_bytes(raw)).encode()
    yield "decimal, little-endian", str(int.from_bytes(raw, "little")).encode()
    yield "list of numbers", ", ".join(map(str, raw)).encode()
    yield "short list of numbers", ",".join(map(str, raw)).encode()
    yield "Python bytes", repr(raw)[2:-1].encode()
    yield "JSON", json.dumps(raw.decode("latin-1"))[1:-1].encode()
    yield "JSON in JSON", json.dumps(json.dumps(raw.decode("latin-1"))[1:-1])[1:-1].encode()
    for shift in range(3):
        for name, encode in (("std", base64.b64encode), ("url", base64.urlsafe_b64encode)):
            yield f"base64 {name} {shift}", _inner(encode(bytes(shift) + raw), shift, len(raw))


def found(secrets: Iterable[Secret], places: Mapping[str, bytes]) -> list[str]:
    """Name every secret, its form and the place where it lies and must not."""
    return [
        f"{secret.name} as {form} in {place}"
        for secret in secrets
        for form, needle in set(forms_of(secret.raw))
        for place, content in places.items()
        if needle in content and not place.endswith(secret.vaults or ("\0",))
    ]


def public_values(places: Mapping[str, bytes]) -> set[bytes]:
    """Give every 32-byte hex string that stands somewhere under the name of an id or a hash."""
    return {named[1] for content in places.values() for named in PUBLIC.finditer(content)}


def unnamed(places: Mapping[str, bytes], public: set[bytes]) -> list[str]:
    """Name every place with a 32-byte hex string that is none of these, and what stands before."""
    return [
        f"32 bytes in hex in {place} after {content[max(0, hit.start() - 40) : hit.start()]!r}"
        for place, content in places.items()
        for hit in SECRET_SHAPED.finditer(content)
        if hit[0] not in public
    ]


def _inner(encoded: bytes, shift: int, length: int) -> bytes:
    """Cut off what depends on the bytes before and after."""
    first = (0, 2, 3)[shift]
    rest = (shift + length) % 3
    last = {0: 0, 1: 3, 2: 2}[rest]
    return encoded[first : len(encoded) - last]
