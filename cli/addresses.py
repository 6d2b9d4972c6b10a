"""Addresses of servers as people name them."""

from __future__ import annotations

from urllib.parse import urlsplit

from cli.errors import CommandError

SCHEMES = frozenset({"http", "https"})


def is_address(text: str) -> bool:
    """Say whether this is an http address with a host and, if it names one, a possible port."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # read when asked for
    except ValueError:
        return False
    return parts.scheme in SCHEMES and bool(parts.hostname)


def require_addresses(*named: str) -> None:
    """Raise CommandError ADDRESS_INVALID for the first that is none."""
    for text in named:
        if not is_address(text):
            remedy = "name it as `make up` prints it, such as http://127.0.0.1:4566"
            raise CommandError("ADDRESS_INVALID", f"{text!r} is no address", remedy)
