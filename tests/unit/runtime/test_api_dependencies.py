"""What the status says of custody and of identity providers, and of whom it asks for that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.api import ApiWorld
from tests.fakes.providers import MAX_AGE_SECONDS, PRIVY_KEY, privy_tokens, published
from understudy.adapters.identity.json_web_keys import Algorithm, read_key_set
from understudy.adapters.identity.key_sets import CachedKeySet
from understudy.adapters.identity.privy import PrivyVerifier
from understudy.adapters.identity.provider_tokens import ProviderTokenReader
from understudy.domain.errors import (
    ConfigurationError,
    DependencyError,
    SigningUnavailableError,
)
from understudy.domain.identity import AuthMethod
from understudy.runtime.api_dependencies import dependencies

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ALL_WELL = {"store": True, "vault": True}
ASKED_ABOUT = ("custody", "agent_keys", "server_wallets", "privy", "dynamic")


def silent() -> Mapping[str, bool]:
    raise SigningUnavailableError("custody does not answer")


@pytest.fixture
def world() -> ApiWorld:
    return ApiWorld()


def shown(world: ApiWorld, ask: Callable[[], Mapping[str, bool]]) -> tuple[str, dict[str, Any]]:
    """Give the whole's status and, by name, that and the effect of each dependency."""
    every = dependencies(world.ports(), ask, dict)
    world.services.system.dependencies = [each for each in every if each.name in ASKED_ABOUT]
    world.world.clock.advance(5_000)
    status = world.request("GET", "/v1/system/status").body
    parts = {each["name"]: (each["status"], each["effect"]) for each in status["dependencies"]}
    return status["status"], parts


def test_a_signer_that_does_not_answer_is_down_and_its_keys_are_not_called_well(
    world: ApiWorld,
) -> None:
    status, parts = shown(world, silent)

    assert status == "DOWN"
    assert parts["custody"] == ("DOWN", "nothing is signed; agents cannot be made or revoked")
    assert parts["agent_keys"][0] == "DOWN"


def test_a_part_that_is_set_up_wrongly_is_down_and_the_log_alone_says_how(
    world: ApiWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong() -> Mapping[str, bool]:
        raise ConfigurationError("set the environment variable ENROLL_FUNCTION")

    assert shown(world, wrong)[1]["custody"] == (
        "DOWN",
        "nothing is signed; agents cannot be made or revoked",
    )

    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["level"], line["code"]) == ("ERROR", "SYSTEM_MISCONFIGURED")
    assert line["dependency"] == "custody"
    assert line["reason"] == "set the environment variable ENROLL_FUNCTION"


def test_a_signer_without_its_records_is_down(world: ApiWorld) -> None:
    _, parts = shown(world, lambda: {"store": False, "vault": True})

    assert parts["custody"][0] == "DOWN"
    assert parts["agent_keys"] == ("OK", "")


def test_keys_that_kms_does_not_open_are_down_though_the_signer_answers(world: ApiWorld) -> None:
    status, parts = shown(world, lambda: {"store": True, "vault": False})

    assert (status, parts["custody"]) == ("DOWN", ("OK", ""))
    assert parts["agent_keys"] == (
        "DOWN",
        "agents whose keys KMS seals sign nothing, and none can be made",
    )


def test_without_the_provider_of_server_wallets_a_part_of_the_agents_waits(
    world: ApiWorld,
) -> None:
    status, parts = shown(world, lambda: {**ALL_WELL, "server_wallets": False})

    assert status == "DEGRADED"
    assert parts["server_wallets"] == (
        "DEGRADED",
        "agents whose keys are there sign nothing until it answers; other agents go on",
    )


def test_an_answer_from_before_is_not_taken_for_one_of_now(world: ApiWorld) -> None:
    answers = [{**ALL_WELL, "server_wallets": True}]

    def once() -> Mapping[str, bool]:
        return answers.pop() if answers else silent()

    every = dependencies(world.ports(), once, dict)
    world.services.system.dependencies = [each for each in every if each.name in ASKED_ABOUT]
    assert world.request("GET", "/v1/system/status").body["status"] == "OK"
    world.world.clock.advance(5_000)

    later = world.request("GET", "/v1/system/status").body["dependencies"]

    assert [(each["name"], each["status"]) for each in later] == [
        ("custody", "DOWN"),
        ("agent_keys", "DOWN"),
        ("server_wallets", "DEGRADED"),
    ]


@pytest.mark.parametrize(("took_ms", "status"), [(2_500, "OK"), (2_501, "DEGRADED")])
def test_a_signer_that_has_to_start_first_is_no_slow_one(
    world: ApiWorld, took_ms: int, status: str
) -> None:
    def starting() -> Mapping[str, bool]:
        world.world.clock.advance(took_ms)
        return ALL_WELL

    assert shown(world, starting)[1]["custody"][0] == status


def test_what_a_deployment_does_not_have_is_not_named(world: ApiWorld) -> None:
    status, parts = shown(world, lambda: ALL_WELL)

    assert (status, set(parts)) == ("OK", {"custody", "agent_keys"})


def test_the_signer_is_asked_once_a_round_for_all_of_its_parts(world: ApiWorld) -> None:
    asked: list[int] = []

    def counted() -> Mapping[str, bool]:
        asked.append(1)
        return {**ALL_WELL, "server_wallets": True}

    shown(world, counted)

    assert len(asked) == 1


def test_a_provider_without_an_answer_is_told_and_asked_by_no_status(world: ApiWorld) -> None:
    questions: list[bool] = []
    is_away = True

    def fetch() -> Any:
        questions.append(is_away)
        if is_away:
            raise DependencyError("no answer")
        return read_key_set(published(PRIVY_KEY), Algorithm.ES256)

    keys = CachedKeySet(fetch, lambda: world.world.clock.now_ms() / 1000)
    reader = ProviderTokenReader(keys, Algorithm.ES256, ("privy.io",), "app-id")
    privy = PrivyVerifier(reader, MAX_AGE_SECONDS)
    world.providers[AuthMethod.PRIVY] = privy

    assert shown(world, lambda: ALL_WELL)[1]["privy"] == ("OK", "")
    assert questions == []

    with pytest.raises(DependencyError):
        privy.verify(privy_tokens(), world.world.clock.now_ms())
    status, parts = shown(world, lambda: ALL_WELL)

    effect = (
        "nobody can sign in with Privy once its known keys are six hours old; sessions and other"
        " ways in go on"
    )
    assert (status, parts["privy"]) == ("DEGRADED", ("DEGRADED", effect))
    assert questions == [True]

    is_away = False
    world.world.clock.advance(60_000)
    keys.key("privy-1")
    assert shown(world, lambda: ALL_WELL)[1]["privy"] == ("OK", "")
    assert questions == [True, False]
