"""Every authority behind one face, and an agent that it made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from moto import mock_aws

from custody.agents import Agent, AuthorityKind
from custody.authorities import Authority
from custody.aws.key_vault import KmsKeyVault, VaultKeys
from custody.aws.resident_keys import ResidentKeys
from custody.development import DevelopmentKeys
from custody.keys import WrappedKeys
from custody.server_wallets import ServerWallets, WalletService
from simulators.server_wallets.thread import ServerWalletProvider
from tests.contract.conftest import moto_client
from tests.contract.custody.backends import new_key
from tests.fakes.custody import InMemoryVault
from tests.fakes.kms import SigningKms
from tests.unit.custody.scene import Scene

LOCAL = {"UNDERSTUDY_STAGE": "local", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}
ROLE = "arn:aws:iam::000000000000:role/signer"
EmulatorClients = Callable[[str], Any]


def agent_of(authority: Authority, kind: AuthorityKind, agent_id: str = "mark-1") -> Agent:
    """Make an agent whose key the authority holds."""
    key = authority.make(agent_id, 1)
    return replace(
        Scene().agent,
        agent_id=agent_id,
        address=key.address,
        ciphertext=key.ciphertext,
        key_id=key.key_id,
        authority=kind,
    )


@contextmanager
def wrapped_in_memory(_: EmulatorClients) -> Iterator[Authority]:
    yield WrappedKeys(InMemoryVault())


@contextmanager
def wrapped_on_moto(_: EmulatorClients) -> Iterator[Authority]:
    with mock_aws():
        yield wrapped_on(moto_client("kms"))


@contextmanager
def wrapped_on_the_emulator(clients: EmulatorClients) -> Iterator[Authority]:
    yield wrapped_on(clients("kms"))


@contextmanager
def resident_on_a_fake(_: EmulatorClients) -> Iterator[Authority]:
    yield ResidentKeys(SigningKms(), ROLE)  # type: ignore[arg-type]  # a fake of boto3's client


@contextmanager
def resident_on_the_emulator(clients: EmulatorClients) -> Iterator[Authority]:
    yield ResidentKeys(clients("kms"), ROLE)


@contextmanager
def development(_: EmulatorClients) -> Iterator[Authority]:
    yield DevelopmentKeys(LOCAL)


@contextmanager
def at_a_provider(_: EmulatorClients) -> Iterator[Authority]:
    with ServerWalletProvider() as running:
        yield wallets_at(running)


def wallets_at(running: ServerWalletProvider) -> ServerWallets:
    """Give the authority at a provider; it does not really pause."""
    return ServerWallets(WalletService(running.url, lambda: running.provider.token, lambda _: None))


def wrapped_on(kms: Any) -> Authority:
    return WrappedKeys(KmsKeyVault(kms, VaultKeys(new_key(kms), new_key(kms))))


HERE = {
    "wrapped, memory": (AuthorityKind.KMS_WRAPPED, wrapped_in_memory),
    "wrapped, moto": (AuthorityKind.KMS_WRAPPED, wrapped_on_moto),
    "resident, fake": (AuthorityKind.KMS_RESIDENT, resident_on_a_fake),
    "server wallet": (AuthorityKind.SERVER_WALLET, at_a_provider),
    "development": (AuthorityKind.DEVELOPMENT, development),
}
ON_THE_EMULATOR = {
    "wrapped, emulator": (AuthorityKind.KMS_WRAPPED, wrapped_on_the_emulator),
    "resident, emulator": (AuthorityKind.KMS_RESIDENT, resident_on_the_emulator),
}
