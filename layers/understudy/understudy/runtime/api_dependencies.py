"""What the API names as its dependencies: how each is asked, and what users lose without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.domain.errors import DependencyError
from understudy.domain.ids import FollowId
from understudy.domain.markets import HYPERLIQUID
from understudy.workflows.requests.system_status import Dependency, Health

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from understudy.runtime.api_ports import ApiPorts

NOBODY = "0" * 32
_COLD_START_MS = 2_500  # who asks after a quiet hour starts the signer: that is no fault of it
# What the signer says of itself goes by these names; see `custody.standing`.
_STORE, _VAULT, _SERVER_WALLETS = "store", "vault", "server_wallets"


class SignerParts:
    """One question to the signer, of which several dependencies have their answer."""

    def __init__(self, ask: Callable[[], Mapping[str, bool]]) -> None:
        self._ask = ask
        self._said: Mapping[str, bool] = {}
        self._known: frozenset[str] = frozenset()

    def signer(self) -> Mapping[str, int]:
        """Ask it; raises DependencyError unless it answers and has its records."""
        self._said = {}
        self._said = self._ask()
        self._known = frozenset(self._said)
        return self._require(_STORE)

    def vault(self) -> Mapping[str, int]:
        """Tell whether the keys can be used, by what the signer has just said."""
        return self._require(_VAULT)

    def server_wallets(self) -> Mapping[str, int] | None:
        """Tell the same of the provider of server wallets; None where there is none."""
        return self._require(_SERVER_WALLETS) if _SERVER_WALLETS in self._known else None

    def _require(self, part: str) -> Mapping[str, int]:
        if not self._said.get(part, False):
            raise DependencyError("the signer did not say that this answers", part=part)
        return {}


def dependencies(
    ports: ApiPorts,
    ask_signer: Callable[[], Mapping[str, bool]],
    count_queues: Callable[[], Mapping[str, int]],
) -> tuple[Dependency, ...]:
    """Name every dependency, in the order in which they are asked."""
    signer = SignerParts(ask_signer)
    return (
        *_stores(ports),
        Dependency(
            "custody",
            "nothing is signed; agents cannot be made or revoked",
            signer.signer,
            slow_ms=_COLD_START_MS,
        ),
        Dependency(
            "agent_keys",
            "agents whose keys KMS seals sign nothing, and none can be made",
            signer.vault,
        ),
        Dependency(
            "server_wallets",
            "agents whose keys are there sign nothing until it answers; other agents go on",
            signer.server_wallets,
            without=Health.DEGRADED,
        ),
        *_identity_providers(ports),
        Dependency("queues", "copies are late", count_queues),
    )


def _stores(ports: ApiPorts) -> tuple[Dependency, ...]:
    def identity() -> Mapping[str, int]:
        ports.sessions.session(NOBODY)
        return {}

    def door() -> Mapping[str, int]:
        ports.calls.take(ports.door_limits.network, "status", ports.clock.now_ms() * 1000)
        return {}

    def copying() -> Mapping[str, int]:
        ports.copying().copies.follow_state(FollowId(NOBODY))
        return {}

    def market() -> Mapping[str, int]:
        times = ports.copying().markets.marks(HYPERLIQUID).at_ms.values()
        now_ms = ports.clock.now_ms()
        return {"lag_seconds": (now_ms - max(times)) // 1000} if times else {}

    def venue() -> Mapping[str, int]:
        ports.copying().ask_venue({"type": "exchangeStatus"})
        return {}

    return (
        Dependency("identity", "nobody can sign in or be recognised", identity),
        Dependency("door", "each worker counts calls alone: limits are looser", door),
        Dependency("copying", "nothing is copied; follows cannot be seen or changed", copying),
        Dependency("market", "no entries are copied; exits go on", market),
        Dependency("venue", "nothing is copied; follows cannot be started", venue),
    )


def _identity_providers(ports: ApiPorts) -> tuple[Dependency, ...]:
    return tuple(
        Dependency(
            method.value,
            f"nobody can sign in with {method.value.capitalize()} once its known keys are six hours"
            " old; sessions and other ways in go on",
            provider.standing,
            without=Health.DEGRADED,
        )
        for method, provider in ports.providers.items()
    )
