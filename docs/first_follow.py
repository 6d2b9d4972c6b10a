"""A first follow on a system that `make up` has brought up: `python -P - API VENUE < this file`."""

from __future__ import annotations

import sys
import time

from cli.client import ApiClient, SignInPlace
from cli.followers import public_key_of
from cli.venue_bench import VenueBench

SHOWN = 5
PATIENCE_SECONDS = 30

api, venue = sys.argv[1:]
owner, bench = public_key_of(1), VenueBench(venue)
bench.command("accounts", address=owner.address, usdc="100000", dex_usdc={"xyz": "100000"})

user = ApiClient(api, SignInPlace("understudy.localhost", "http://understudy.localhost", 421614))
user.sign_in(owner)
user.confirm_agent(user.enable_agent("understudy"), owner)

leader = bench.look("replay")["leader_address"]
# Ten percent of the leader's sizes, at most 10,000 USDC of margin.
limits = {"copy_budget_usdc": "10000", "sizing": {"kind": "ratio", "percent": "10"}}
follow_id = user.create_follow(leader, limits)["follow_id"]
print("follow", follow_id, user.start(follow_id)["status"])

bench.command("replay/start", speed="5")
waited, copies = 0, []
while waited < PATIENCE_SECONDS and len(copies) < SHOWN:
    time.sleep(1)
    waited += 1
    copies = list(user.copies(follow_id))
for copy in copies[:SHOWN]:
    print(copy["seq"], copy["symbol"], copy["kind"], copy["status"], copy.get("reason") or "")
for position in user.portfolio(follow_id)["positions"]:
    print(position["symbol"], "holds", position["held"], "wants", position["target"])
