"""Where a listing goes on: a position and a digest that ties it to its listing. Pure.

The digest is no secret: a cursor opens nothing that its listing would not show. It makes a cursor
of another listing, or a typing error, an error of the caller instead of an odd page.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from understudy.domain.errors import InvalidInputError
from understudy.domain.ids import digest_of

_DIGEST_LENGTH = 16


def cursor_at(listing: str, position: str) -> str:
    """Write the cursor after `position` of this listing."""
    tied = _digest(listing, position) + position
    return urlsafe_b64encode(tied.encode()).decode().rstrip("=")


def position_of(listing: str, cursor: str) -> str:
    """Read the position from a cursor of this listing.

    Raises InvalidInputError for a cursor that this listing did not give.
    """
    try:
        tied = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        tied = ""
    digest, position = tied[:_DIGEST_LENGTH], tied[_DIGEST_LENGTH:]
    if digest != _digest(listing, position) or cursor_at(listing, position) != cursor:
        raise InvalidInputError(
            "the cursor does not belong to this listing: start again without one",
            code="INVALID_CURSOR",
        )
    return position


def _digest(listing: str, position: str) -> str:
    return digest_of("cursor", listing, position)[:_DIGEST_LENGTH]
