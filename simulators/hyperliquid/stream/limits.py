"""How many sockets, subscriptions, users, messages and posts one client address may have."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulators.hyperliquid.windows import Window

MAX_CONNECTIONS = 10
MAX_NEW_PER_MINUTE = 30
MAX_SUBSCRIPTIONS = 1_000
MAX_USERS = 10
MAX_MESSAGES_PER_MINUTE = 2_000
MAX_POSTS_IN_FLIGHT = 100

CONNECTIONS = f"Cannot open more than {MAX_CONNECTIONS} connections."
NEW_CONNECTIONS = f"Cannot open more than {MAX_NEW_PER_MINUTE} connections per minute."
SUBSCRIPTIONS = f"Cannot subscribe to more than {MAX_SUBSCRIPTIONS} channels."
USERS = f"Cannot track more than {MAX_USERS} total users."
MESSAGES = f"Cannot send more than {MAX_MESSAGES_PER_MINUTE} messages per minute."
POSTS = f"Cannot have more than {MAX_POSTS_IN_FLIGHT} posts in flight."


@dataclass(slots=True)
class ClientWindows:
    """The two windows of one client address, and how many of its posts wait for their answer."""

    opened: Window = field(default_factory=lambda: Window(MAX_NEW_PER_MINUTE))
    messages: Window = field(default_factory=lambda: Window(MAX_MESSAGES_PER_MINUTE))
    posts: int = 0
