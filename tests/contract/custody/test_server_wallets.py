"""A provider that is slow, down or forgetful makes no second wallet and no wrong signature."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from custody.agents import Agent, AuthorityKind
from custody.authorities import Authorities
from custody.enrolment import Enrolment, NewAgent
from custody.keys import KeyUnusableError
from custody.server_wallets import ServerWallets, WalletService
from custody.signer import IntentSigner
from simulators.server_wallets.provider import Misfortune
from simulators.server_wallets.thread import ServerWalletProvider
from tests.contract.custody.authorities import agent_of, wallets_at
from tests.fakes.custody import untold
from tests.unit.custody.scene import POLICY, TESTNET, WALLET, Scene
from understudy.domain.errors import (
    ConfigurationError,
    ConflictError,
    DependencyError,
    SigningUnavailableError,
)
from understudy.domain.intents import Signed

if TYPE_CHECKING:
    from collections.abc import Iterator

DIGEST = b"\x07" * 32
WANTED = NewAgent("user-1", "wallet-1", WALLET, "hyperliquid", "understudy", "request-1")
SERVER_WALLET = AuthorityKind.SERVER_WALLET


@dataclass
class TokenStore:
    """Where a deployment keeps the provider's token."""

    token: str
    reads: int = 0

    def read(self) -> str:
        self.reads += 1
        return self.token


@pytest.fixture
def running() -> Iterator[ServerWalletProvider]:
    with ServerWalletProvider() as running:
        yield running


@pytest.fixture
def wallets(running: ServerWalletProvider) -> ServerWallets:
    return wallets_at(running)


@pytest.fixture
def agent(wallets: ServerWallets) -> Agent:
    return agent_of(wallets, AuthorityKind.SERVER_WALLET)


def sign(wallets: ServerWallets, agent: Agent) -> None:
    with wallets.opened(agent) as key:
        key.signature_of(DIGEST)


@pytest.mark.parametrize(
    "misfortune",
    [
        Misfortune.DOWN,
        Misfortune.CREATION_FAILS,
        Misfortune.CREATION_ANSWER_LOST,
        Misfortune.CREATION_LATE,
    ],
)
def test_an_unknown_creation_is_gone_on_with_and_makes_one_wallet(
    running: ServerWalletProvider, wallets: ServerWallets, misfortune: Misfortune
) -> None:
    running.provider.misfortune = misfortune
    for _ in range(3):
        if misfortune is Misfortune.CREATION_ANSWER_LOST and running.provider.wallets:
            break
        with pytest.raises(DependencyError):
            wallets.make("agent", 1)
    running.provider.misfortune = Misfortune.NONE
    running.provider.finish_creations()

    made = wallets.make("agent", 1)

    assert wallets.make("agent", 1) == made
    assert [each.wallet_id for each in running.provider.wallets.values()] == [made.key_id]


def test_a_creation_that_lands_after_the_look_up_is_still_the_only_one(
    running: ServerWalletProvider, wallets: ServerWallets
) -> None:
    landed = running.provider.create("agent-1", "agent-1")
    running.provider.wallets.clear()  # not listed yet

    made = wallets.make("agent", 1)

    assert made.key_id == landed.wallet_id
    assert len(running.provider.wallets) == 1


def test_enrolment_asked_again_after_a_lost_answer_gives_the_wallet_that_was_made(
    running: ServerWalletProvider, wallets: ServerWallets
) -> None:
    scene = Scene()
    keys = Authorities({SERVER_WALLET: lambda: wallets})
    enrolment = Enrolment(scene.store, keys, scene.clock, POLICY, authority=SERVER_WALLET)
    running.provider.misfortune = Misfortune.CREATION_ANSWER_LOST
    with pytest.raises(DependencyError):
        enrolment.create_agent(WANTED)
    running.provider.misfortune = Misfortune.NONE

    made = enrolment.create_agent(WANTED)

    assert enrolment.create_agent(WANTED) == made
    assert [each.address for each in running.provider.wallets.values()] == [made.address]
    with pytest.raises(ConflictError):
        enrolment.create_agent(replace(WANTED, agent_name="another"))


def test_an_agent_signs_with_its_server_wallet_and_waits_while_that_is_down(
    running: ServerWalletProvider, wallets: ServerWallets
) -> None:
    scene = Scene()
    keys = Authorities({SERVER_WALLET: lambda: wallets})
    enrolment = Enrolment(scene.store, keys, scene.clock, POLICY, authority=SERVER_WALLET)
    agent = enrolment.create_agent(WANTED)
    enrolment.activate(agent.agent_id)
    signer = IntentSigner(scene.store, keys, scene.clock, TESTNET, untold)
    entry = scene.entry(agent_id=agent.agent_id)

    running.provider.misfortune = Misfortune.DOWN
    with pytest.raises(SigningUnavailableError):
        signer.sign([entry])
    running.provider.misfortune = Misfortune.NONE

    assert isinstance(signer.sign([entry])[0], Signed)


def test_a_rate_limit_is_waited_out_as_long_as_the_provider_says(
    running: ServerWalletProvider, agent: Agent
) -> None:
    paused: list[float] = []
    service = WalletService(running.url, lambda: running.provider.token, paused.append)
    running.provider.rate_limited, running.provider.retry_after_seconds = 2, "1"

    sign(ServerWallets(service), agent)

    assert paused == [1, 1]


def test_a_lane_waits_for_no_rate_limit_that_would_make_others_late(
    running: ServerWalletProvider, agent: Agent
) -> None:
    paused: list[float] = []
    wallets = ServerWallets(
        WalletService(running.url, lambda: running.provider.token, paused.append)
    )
    running.provider.rate_limited, running.provider.retry_after_seconds = 1, "3"
    with pytest.raises(DependencyError):
        sign(wallets, agent)
    assert not paused

    running.provider.rate_limited = 1
    wallets.make("another", 1)

    assert paused == [3]


@pytest.mark.parametrize(("limited", "retry_after"), [(9, "0"), (1, "3600")])
def test_a_rate_limit_that_lasts_is_the_callers_to_wait_for(
    running: ServerWalletProvider,
    wallets: ServerWallets,
    agent: Agent,
    limited: int,
    retry_after: str,
) -> None:
    running.provider.rate_limited = limited
    running.provider.retry_after_seconds = retry_after

    with pytest.raises(DependencyError):
        sign(wallets, agent)


def test_latency_is_no_failure(
    running: ServerWalletProvider, wallets: ServerWallets, agent: Agent
) -> None:
    running.provider.latency_seconds = 0.05

    sign(wallets, agent)


def test_a_wrong_token_is_unavailable_and_not_a_refusal(
    running: ServerWalletProvider, agent: Agent
) -> None:
    with pytest.raises(DependencyError):
        sign(ServerWallets(WalletService(running.url, lambda: "another token")), agent)


def test_a_token_that_was_exchanged_is_read_again_and_the_work_goes_on(
    running: ServerWalletProvider, agent: Agent
) -> None:
    kept = TokenStore(running.provider.token)
    wallets = ServerWallets(WalletService(running.url, kept.read))
    sign(wallets, agent)
    running.provider.token = kept.token = "the next one"

    sign(wallets, agent)
    sign(wallets, agent)

    assert kept.reads == 2


def test_a_token_that_ended_before_the_next_one_is_there_is_asked_for_once_a_request(
    running: ServerWalletProvider, agent: Agent
) -> None:
    kept = TokenStore(running.provider.token)
    wallets = ServerWallets(WalletService(running.url, kept.read))
    sign(wallets, agent)
    running.provider.token = "the next one"
    tried = running.provider.calls.total()

    with pytest.raises(DependencyError):
        sign(wallets, agent)
    assert (kept.reads, running.provider.calls.total()) == (2, tried + 1)

    kept.token = running.provider.token
    sign(wallets, agent)


def test_a_signature_of_another_wallet_is_not_given_out(
    wallets: ServerWallets, agent: Agent
) -> None:
    other = agent_of(wallets, AuthorityKind.SERVER_WALLET, "mark-2")

    with pytest.raises(KeyUnusableError):
        sign(wallets, replace(agent, key_id=other.key_id))


def test_a_provider_that_is_not_there_is_unavailable(agent: Agent) -> None:
    nowhere = ServerWallets(WalletService("http://127.0.0.1:9", lambda: "token"))

    with pytest.raises(DependencyError):
        sign(nowhere, agent)
    with pytest.raises(DependencyError):
        nowhere.destroy(agent)


@pytest.mark.parametrize("url", ["", "http://wallets.example", "ftp://127.0.0.1", "https://"])
def test_a_token_goes_over_https_or_stays_on_this_machine(url: str) -> None:
    with pytest.raises(ConfigurationError):
        WalletService(url, lambda: "token")


def test_the_bench_sets_the_weather_and_no_answer_holds_a_key(
    running: ServerWalletProvider, agent: Agent
) -> None:
    weather = {"misfortune": "down", "rate_limited": 3}
    said: Any = urllib3.request("POST", running.url + "/_simulator/weather", json=weather).json()

    assert (said["misfortune"], said["wallets"]) == ("down", 1)
    assert running.provider.rate_limited == 3
    (wallet,) = running.provider.wallets.values()
    assert wallet.key.to_hex() not in repr(wallet) + str(wallet.shown())
