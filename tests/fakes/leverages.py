"""Leverage and margin mode of BTC as the venue in memory has them, and was asked to set them."""

from __future__ import annotations

import json

from tests.fakes.venue_books import Book
from tests.fakes.world import World
from understudy.domain.ids import FollowId


def book_of(world: World, follow: FollowId) -> Book:
    """Give the account of a follow."""
    return world.venue.books.account(world.table.follows[follow].wallet_address)


def at_venue(world: World, follow: FollowId) -> tuple[int, bool]:
    """Give the account's leverage of BTC, and whether it is isolated."""
    book = book_of(world, follow)
    return book.leverages["BTC"], "BTC" in book.isolated


def settings_asked_for(world: World) -> list[tuple[int, bool]]:
    """Give what the venue was asked to set, in order: the leverage, and whether isolated."""
    actions = [json.loads(body)["action"] for body in world.venue.sent]
    changes = (each for each in actions if each["type"] == "updateLeverage")
    return [(each["leverage"], not each["isCross"]) for each in changes]


def copy_each(world: World, *sizes: str) -> None:
    """Let the leader trade BTC so often, far enough apart for a new reading each time."""
    for size in sizes:
        world.copy("BTC", size)
        world.pass_time(35)
