"""How often anybody may call: callers by who they are, strangers by the network they come from.

Attempts to get in are counted apart and slower, and apart what stops or ends something. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network

from understudy.domain.token_bucket import SECOND_US, Bucket

MOST = 1_000_000
MINUTE_US = 60 * SECOND_US
NETWORK_BITS_V6 = 64  # what one household or server is given: its addresses are one caller
UNKNOWN_NETWORK = "unknown"


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """The sizes of the buckets at the door, each 1 to 1,000,000."""

    burst: int = 100
    per_second: int = 10
    attempts: int = 20
    attempts_per_minute: int = 30

    @property
    def caller(self) -> Bucket:
        """Give the bucket of one user who is signed in."""
        return Bucket("caller", self.burst, SECOND_US // self.per_second)

    @property
    def stop(self) -> Bucket:
        """Give the bucket of what one session stops and ends.

        Each session has its own, whatever else its user calls: who bears a stolen token, or calls
        in a loop, keeps nobody from stopping it.
        """
        return Bucket("stop", self.burst, SECOND_US // self.per_second)

    @property
    def network(self) -> Bucket:
        """Give the bucket of all strangers of one network."""
        return Bucket("network", self.burst, SECOND_US // self.per_second)

    @property
    def attempt(self) -> Bucket:
        """Give the bucket of one network's attempts to get in."""
        return Bucket("attempt", self.attempts, MINUTE_US // self.attempts_per_minute)

    @property
    def target(self) -> Bucket:
        """Give the bucket of the attempts at one session, from anywhere.

        It is twice as large as a network's: no single network can lock another one's user out.
        """
        return Bucket("target", 2 * self.attempts, MINUTE_US // (2 * self.attempts_per_minute))


def network_of(address: str) -> str:
    """Name the network that an IP address counts with: itself, or its /64 in IPv6."""
    try:
        ip = ip_address(address)
    except ValueError:
        return UNKNOWN_NETWORK
    if isinstance(ip, IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ip_network((int(ip), NETWORK_BITS_V6), strict=False))
