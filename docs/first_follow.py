"""A first follow on a system that `make up` has brought up; run it as often as you like."""

from __future__ import annotations

import sys
import time
from itertools import takewhile
from typing import Any

from cli.addresses import require_addresses
from cli.client import ApiClient, ApiError, SignInPlace
from cli.errors import CommandError, explained
from cli.followers import public_key_of
from cli.venue_bench import VenueBench

USAGE = "usage: .venv/bin/python docs/first_follow.py API VENUE   (two addresses of `make up`)"
SHOWN = 5
PATIENCE_SECONDS = 30
# A leader whom nobody followed is watched some seconds after the start; what was traded before has
# no receipt.
WATCHED_SECONDS = 8
NO_COPIES = "after a restart or a kill the first ones take a minute or more: run it again"
RESTART_SECONDS = 90
PLACE = SignInPlace("understudy.localhost", "http://understudy.localhost", 421614)
# Ten percent of the leader's sizes, at most 10,000 USDC of margin. Entries of a minute are counted
# by the leader's clock, which begins again with each replay. The replay is five times as fast as
# life, prices too: what a first order waits for cold functions takes more slippage than usual.
LIMITS = {
    "copy_budget_usdc": "10000",
    "sizing": {"kind": "ratio", "percent": "10"},
    "entries_per_minute": 300,
    "slippage_bps": 200,
}


def main(api: str, venue: str) -> None:
    """Fund, sign in, delegate, follow, start, replay; what is there from the last time is used."""
    owner, bench, user = public_key_of(1), VenueBench(venue), ApiClient(api, PLACE)
    bench.command("accounts", address=owner.address, usdc="100000", dex_usdc={"xyz": "100000"})
    user.sign_in(owner)

    agents = user.call("GET", "/v1/agents")["items"]
    if not any(agent["status"] == "ACTIVE" for agent in agents):
        # The venue never takes a name twice, so each further agent has a number.
        user.confirm_agent(user.enable_agent(f"understudy {len(agents) + 1}"), owner)

    leader = bench.leader_address
    known = [each for each in user.follows() if each["leader"] == leader]
    follow = known[0] if known else user.create_follow(leader, LIMITS)
    is_new = follow["status"] != "ACTIVE"
    if is_new:
        follow = user.start(follow["follow_id"])
    follow_id = follow["follow_id"]
    print("follow", follow_id, follow["status"])

    await_listener(bench)
    if is_new:
        time.sleep(WATCHED_SECONDS)
    last = max((copy["seq"] for copy in user.copies(follow_id)), default=0)
    replay(bench)
    copies = new_copies(user, follow_id, last)
    if not copies:
        raise CommandError("NO_COPIES", f"no copy within {PATIENCE_SECONDS} s", NO_COPIES)
    for copy in copies:
        print(copy["seq"], copy["symbol"], copy["kind"], copy["status"], why(copy))
    for position in user.portfolio(follow_id)["positions"]:
        print(position["symbol"], "holds", position["held"], "wants", position["target"])


def why(copy: dict[str, Any]) -> str:
    """Give the reason where it says more than the status."""
    reason = copy.get("reason") or ""
    return "" if reason == copy["status"] else reason


def await_listener(bench: VenueBench) -> None:
    """Wait until the system hears the venue: after a restart it takes up to a minute."""
    for second in range(RESTART_SECONDS):
        if bench.look("health")["sockets"] > 0:
            return
        if second == 0:
            print("waiting for the listener: up to a minute after a restart")
        time.sleep(1)


def replay(bench: VenueBench) -> None:
    """Let the recorded leader trade, from the beginning unless it is trading."""
    state = bench.look("replay")["state"]
    if state == "running":
        return
    if state != "idle":
        bench.command("replay/load")
    bench.command("replay/start", speed="5")


def new_copies(user: ApiClient, follow_id: str, last: int) -> list[dict[str, Any]]:
    """Wait for copies of trades after `last`; newest first."""
    copies: list[dict[str, Any]] = []
    for _ in range(PATIENCE_SECONDS):
        time.sleep(1)
        copies = list(takewhile(lambda copy: copy["seq"] > last, user.copies(follow_id)))
        if len(copies) >= SHOWN:
            break
    return copies[:SHOWN]


addresses = sys.argv[1:]
if len(addresses) != len(("API", "VENUE")):
    sys.exit(USAGE)
try:
    require_addresses(*addresses)
    main(*addresses)
except KeyboardInterrupt:
    sys.exit("stopped; run it again as often as you like")
except (ApiError, CommandError) as error:
    known = explained(error)
    sys.exit(f"error {known.code}: {known.message}\nremedy: {known.remedy}\n{USAGE}")
