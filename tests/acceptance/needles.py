"""Finds a secret in whatever form it may have been written down."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


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


def _inner(encoded: bytes, shift: int, length: int) -> bytes:
    """Cut off what depends on the bytes before and after."""
    first = (0, 2, 3)[shift]
    rest = (shift + length) % 3
    last = {0: 0, 1: 3, 2: 2}[rest]
    return encoded[first : len(encoded) - last]
