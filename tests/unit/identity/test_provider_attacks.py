"""No attack on a provider's token gets in; every published case is one of these, or named here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.builders import NOW_MS
from tests.fakes.providers import (
    MAX_AGE_SECONDS,
    NOW,
    PRIVY_NEXT_KEY,
    decoded,
    encoded,
    forged,
    privy_claims,
    privy_reader,
)
from tests.unit.identity.provider_attacks import ATTACKS, GOOD, header, saying
from understudy.adapters.identity.provider_tokens import ProviderTokenReader
from understudy.domain.errors import NotAllowedError

TESTS = Path(__file__).resolve().parents[2]
CASES = TESTS.parents[1] / "shared" / "vectors" / "jwt_attack_cases.json"
# public: the order of the curve P-256
P256_ORDER = 0xFFFFFFFF_00000000_FFFFFFFF_FFFFFFFF_BCE6FAAD_A7179E84_F3B9CAC2_FC632551
KNOWN_ATTACKS = 59
CACHE, KEYS = "unit/identity/test_key_sets.py", "unit/identity/test_json_web_keys.py"
FETCH = "integration/identity/test_key_set_http.py"
ELSEWHERE = {
    "kid_flood": (CACHE, "test_a_flood_of_strange_names_is_one_question_in_half_a_minute"),
    "kid_duplicate": (KEYS, "test_a_name_that_two_keys_share_is_nobodys"),
    "key_use_enc": (KEYS, "test_a_key_for_another_use_or_algorithm_is_no_key"),
    "sig_high_s": (
        "unit/identity/test_provider_attacks.py",
        "test_the_high_twin_of_a_signature_says_the_same_and_no_more",
    ),
    "bearer_variants": ("unit/api/test_door.py", "test_only_one_whole_bearer_token_gets_in"),
    "jwks_down_cached": (CACHE, "test_the_last_good_set_outlives_an_outage_for_six_hours"),
    "jwks_down_cold": ("unit/api/test_provider_routes.py", "test_a_silent_provider_is_a_503"),
    "jwks_slow": (FETCH, "test_a_provider_that_hangs_is_given_up_on"),
    "jwks_rotation_overlap": (CACHE, "test_an_old_and_a_new_key_are_both_good"),
    "jwks_key_removed": (CACHE, "test_a_key_that_is_taken_back_is_gone_after_five_minutes"),
    "jwks_bad_json": (FETCH, "test_no_usable_answer_is_no_key_set"),
    "jwks_redirect": (FETCH, "test_a_redirect_is_not_followed"),
}
TOKENS = [
    pytest.param(token, id=f"{name}-{number}")
    for name, tokens in ATTACKS.items()
    for number, token in enumerate(tokens)
]


@pytest.fixture(scope="module")
def reader() -> ProviderTokenReader:
    return privy_reader()


@pytest.mark.parametrize("token", TOKENS)
def test_no_attack_gets_in(reader: ProviderTokenReader, token: str) -> None:
    with pytest.raises(NotAllowedError) as caught:
        reader.read(token, NOW_MS, MAX_AGE_SECONDS)

    assert caught.value.code in {"PROVIDER_TOKEN_INVALID", "PROVIDER_TOKEN_EXPIRED"}
    assert caught.value.facts == {}


@pytest.mark.shared
def test_every_published_case_is_tested_here_or_where_it_says() -> None:
    published = [each["id"] for each in json.loads(CASES.read_text())["cases"]]

    assert sorted(published) == sorted({*ATTACKS, *ELSEWHERE})


def test_no_attack_is_dropped_where_the_published_list_is_not_at_hand() -> None:
    assert len({*ATTACKS, *ELSEWHERE}) == KNOWN_ATTACKS
    assert all(ATTACKS.values())


@pytest.mark.parametrize(("file", "test"), ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_the_other_cases_are_where_it_says(file: str, test: str) -> None:
    assert f"def {test}(" in (TESTS / file).read_text(encoding="utf-8")


def test_an_honest_token_gets_in(reader: ProviderTokenReader) -> None:
    assert reader.read(GOOD, NOW_MS, MAX_AGE_SECONDS)["sub"] == "did:privy:alice"


@pytest.mark.parametrize(
    "changes",
    [{"exp": NOW + 1}, {"nbf": NOW + 60}, {"iat": NOW + 60}, {"iat": NOW - MAX_AGE_SECONDS}],
    ids=str,
)
def test_the_last_good_moment_is_good(reader: ProviderTokenReader, changes: dict[str, int]) -> None:
    assert reader.read(saying(**changes), NOW_MS, MAX_AGE_SECONDS)["aud"] == "app-id"


def test_what_a_header_says_of_keys_is_not_looked_at(reader: ProviderTokenReader) -> None:
    more = {"jku": "https://evil.test", "x5c": ["AAAA"], "x5t": "x", "jwk": {"kty": "oct"}}

    assert reader.read(forged(header(**more)), NOW_MS, MAX_AGE_SECONDS)["sub"]


def test_a_header_may_leave_out_what_kind_of_token_it_is(reader: ProviderTokenReader) -> None:
    assert reader.read(forged(header(typ=None)), NOW_MS, MAX_AGE_SECONDS)["sub"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_token_in_another_encoding_is_refused(reader: ProviderTokenReader, encoding: str) -> None:
    head, body = (json.dumps(each).encode(encoding) for each in (header(), privy_claims()))

    for token in (forged(head), forged(payload=body)):
        with pytest.raises(NotAllowedError):
            reader.read(token, NOW_MS, MAX_AGE_SECONDS)


def test_every_flipped_bit_of_a_signature_is_noticed(reader: ProviderTokenReader) -> None:
    head, _, last = GOOD.rpartition(".")
    raw = decoded(last)
    for bit in range(0, len(raw) * 8, 7):
        flipped = int.from_bytes(raw, "big") ^ (1 << bit)
        with pytest.raises(NotAllowedError):
            reader.read(f"{head}.{encoded(flipped.to_bytes(64, 'big'))}", NOW_MS, MAX_AGE_SECONDS)


def test_the_high_twin_of_a_signature_says_the_same_and_no_more(
    reader: ProviderTokenReader,
) -> None:
    head, _, last = GOOD.rpartition(".")
    raw = decoded(last)
    twin = P256_ORDER - int.from_bytes(raw[32:], "big")
    token = f"{head}.{encoded(raw[:32] + twin.to_bytes(32, 'big'))}"

    assert reader.read(token, NOW_MS, MAX_AGE_SECONDS) == privy_claims()


def test_both_published_keys_are_good(reader: ProviderTokenReader) -> None:
    token = PRIVY_NEXT_KEY.sign(privy_claims())

    assert reader.read(token, NOW_MS, MAX_AGE_SECONDS) == privy_claims()
