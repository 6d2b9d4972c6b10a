"""A provider that says nothing of how long, hangs, takes a wallet away, or mixes names up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from custody import server_wallets
from custody.agents import AuthorityKind
from custody.authorities import Authorities
from custody.enrolment import Enrolment
from custody.refusals import Refusal
from custody.server_wallets import ServerWallets, WalletService
from custody.signer import IntentSigner
from simulators.server_wallets.provider import Wallet, WalletProvider
from simulators.server_wallets.thread import LOCAL_TOKEN, ServerWalletProvider
from tests.contract.custody.authorities import agent_of, wallets_at
from tests.contract.custody.test_server_wallets import SERVER_WALLET, WANTED, sign
from tests.fakes.custody import untold
from tests.integration.scripted_server import say, serving
from tests.unit.custody.scene import POLICY, TESTNET, Scene
from understudy.domain.errors import ConfigurationError, DependencyError
from understudy.domain.intents import SigningRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KNOWN = replace(Scene().agent, key_id="wallet-1", authority=SERVER_WALLET)
ASKED: dict[str, Callable[[ServerWallets], object]] = {
    "make": lambda wallets: wallets.make("agent", 1),
    "sign": lambda wallets: sign(wallets, KNOWN),
    "destroy": lambda wallets: wallets.destroy(KNOWN),
}


@pytest.fixture
def running() -> Iterator[ServerWalletProvider]:
    with ServerWalletProvider() as running:
        yield running


def test_one_that_does_not_say_how_long_is_asked_three_times_more_half_a_second_apart(
    running: ServerWalletProvider,
) -> None:
    paused: list[float] = []
    service = WalletService(running.url, lambda: running.provider.token, paused.append)
    running.provider.rate_limited = 3

    assert ServerWallets(service).make("agent", 1).key_id

    assert paused == [0.5] * 3


def test_one_that_hangs_is_given_up_on_and_asked_again_later(
    running: ServerWalletProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallets = wallets_at(running)
    agent = agent_of(wallets, AuthorityKind.SERVER_WALLET)
    running.provider.latency_seconds = 1.0
    with monkeypatch.context() as hurried:
        hurried.setattr(server_wallets, "_SIGNING_SECONDS", 0.1)
        with pytest.raises(DependencyError):
            sign(wallets, agent)
    running.provider.latency_seconds = 0.0

    sign(wallets, agent)


def test_a_wallet_that_was_revoked_there_signs_nothing_and_its_intents_are_refused(
    running: ServerWalletProvider,
) -> None:
    scene = Scene()
    keys = Authorities({SERVER_WALLET: lambda: wallets_at(running)})
    enrolment = Enrolment(scene.store, keys, scene.clock, POLICY, authority=SERVER_WALLET)
    agent = enrolment.create_agent(WANTED)
    enrolment.activate(agent.agent_id)
    (wallet,) = running.provider.wallets
    running.provider.revoke(wallet)

    signer = IntentSigner(scene.store, keys, scene.clock, TESTNET, untold)
    (answer,) = signer.sign([scene.entry(agent_id=agent.agent_id)])

    assert isinstance(answer, SigningRefused)
    assert answer.reason == Refusal.KEY_UNUSABLE


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_a_redirect_is_not_followed_and_takes_no_token_along(
    ask: Callable[[ServerWallets], object], status: int
) -> None:
    with serving(say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")) as elsewhere:
        place = f"Location: {elsewhere.url}/v1/wallets".encode()
        moved = b"HTTP/1.1 %d Moved\r\n%b\r\nContent-Length: 2\r\n\r\n{}" % (status, place)
        with serving(say(moved)) as provider:
            wallets = ServerWallets(WalletService(provider.url, lambda: "the token"))
            with pytest.raises(DependencyError):
                ask(wallets)

    assert len(provider.targets) == 1
    assert elsewhere.connections == 0


@pytest.mark.parametrize("token", ["", "a token\n", "two\nlines", "\u4e00"])
@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_a_token_that_no_header_can_have_is_a_wrong_setting_and_is_not_sent(
    ask: Callable[[ServerWallets], object], token: str
) -> None:
    with serving(say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")) as provider:
        wallets = ServerWallets(WalletService(provider.url, lambda: token))
        for _ in range(2):
            with pytest.raises(ConfigurationError, match="ServerWalletsToken"):
                ask(wallets)

    assert provider.connections == 0


class LooseProvider(WalletProvider):
    """A provider that knows no names: it finds every wallet, and may make none but the first."""

    makes_one_only = False

    def named(self, name: str) -> list[Wallet]:
        return list(self.wallets.values())

    def create(self, name: str, idempotency_key: str) -> Wallet:
        if self.makes_one_only:
            return next(iter(self.wallets.values()))
        return super().create(name, idempotency_key)


@pytest.fixture
def loose() -> Iterator[ServerWalletProvider]:
    running = ServerWalletProvider()
    running.provider = LooseProvider(LOCAL_TOKEN)
    with running:
        yield running


def test_one_that_finds_more_than_was_asked_for_gives_each_agent_a_key_of_its_own(
    loose: ServerWalletProvider,
) -> None:
    wallets = wallets_at(loose)

    keys = [wallets.make(f"agent-{number}", version) for number in (1, 11) for version in (1, 2)]

    assert len({key.address for key in keys}) == len({key.key_id for key in keys}) == 4
    assert [wallets.make("agent-11", 1), wallets.make("agent-11", 2)] == keys[2:]
    assert len(loose.provider.wallets) == 4


def test_one_that_answers_with_a_wallet_of_another_name_has_made_none(
    loose: ServerWalletProvider,
) -> None:
    wallets = wallets_at(loose)
    wallets.make("agent", 1)
    assert isinstance(loose.provider, LooseProvider)
    loose.provider.makes_one_only = True

    with pytest.raises(DependencyError):
        wallets.make("another", 1)
