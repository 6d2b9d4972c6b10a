"""The switches as items: one item per subject, one attribute per switch that is on. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from understudy.adapters.aws import keys as at
from understudy.adapters.aws.attributes import Item, text
from understudy.domain.follows import Follow, Switches
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.switches import OF_OPERATORS, Switch, TurnedOn

LISTED = "OPERATORS"  # whose the switches are in `by_user`: the id of nobody
_SUBJECT_OF = {
    Switch.KILL_GLOBAL: "GLOBAL",
    Switch.KILL_VENUE: "VENUE",
    Switch.KILL_USER: "USER",
    Switch.COPY_DISABLED: "USER",
    Switch.FLAGGED: "USER",
    Switch.BLACKLISTED: "ADDRESS",
    Switch.AUTHORITY_REVOKED: "AGENT",
}


def key_of(switch: Switch, subject: str) -> Item:
    """Give the key of the item in which a switch stands."""
    return at.switches(_SUBJECT_OF[switch], subject)


# These are read without the index, which may lag.
STANDING_ALONE = (key_of(Switch.KILL_GLOBAL, ""), key_of(Switch.KILL_VENUE, HYPERLIQUID))


def listing_of(switch: Switch, subject: str) -> Item:
    """Give what lists the item of an operators' switch in the index `by_user`, and no other's."""
    if switch not in OF_OPERATORS:
        return {}
    return {"user_id": text(LISTED), "listed_as": key_of(switch, subject)["pk"]}


def turned_on_in(item: Item) -> Iterator[TurnedOn]:
    """Read the operators' switches that are on in one item."""
    _, kind, subject = item["pk"]["S"].split("#", 2)
    for switch in OF_OPERATORS:
        if _SUBJECT_OF[switch] == kind and switch.value in item:
            since = item.get(f"{switch.value}_ms", {"N": "0"})  # nobody noted it at first
            yield TurnedOn(switch, subject, int(since["N"]))


def keys_for(follow: Follow) -> list[Item]:
    """List the keys of everything that can switch a follow off."""
    return [key_of(switch, subject) for switch, subject in _around(follow)] + [
        at.followers(follow.venue, follow.leader)
    ]


def switches_in(item_at: Callable[[Item], Item | None], follow: Follow) -> Switches:
    """Read the switches around a follow; what does not exist is off."""
    on = {
        switch.value
        for switch, subject in _around(follow)
        if switch.value in (item_at(key_of(switch, subject)) or ())
    }
    followers = item_at(at.followers(follow.venue, follow.leader)) or {}
    return Switches(
        kill_global=Switch.KILL_GLOBAL in on,
        kill_venue=Switch.KILL_VENUE in on,
        kill_user=Switch.KILL_USER in on,
        copy_disabled=Switch.COPY_DISABLED in on,
        blacklisted=Switch.BLACKLISTED in on,
        flagged=Switch.FLAGGED in on,
        leader_is_follower="follows" in followers,
        authority_revoked=Switch.AUTHORITY_REVOKED in on,
    )


def _around(follow: Follow) -> tuple[tuple[Switch, str], ...]:
    return (
        (Switch.KILL_GLOBAL, ""),
        (Switch.KILL_VENUE, follow.venue),
        (Switch.KILL_USER, follow.user_id),
        (Switch.COPY_DISABLED, follow.user_id),
        (Switch.FLAGGED, follow.user_id),
        (Switch.BLACKLISTED, follow.leader),
        (Switch.BLACKLISTED, follow.wallet_address),
        (Switch.AUTHORITY_REVOKED, follow.agent_id),
    )
